"""`make test` on a machine with a real deployment: its services stay out of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    "SITE_URL": "https://www.example.org",
    "SECRET_KEY": "theirs",
    "CELERY_BROKER_URL": "redis://broker.example.org",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "STRIPE_SECRET_KEY": "sk_live_theirs",
    "STRIPE_WEBHOOK_SECRET": "whsec_theirs",
}
ASK = """
import json
from django.conf import settings as s
def test_tell():
    told = [s.SITE_URL, s.SECRET_KEY, s.CELERY_BROKER_URL, s.EMAIL_HOST, s.STRIPE_SECRET_KEY]
    with open({told!r}, "w") as file:
        json.dump([*told, str(s.VAR_DIR), s.DATABASES["default"]["NAME"]], file)
"""


@pytest.mark.parametrize("where", ["in the shell", "in .env"])
def test_the_tests_meet_no_real_service(tmp_path, where):
    told = tmp_path / "told.json"
    (tmp_path / "test_ask.py").write_text(ASK.format(told=str(told)))
    dotenv = tmp_path / ".env"
    lines = REAL | {"DATABASE_URL": "postgres://theirs@db.example.org/theirs"}
    dotenv.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/asked-for.sqlite3",
        **(REAL if where == "in the shell" else {"DOTENV": str(dotenv)}),
    }
    words = ["-m", "pytest", "-q", "-n1", "-c", "pyproject.toml", str(tmp_path / "test_ask.py")]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(told.read_text())
    theirs = {word for value in REAL.values() for word in (value, "mail.example.org")}
    assert not theirs & set(found), found
    assert found[4] == "sk_test_sandbox"
    assert found[5] == str(tmp_path / "var" / "test")
    # on purpose: how the suite is run on another database
    assert found[6] == str(tmp_path / "asked-for.sqlite3")


def test_an_empty_dotenv_is_none_at_all(tmp_path):
    (tmp_path / ".env").write_text("PORT=nonsense\n")
    code = "import config.settings as s; print(s.PORT)"
    for name, good in ((str(tmp_path / ".env"), False), ("", True)):
        environment = {**os.environ, "DOTENV": name}
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment)
        assert (done.returncode == 0) is good
