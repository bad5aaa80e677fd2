"""`make setup` on a machine where something is missing: one sentence says what to install."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("lacks", "told"),
    [
        ("version_info", "needs Python 3.11"),
        ("ensurepip", "python3-venv"),
        ("sqlite3", "without sqlite3 or ssl"),
    ],
)
def test_a_python_that_lacks_something(tmp_path, lacks, told):
    if not shutil.which("make"):
        pytest.skip("needs make")
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$*" in *{lacks}*) exit 1;; esac\nexit 0\n')
    python.chmod(0o755)
    ended = subprocess.run(
        ["make", "setup", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True
    )
    assert ended.returncode != 0
    assert told in ended.stdout
    assert "Traceback" not in ended.stderr


def test_the_locks_name_no_other_host_than_the_package_index():
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / lock).read_text()
        assert "--hash=sha256:" in text
        assert not re.findall(r"https?://|--(?:extra-)?index-url|--find-links", text), lock
