"""One structured line an event, whoever writes it, and nobody's data in it."""

import io
import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.logs import JsonLine, masked

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log():
    logger, stream = logging.Logger("test"), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    logger.addHandler(handler)
    return logger, stream


def fail():
    try:
        raise ValueError("{'maria.rossi@example.org': (550, b'no such user')}")
    except ValueError as cause:
        raise RuntimeError(
            "duplicate key\nDETAIL:  Key (name)=(Maria Rossi) already exists.\nCONTEXT: x"
        ) from cause


def test_an_exception_and_its_causes_are_one_line_without_a_person(log):
    logger, stream = log
    try:
        fail()
    except RuntimeError:
        logger.exception("for %s", "maria.rossi@example.org", extra={"who": "<rossi@example.org>"})
    [line] = stream.getvalue().splitlines()
    found = json.loads(line)
    assert "ossi" not in line
    assert found["event"] == "for [address]"
    assert found["who"] == "<[address]>"
    for kept in (
        "ValueError",
        "RuntimeError",
        "direct cause",
        "no such user",
        "CONTEXT: x",
        "fail",
    ):
        assert kept in found["exception"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("RSSMRA85T10A562S", "[fiscal code]"),
        ("rssmra85t1ma562s is wrong", "[fiscal code] is wrong"),
        ("IT60 X054 2811 1010 0000 0123 456", "[iban]"),
        ("sk_live_51Habc, whsec_9z", "[key], [key]"),
        ("postgres://user:topsecret@db.example.org/x", "postgres://user:[address]/x"),
        ("mail 17 sent, event evt_1NvX, 3 @ 4", "mail 17 sent, event evt_1NvX, 3 @ 4"),
    ],
)
def test_what_is_masked_and_what_is_not(said, kept):
    assert masked(said) == kept


@pytest.mark.parametrize(
    "words",
    [
        ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
        ["celery", "-A", "config", "--quiet", "worker", "--concurrency", "1", "-P", "solo"],
        ["celery", "-A", "config.beat", "--quiet", "beat", "--pidfile", "", "-s", "beat"],
    ],
    ids=["gunicorn", "worker", "beat"],
)
def test_web_worker_and_beat_write_lines_too(words, tmp_path):
    """Each has a trouble to speak of: the port is taken, the broker away."""
    (tmp_path / "static").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        more = {"PORT": port, "VAR_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
        more["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{port}/0"
        told = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=tmp_path,
            env={**os.environ, **more, "DOTENV": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            line = told.stdout.readline()
        finally:
            told.kill()
            told.wait()
    found = json.loads(line)
    assert {"at", "level", "logger", "event"} <= set(found), line
