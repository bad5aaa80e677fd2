"""What was written on void receipts in words becomes a code with its day, and back again."""

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE = "0006_funds_on_the_staff_side"
AFTER = "0007_why_a_receipt_is_void"
TEXTS = {
    "rimborso del 03/02/2026": ("refund", date(2026, 2, 3)),
    "refund of 03/02/2026": ("refund", date(2026, 2, 3)),
    "rimborso del 03/02/2026 tornato indietro": ("refund_returned", date(2026, 2, 3)),
    "refund of 03/02/2026 that came back": ("refund_returned", date(2026, 2, 3)),
    "contestazione persa, soldi ripresi il 31/12/2025": ("dispute_lost", date(2025, 12, 31)),
    "dispute lost, money taken on 31/12/2025": ("dispute_lost", date(2025, 12, 31)),
    "contestazione vinta, soldi tornati il 01/01/2026": ("dispute_won", date(2026, 1, 1)),
    "dispute won, money back on 01/01/2026": ("dispute_won", date(2026, 1, 1)),
}


@pytest.fixture
def migrated(transactional_db: None) -> Iterator[Any]:
    """Moves giving's tables to a migration; at the end they are as new as the others."""
    yield lambda name: _moved([("donations", name)])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("donations"))


def _moved(target: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


def a_gift(apps: Any) -> Any:
    model = lambda name: apps.get_model("donations", name)  # noqa: E731
    return model("Donation").objects.create(
        form_token=uuid4(),
        donor=model("Donor").objects.create(email="ada@example.org"),
        fund=model("Fund").objects.create(slug="semi", name="Semi"),
        amount=25_00,
        first_name="Ada",
        last_name="Bonfanti",
    )


def test_every_text_there_was_is_a_code_with_a_day(migrated: Any) -> None:
    old = migrated(BEFORE)
    gift, receipts = a_gift(old), old.get_model("donations", "Receipt").objects
    now = timezone.now()
    common = {"year": 2026, "amount": 25_00, "data": {}, "issued_at": now, "donation": gift}
    for number, text in enumerate(TEXTS, 1):
        receipts.create(number=number, state="void", voided_at=now, void_reason=text, **common)
    receipts.create(number=100, **common)
    new = migrated(AFTER).get_model("donations", "Receipt").objects.order_by("number")
    assert list(new.filter(state="void").values_list("void_reason", "void_day")) == list(
        TEXTS.values()
    )
    assert new.filter(state="issued", void_reason="", void_day=None).count() == 1
    back = migrated(BEFORE).get_model("donations", "Receipt").objects.order_by("number")
    texts = list(TEXTS)
    assert list(back.filter(state="void").values_list("void_reason", flat=True)) == [
        texts[number - number % 2] for number in range(len(texts))
    ]
    back.model.objects.all().delete()  # the tables are sealed again when the test ends


def test_a_text_that_nobody_here_wrote_is_not_guessed_at() -> None:
    read = import_module(f"donations.migrations.{AFTER}").read
    assert read("rimborso del 03/02/2026 (vedi nota)") is None
    assert read("") is None
