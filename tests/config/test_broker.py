"""Doorbells in files, and the beat that only rings them."""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from config.broker import KEPT, PART, TAKEN, empty
from config.celery import app
from config.schedule import TICKS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def channel(tmp_path):
    folders = {name: str(tmp_path) for name in ("data_folder_in", "data_folder_out")}
    control = {"control_folder": str(tmp_path / "control")}
    with Connection("filesystem://", transport_options=folders | control) as connection:
        yield connection.channel()


def test_a_message_that_is_being_written_is_not_there_yet(channel, tmp_path):
    (tmp_path / f"1_a.celery.msg{PART}").write_text("")
    with pytest.raises(Empty):
        channel._get("celery")
    channel._put("celery", {"body": "è"})
    assert channel._get("celery") == {"body": "è"}
    with pytest.raises(Empty):
        channel._get("celery")


def test_a_reader_in_a_hurry_gets_whole_messages(channel):
    number, got, deadline = 500, [], time.monotonic() + 30
    writer = threading.Thread(
        target=lambda: [channel._put("celery", {"n": n}) for n in range(number)]
    )
    writer.start()
    while len(got) < number and time.monotonic() < deadline:
        with suppress(Empty):
            got.append(channel._get("celery")["n"])
    writer.join()
    assert sorted(got) == list(range(number))


def test_a_reader_in_a_hurry_finds_whole_tables(channel):
    number, read, deadline = 300, 0, time.monotonic() + 30
    writer = threading.Thread(
        target=lambda: [channel._queue_bind(f"e{n}", "key", "", "celery") for n in range(number)]
    )
    writer.start()
    while read < number and time.monotonic() < deadline:
        read += bool(channel.get_table(f"e{read}"))
    writer.join()
    assert read == number


def test_whoever_binds_at_once_is_in_the_table(channel):
    names = [f"q{n}" for n in range(40)]
    writers = [
        threading.Thread(target=channel._queue_bind, args=("celery", name, "", name))
        for name in names * 2  # each by two at once, as web, worker and beat do at a first start
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    channel._queue_bind("celery", "q1", "", "q1")
    assert sorted(row.queue for row in channel.get_table("celery")) == sorted(names)


def test_what_rang_long_ago_is_dropped_in_one_look(channel, tmp_path):
    hour_ago = time.time() - 3600
    for number in range(50):
        message = tmp_path / f"{1:015d}_{number}.celery.msg"
        message.write_text("{}")
        os.utime(message, (hour_ago, hour_ago))
    channel._put("celery", {"n": "now"})
    assert channel._get("celery") == {"n": "now"}
    assert list(tmp_path.glob("*.msg*")) == []


def test_messages_are_read_in_the_order_they_came(channel, monkeypatch):
    for seconds in (5, 50, 9_999, 10_001, 123_456):  # since the machine was started
        monkeypatch.setattr(time, "monotonic", lambda seconds=seconds: seconds)
        channel._put("celery", {"n": seconds})
    assert [channel._get("celery")["n"] for _ in range(5)] == [5, 50, 9_999, 10_001, 123_456]


def test_a_start_leaves_nothing_of_the_run_before(channel, tmp_path):
    channel._put("celery", {"n": 1})
    for left in (f"1_a.celery.msg{PART}", f"1_b.celery.msg{TAKEN}"):
        (tmp_path / left).write_text("")
    empty(tmp_path)
    assert list(tmp_path.glob("*.msg*")) == []


def test_every_tick_names_a_task_that_exists():
    app.loader.import_default_modules()
    assert {tick["task"] for tick in TICKS.values()} <= set(app.tasks)
    assert max(tick["options"]["expires"] for tick in TICKS.values()) <= KEPT


@pytest.mark.parametrize("module", ["config.beat", "config.supervisor"])
def test_beat_and_supervisor_load_none_of_the_rooms(module):
    code = f"import {module}, sys; print([m for m in ('wagtail', 'stripe', 'PIL') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr
