"""The process: loopback only, ends cleanly, dies with its supervisor, keeps its store."""

import os
import subprocess
import sys

import pytest
import requests

from .conftest import ROOT, Running


def test_ends_cleanly_on_sigterm(tmp_path):
    running = Running(tmp_path / "data").start()
    assert running.end() == 0


def test_ends_when_the_lifeline_closes(tmp_path):
    reader, writer = os.pipe()
    running = Running(tmp_path / "data").start(lifeline=reader)
    os.close(reader)
    os.close(writer)
    assert running.process.wait(10) == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org"])
def test_refuses_to_serve_beyond_loopback(tmp_path, host):
    command = [sys.executable, "-m", "sandbox", "--host", host, "--data", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1
    assert "loopback only" in ended.stderr


def test_answers_to_its_own_names_only(sandbox):
    strange = requests.get(sandbox.url + "/_control/", headers={"Host": "evil.example"}, timeout=5)
    assert strange.status_code == 403


def test_takes_no_form_of_another_site(sandbox):
    strange = requests.post(
        sandbox.url + "/_control/stripe/fault",
        data={"kind": "delay"},
        headers={"Origin": "https://evil.example"},
        timeout=5,
    )
    assert strange.status_code == 403


def test_pages_carry_a_strict_policy(sandbox):
    page = requests.get(sandbox.url + "/_control/", timeout=5)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert " style=" not in page.text
