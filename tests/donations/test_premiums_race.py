"""Fifty forms at once for the last seven pieces, on whichever database this runs on."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import OperationalError, connections

from donations.models import Donation, PremiumClaim
from donations.services.premiums import Choice, NotForThis, SoldOut
from giving_support import MARIA, begin, fund
from memory_stripe import MemoryStripe
from premium_support import adds_up, at_the_shop, campaign, seeds

pytestmark = pytest.mark.django_db(transaction=True)


def sent(number: int, choice: Choice, same_donor: bool = False) -> str:
    """One form, over a connection of its own; a busy database asks to send it again."""
    token, email = uuid4(), f"donor{0 if same_donor else number}@example.org"
    donor = replace(MARIA, email=email)
    try:
        for _try in range(20):
            try:
                begin(form_token=token, amount=10_00, donor=donor, premium=choice)
            except SoldOut:
                return "sold out"
            except NotForThis:
                return "not for this"
            except OperationalError:
                continue
            return "put aside"
        return "busy"
    finally:
        connections.close_all()


def test_fifty_forms_for_seven_pieces(memory_stripe: MemoryStripe) -> None:
    fund(), campaign()
    kit = seeds(pieces=7)
    with ThreadPoolExecutor(50) as pool:
        said = Counter(pool.map(lambda number: sent(number, at_the_shop(kit)), range(50)))
    assert said == {"put aside": 7, "sold out": 43}
    assert PremiumClaim.objects.filter(state=PremiumClaim.State.RESERVED).count() == 7
    assert adds_up(kit) and kit.left == 0
    opened = Donation.objects.filter(state=Donation.State.CHECKOUT_OPEN)
    assert opened.count() == 7, "nobody is led to pay for a piece that is not there"


def test_one_donor_at_ten_windows_has_one(memory_stripe: MemoryStripe) -> None:
    fund(), campaign()
    kit = seeds(pieces=7, per_donor=1)
    begin(donor=replace(MARIA, email="donor0@example.org"))
    with ThreadPoolExecutor(10) as pool:
        said = Counter(pool.map(lambda number: sent(number, at_the_shop(kit), True), range(10)))
    assert said == {"put aside": 1, "not for this": 9}
    assert adds_up(kit) and kit.taken == 1


def test_changing_one_for_another_both_ways_ends(memory_stripe: MemoryStripe) -> None:
    """Two that swap at the same moment wait for each other in one order, and for no lock for ever."""
    fund(), campaign()
    kit, honey = seeds(pieces=9), seeds(name="Miele", pieces=9)
    tokens = [uuid4() for _ in range(8)]
    wanted = [at_the_shop(kit), at_the_shop(honey)]

    def swap(number: int) -> str:
        donor = replace(MARIA, email=f"donor{number}@example.org")
        try:
            for turn in range(6):
                choice = wanted[(number + turn) % 2]
                for _try in range(20):
                    try:
                        token = tokens[number]
                        begin(form_token=token, amount=10_00, donor=donor, premium=choice)
                    except OperationalError:
                        continue
                    break
                else:
                    return "busy"
            return "done"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(swap, range(8))) == {"done"}
    assert adds_up(kit) and adds_up(honey) and kit.taken + honey.taken == 8
