"""A wrong environment ends every command with one sentence that names the variable: no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ports import free_ports

ROOT = Path(__file__).resolve().parents[2]


def manage(var: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(var), "DATABASE_URL": "", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def one_sentence(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    for word in words:
        assert word in ended.stderr


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("PORT", "http", "whole number"),
        ("LOG_LEVEL", "loud", "INFO"),
        ("SECRETS_KEY", "no-key-topsecret", "newkeys"),
        ("WEB_WORKERS", "two", "whole number"),
        ("WORKER_PROCESSES", "0", "whole number"),
        ("SITE_URL", "https://www.example.org/path", "https://www.example.org"),
        ("ALLOWED_HOSTS", "https://www.example.org", "names"),
        ("BIND", "everywhere", "0.0.0.0"),
        ("DATABASE_URL", "nonsense-topsecret", "postgres://"),
        ("CELERY_BROKER_URL", "kafka://me:topsecret@host", "redis://"),
        ("EMAIL_URL", "gopher://me:topsecret@host", "smtp"),
        ("STRIPE_SECRET_KEY", "pk_topsecret", "rk_"),
        ("DEBUG", "perhaps", "true or false"),
        ("VAR_DIR", "/dev/null/var", "writable"),
    ],
)
def test_a_wrong_variable(tmp_path, name, value, hint):
    ended = manage(tmp_path, "check", **{name: value})
    one_sentence(ended, name, hint)
    assert "topsecret" not in ended.stderr


def test_an_empty_variable_is_the_default(tmp_path):
    code = "import config.settings as s; print(s.ALLOWED_HOSTS[:3], s.SECURE_SSL_REDIRECT, s.LOG_LEVEL)"
    empty = dict.fromkeys(("ALLOWED_HOSTS", "HTTPS_REDIRECT", "LOG_LEVEL", "WEB_WORKERS"), "")
    public = {"SITE_URL": "https://www.example.org", "SECRET_KEY": "x" * 50}
    key = {"SECRETS_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}
    told = subprocess.check_output(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), **empty, **public, **key},
        text=True,
    )
    assert told == "['127.0.0.1', 'localhost', 'www.example.org'] True INFO\n"


@pytest.mark.parametrize("words", [("up",), ("up", "--prepare"), ("demo", "--remove")])
def test_a_database_that_is_away(tmp_path, words):
    away = f"postgres://me:topsecret@127.0.0.1:{free_ports()}/nobody"
    ended = manage(tmp_path, *words, DATABASE_URL=away, PORT=str(free_ports()))
    one_sentence(ended, "DATABASE_URL", "cannot be reached")
    assert "topsecret" not in ended.stderr


@pytest.mark.parametrize("words", [("up",), ("demo", "--remove")])
def test_tables_that_are_not_there(tmp_path, words):
    one_sentence(manage(tmp_path, *words, PORT=str(free_ports())), "manage.py migrate")


def test_keys_can_be_had_while_they_are_missing(tmp_path):
    public = {"SITE_URL": "https://www.example.org"}
    one_sentence(manage(tmp_path, "up", **public), "SECRET_KEY", "manage.py newkeys")
    printed = manage(tmp_path, "newkeys", **public)
    keys = dict(line.split("=", 1) for line in printed.stdout.splitlines())
    assert manage(tmp_path, "check", **public, **keys).returncode == 0, printed.stderr
