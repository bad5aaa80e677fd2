"""Two donors are joined and parted while their gifts are being settled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections

from attribution.models import Credit
from attribution.services import source, totals
from donations.services import inbox
from donations.services.crediting import rebuild_credits
from donations.services.events import process_events
from donations.services.merging import merge, part
from giving_support import MARIA, begin, session_of
from memory_stripe import MemoryStripe
from people.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def alone(work: Callable[[], Any]) -> None:
    """With a connection of its own, as another process would have."""
    try:
        work()
    finally:
        connections.close_all()


def test_every_credit_carries_the_key_of_the_person(memory_stripe: MemoryStripe) -> None:
    post, elio = source(kind="post", key="race"), User.objects.create_user("elio")
    donors = [replace(MARIA, email=f"{name}@x.example") for name in ("ada", "ida")]
    gifts = [begin(source=post, donor=donors[turn % 2]).donation for turn in range(12)]
    for gift in gifts:
        memory_stripe.pay_by_card(session_of(gift))
    for event in memory_stripe.events:
        inbox.store(event)
    ada, ida = gifts[0].donor, gifts[1].donor

    def settle() -> None:
        while process_events(limit=1):
            pass

    def join() -> None:
        for _turn in range(5):
            part(merge=merge(kept=ada, absorbed=ida, by=elio))
        merge(kept=ada, absorbed=ida, by=elio)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(alone, (settle, join, settle)))
    process_events()
    assert Credit.objects.count() == 12
    assert set(Credit.objects.values_list("donor", flat=True)) == {ada.public_id.hex}
    assert totals(post).donors == 1
    assert rebuild_credits() == (0, 0)


def test_two_colleagues_who_join_the_same_two(memory_stripe: MemoryStripe) -> None:
    """One way round and the other: one of them is told so, and there is no ring."""
    elio = User.objects.create_user("elio")
    ada, ida = (
        begin(donor=replace(MARIA, email=f"{name}@x.example")).donation.donor
        for name in ("ada", "ida")
    )

    def joined(pair: tuple[Any, Any]) -> str:
        try:
            merge(kept=pair[0], absorbed=pair[1], by=elio)
        except Exception as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "joined"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(joined, [(ada, ida), (ida, ada)]))
    assert sorted(said) == ["CannotMerge", "joined"]
    ada.refresh_from_db()
    ida.refresh_from_db()
    assert (ada.kept is None) != (ida.kept is None)
