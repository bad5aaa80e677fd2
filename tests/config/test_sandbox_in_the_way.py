"""The demonstration's gifts need our own sandbox: where it cannot stand, one sentence says so."""

import socket
import sys
import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.management.commands import up
from donations import demo
from ports import free_ports


@pytest.fixture
def begun(monkeypatch, settings):
    """What was started; the content is not loaded, which only breaks off as it would."""
    started = []

    def loading(name):
        time.sleep(1)
        raise ConnectionError(name)

    settings.SANDBOX_PORT = free_ports(1)
    monkeypatch.setattr(up, "call_command", loading)
    monkeypatch.setattr(up, "sandbox", lambda: started.append(1) or DEAD)
    return started


DEAD = ("sandbox", [sys.executable, "-c", "raise SystemExit(1)"], {})


def test_a_port_that_was_taken_meanwhile(begun, settings):
    with (
        socket.create_server(("127.0.0.1", settings.SANDBOX_PORT)),
        pytest.raises(ImproperlyConfigured, match=f"{settings.SANDBOX_PORT}.* is taken"),
    ):
        up.Command().load_demonstration()
    assert not begun


def test_a_sandbox_that_ends(begun):
    with pytest.raises(ImproperlyConfigured, match="The sandbox ended"):
        up.Command().load_demonstration()


def test_no_sandbox_at_all(monkeypatch, settings):
    monkeypatch.setattr(demo, "WAIT", 0)
    settings.SANDBOX_URL = f"http://127.0.0.1:{free_ports(1)}"
    with pytest.raises(ImproperlyConfigured, match="No sandbox answers"):
        demo._wait_for_sandbox()
