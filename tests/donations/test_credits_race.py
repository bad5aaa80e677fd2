"""The credits are made again while gifts are settled and given back beside it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Sum

from attribution.models import Credit, Source
from attribution.services import source, totals
from donations.models import Donation
from donations.services import crediting, inbox
from donations.services.crediting import rebuild_credits
from donations.services.events import process_events
from giving_support import begin, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db(transaction=True)


def in_a_thread(work: Callable[[], Any], faults: list[BaseException]) -> threading.Thread:
    """With a connection of its own, as another process would have."""

    def run() -> None:
        try:
            work()
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def paid(stripe: MemoryStripe, post: Source, number: int) -> None:
    """Events of so many gifts, every second of them given back in part, all in the inbox."""
    for turn in range(number):
        gift = begin(source=post).donation
        stripe.pay_by_card(session_of(gift))
        if turn % 2:
            stripe.give_back(session_of(gift), 5_00)
    for event in stripe.events:
        inbox.store(event)


def adds_up(post: Source, number: int) -> None:
    received = Donation.objects.filter(state__in=Donation.RECEIVED)
    sums = received.aggregate(amount=Sum("amount"), back=Sum("refunded_amount"))
    assert received.count() == number
    assert totals(post).cents == sums["amount"] - sums["back"]
    assert Credit.objects.count() == number + number // 2
    assert rebuild_credits() == (0, 0)


def test_made_again_while_others_settle(memory_stripe: MemoryStripe) -> None:
    post, faults = source(kind="post", key="race"), list[BaseException]()
    paid(memory_stripe, post, 6)

    def settle() -> None:
        while process_events(limit=1):
            pass

    def rebuild() -> None:
        for _turn in range(6):
            rebuild_credits()

    for thread in [in_a_thread(work, faults) for work in (settle, rebuild, settle, rebuild)]:
        thread.join(60)
    assert faults == []
    process_events()
    adds_up(post, 6)


def test_a_gift_settled_between_its_two_reads(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where two can write at once: SQLite lets the other one wait until it is done."""
    post, faults = source(kind="post", key="between"), list[BaseException]()
    paid(memory_stripe, post, 2)
    real = crediting._from_the_journal

    def read_late() -> list[Credit]:
        other = in_a_thread(process_events, faults)
        if connection.vendor == "postgresql":
            other.join(30)
        late.append(other)
        return real()

    late: list[threading.Thread] = []
    monkeypatch.setattr(crediting, "_from_the_journal", read_late)
    rebuild_credits()
    late[0].join(30)
    monkeypatch.setattr(crediting, "_from_the_journal", real)
    assert faults == []
    adds_up(post, 2)
