"""kill -9 between any two steps of a gift, and several at once: real processes, the real SDK over
HTTP against the sandbox, on SQLite (a file) and on PostgreSQL."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrated_database import migrated_file, migrated_on_server, on_server
from stripe_sandbox import running
from tests_support import require_postgres

# what they share takes minutes to make: in one process, once
pytestmark = pytest.mark.xdist_group("killed")

ROOT = Path(__file__).parents[2]
# a mail that was on its way when its sender died may have left: only a person knows
WITHOUT_PROOF = {"mail.transport deliver before": 0, "mail.transport deliver after": 1}

OTHERS = (
    "together",
    "two at once",
    "numbers",
    "later",
    "asked",
    "cards",
    "pieces",
)  # beside the points of a gift


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("db") / "db.sqlite3"
        migrated_file(tmp_path_factory, path)
        yield f"sqlite:///{path}"
        return
    server = require_postgres()
    name = f"killed_{uuid.uuid4().hex[:10]}"
    yield migrated_on_server(tmp_path_factory, server, name)
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def sandbox(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One a database: events of gifts that another one knows would wait for theirs for ever."""
    with running(tmp_path_factory.mktemp("sandbox")) as url:
        yield url


@pytest.fixture(scope="module")
def found(database: str, sandbox: str, tmp_path_factory: Any) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "STRIPE_API_BASE": sandbox,
        "STRIPE_SECRET_KEY": "",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
    }
    driver = ROOT / "tests" / "donations" / "gift_in_processes.py"
    done = subprocess.run(
        [sys.executable, str(driver)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_whoever_dies_no_euro_is_wrong(found: dict[str, Any]) -> None:
    points = {name: told for name, told in found.items() if name not in OTHERS}
    assert len(points) == 21
    for point, told in points.items():
        assert told["ends"] == [-signal.SIGKILL, 0], point
        assert told["state"] == "settled", point
        assert told["attempts"] == 1, point
        assert told["ledger"] == ["fee", "gift"], point
        assert told["receipts"] == ["issued"], point
        assert told["duties"] == [["thank_you", "done"]], point
        assert told["events open"] == 0, point


def test_one_mail_each_and_none_again_without_proof(found: dict[str, Any]) -> None:
    for point, told in found.items():
        if point in WITHOUT_PROOF:
            assert (told["mails"], told["left"]) == (["unknown"], WITHOUT_PROOF[point]), point
        elif point == "together" or point not in OTHERS:
            assert (told["mails"], told["left"]) == (["sent"], 1), point


def test_a_card_leaves_once(found: dict[str, Any]) -> None:
    """Whoever writes or sends it is killed at its hour, or is not alone."""
    assert len(found["cards"]) == 8
    for point, told in found["cards"].items():
        crowd = point == "together"
        assert told["ends"] == ([0] * 4 if crowd else [0, -signal.SIGKILL, 0]), point
        assert sorted(told["duties"]) == [["thank_you", "done"], ["tribute_card", "done"]], point
        last = "unknown" if point in WITHOUT_PROOF else "sent"
        assert sorted(told["mails"]) == sorted(["sent", last]), point
        assert told["left"] == 1 + WITHOUT_PROOF.get(point, 1), point


def test_a_piece_is_neither_lost_nor_given_twice(found: dict[str, Any]) -> None:
    """Killed between the form, the piece put aside, the payment page and the books."""
    assert len(found["pieces"]) == 5
    paid = ("_confirm", "record")
    for point, told in found["pieces"].items():
        for story in told.values():
            assert story["ends"] == [-signal.SIGKILL, 0], point
            for taken, live, _states in story["pieces"]:
                assert taken == live <= 1, point
        assert told["back"]["pieces"][1] == [1, 1, ["confirmed"]], point
        hers = any(name in point for name in paid)
        assert told["away"]["pieces"][1][0] == (1 if hers else 0), point


def test_what_goes_back_or_comes_in_later_is_booked_once(found: dict[str, Any]) -> None:
    """A refund, in part or sent back by the bank, a lost dispute, a debit that is collected: killed
    while they are booked."""
    states = {
        "refund": "partly_refunded",
        "returned": "settled",
        "lost": "lost",
        "debit": "settled",
    }
    ledgers = {
        "refund": ["fee", "gift", "refund"],
        "returned": ["fee", "gift", "refund", "returned"],
        "lost": ["fee", "fee", "gift", "lost", "withdrawn"],
        "debit": ["fee", "gift"],
    }
    receipts = {
        "refund": ["issued", "void"],
        "returned": ["issued", "void"],
        "lost": ["void"],
        "debit": ["issued"],
    }
    mails = {"refund": ["refund", "thank_you"], "lost": ["dispute_lost", "thank_you"]}
    mails["returned"] = ["refund", "refund_returned", "thank_you"]
    mails["debit"] = ["processing", "thank_you"]
    assert len(found["later"]) == 12
    for point, told in found["later"].items():
        what = point.split()[0]
        assert told["ends"] == [0, -signal.SIGKILL, 0], point
        assert told["state"] == states[what], point
        assert told["ledger"] == ledgers[what], point
        assert sorted(told["receipts"]) == receipts[what], point
        done = sorted(kind for kind, state in told["duties"] if state == "done")
        assert done == mails[what], point
        assert (told["mails"], told["left"]) == (["sent"] * len(mails[what]), len(mails[what])), (
            point
        )
        assert told["events open"] == 0, point


def test_what_the_treasury_asks_for_goes_back_once(found: dict[str, Any]) -> None:
    """Killed between the row and the call, between the call and its answer, and while it is booked:
    the same key is asked again."""
    assert len(found["asked"]) == 5
    for point, told in found["asked"].items():
        assert told["ends"] == [0, -signal.SIGKILL, 0], point
        assert told["asked"] == ["done"], point
        assert told["state"] == "partly_refunded", point
        assert told["ledger"] == ["fee", "gift", "refund"], point
        assert sorted(told["receipts"]) == ["issued", "void"], point
        assert (told["mails"], told["left"]) == (["sent"] * 2, 2), point
        assert told["events open"] == 0, point


def test_several_at_once_make_one_gift(found: dict[str, Any]) -> None:
    told = found["together"]
    assert told["ends"] == [0] * 4
    assert (told["state"], told["attempts"]) == ("settled", 1)
    assert told["ledger"] == ["fee", "gift"]
    assert told["receipts"] == ["issued"]
    assert told["duties"] == [["thank_you", "done"]]


def test_two_at_one_mail_send_it_once(found: dict[str, Any]) -> None:
    """Both had read that it waits, or that nobody has the turn, before either took it."""
    told = found["two at once"]
    assert told["turns"] == [False, True]
    assert sorted(told["mail"]["tried"]) == [0, 1]
    assert told["mail"]["left"] == 1


def test_two_at_one_gift_wait_for_each_other(found: dict[str, Any]) -> None:
    """Nothing has to be tried again, and nothing is written over what the other one wrote."""
    told = found["two at once"]
    clicks = told["clicks"].pop("said")
    assert clicks[0] and clicks == [clicks[0]] * 2
    ends = {
        "payments": ("settled", 2, 0, ["fee", "fee", "gift", "second"], ["issued"]),
        "refunds": (
            "partly_refunded",
            1,
            15_00,
            ["fee", "gift", "refund", "refund"],
            ["issued", "void", "void"],
        ),
        "receipts": ("settled", 1, 0, ["fee", "gift"], ["issued"]),
        "clicks": ("checkout_open", 1, 0, [], []),
        "opened": ("settled", 1, 0, ["fee", "gift"], ["issued"]),
    }
    for what, end in ends.items():
        assert told[what].pop("said", [[], []]) == [[], []], what
        assert tuple(told[what].values()) == end, what


def test_no_number_is_missing(found: dict[str, Any]) -> None:
    assert found["numbers"] == list(range(1, len(found["numbers"]) + 1))
