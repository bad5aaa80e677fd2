"""`manage.py up` as a whole: it starts, heals, refuses clearly and leaves nothing behind."""

import os
import signal
import sqlite3
from contextlib import closing

import pytest
import requests

from migrated_database import migrated_file
from ports import free_ports
from process_support import wait_for
from running_product import command_of, family, start, wait_until_ready

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("supervised")]


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    var = tmp_path_factory.mktemp("supervised") / "var"
    var.mkdir()
    migrated_file(tmp_path_factory, var / "db.sqlite3")  # a first start of all is in the story
    running = start(var, free_ports())
    try:
        wait_until_ready(running)
        yield running
    finally:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGKILL)
            running.process.wait()
        assert wait_for(lambda: not family(running), 15), [command_of(p) for p in family(running)]


def test_the_terminal_shows_addresses_and_logins(own):
    said = own.log()
    assert f"{own.url}/admin/" in said
    assert "marta / " in said
    assert requests.get(own.url, timeout=20).status_code == 200


@pytest.mark.parametrize("words", ["gunicorn", "--quiet worker", "--quiet beat", "-m sandbox"])
def test_a_killed_process_comes_back(own, words):
    before = {pid for pid in family(own) if words in command_of(pid)}
    assert before
    leader = min(pid for pid in before if os.getpgid(pid) == pid)
    os.kill(leader, signal.SIGKILL)
    assert wait_for(lambda: not before & family(own))
    assert wait_for(lambda: any(words in command_of(pid) for pid in family(own)))
    wait_until_ready(own, 60)


def test_a_taken_port_gives_one_clear_sentence(own, tmp_path):
    refused = own.manage("up", VAR_DIR=str(tmp_path))
    assert refused.returncode != 0
    assert "is taken" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_second_one_on_the_same_folder_is_refused_and_the_first_lives_on(own):
    refused = own.manage("up", "--prepare", PORT=str(free_ports()))
    assert refused.returncode != 0
    assert f"already runs on {own.var} ({own.url}/)" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert list(own.var.glob("beat-*"))
    wait_until_ready(own, 60)


def test_a_stripe_key_without_its_webhook_secret_gives_one_clear_sentence(own):
    refused = own.manage("up", STRIPE_SECRET_KEY="sk_test_x", STRIPE_WEBHOOK_SECRET="")
    assert refused.returncode != 0
    assert "STRIPE_WEBHOOK_SECRET is not" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_demonstration_logins_never_answer_in_public(own):
    free = str(free_ports())
    keys = {"SECRET_KEY": "x" * 60, "SECRETS_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}
    for public in (
        {"SITE_URL": "https://www.example.org"},
        {"ALLOWED_HOSTS": "www.example.org"},
        {"BIND": "0.0.0.0"},
    ):
        refused = own.manage("up", **keys, **public, PORT=free)
        assert refused.returncode != 0
        assert "manage.py demo --remove" in refused.stderr
        assert "Traceback" not in refused.stderr


def begin_again(own) -> None:
    own.process = start(own.var, int(own.url.rpartition(":")[2])).process
    wait_until_ready(own)


def test_kill_9_of_the_supervisor_leaves_nobody_and_frees_the_folder(own):
    assert len(family(own)) > 4
    own.process.send_signal(signal.SIGKILL)
    own.process.wait()
    assert wait_for(lambda: not family(own), 12), [command_of(pid) for pid in family(own)]
    begin_again(own)


def rows(product) -> dict[str, int]:
    """How many there are of what a second demonstration would double."""
    with closing(sqlite3.connect(product.var / "db.sqlite3", timeout=20)) as database:
        tables = ("wagtailcore_page", "campaigns_post", "donations_donation", "people_user")
        return {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables
        }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_start_doubles_nothing_and_stops_when_told(own, number):
    there, said_before = rows(own), len(own.log())
    assert all(there.values())
    own.process.send_signal(number)
    own.process.wait(25)
    assert wait_for(lambda: not family(own), 5)
    begin_again(own)
    assert rows(own) == there
    said = own.log()[said_before:]
    assert "/admin/" in said and "Loading the demonstration" not in said
    assert "Traceback" not in said
