"""Small thank-you gifts: put aside before the payment, confirmed by it, back in stock without it."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from donations.models import Donation, Donor, Premium, PremiumClaim
from donations.services import erasure_requests, merging, premium_stock, premiums
from donations.services.forgetting import UNFINISHED, forget_unfinished
from donations.services.premium_stock import HELD, KEPT, put_back_abandoned
from donations.services.premiums import Choice, NotForThis, SoldOut, TooLate
from donations.stripe_facts import Unavailable
from giving_support import MARIA, begin, session_of
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from premium_support import (
    HOME,
    adds_up,
    asked,
    at_the_shop,
    by_post,
    campaign,
    claim_of,
    place,
    seeds,
)
from treasury_support import tell

pytestmark = pytest.mark.django_db
State, Why = PremiumClaim.State, PremiumClaim.Why
EMMA = replace(MARIA, email="emma@example.org", first_name="Emma")


def paid(stripe: MemoryStripe, gift: Donation) -> PremiumClaim:
    stripe.pay_by_card(session_of(gift))
    tell(stripe)
    gift.refresh_from_db()
    return claim_of(gift)


def left(premium: Premium) -> int:
    premium.refresh_from_db()
    return premium.left


def test_a_piece_is_put_aside_before_the_payment_and_hers_with_it(
    memory_stripe: MemoryStripe,
) -> None:
    kit = seeds(pieces=3)
    gift = asked(kit)
    assert (claim_of(gift).state, left(kit)) == (State.RESERVED, 2)
    claim = paid(memory_stripe, gift)
    assert (claim.state, left(kit)) == (State.CONFIRMED, 2)
    assert claim.confirmed_at and claim.place == place()


def test_the_last_piece_goes_to_one(memory_stripe: MemoryStripe) -> None:
    kit = seeds(pieces=1)
    asked(kit)
    with pytest.raises(SoldOut):
        asked(kit, donor=EMMA)
    late = Donation.objects.get(donor__email="emma@example.org")
    assert late.state == Donation.State.STARTED and not late.attempts.exists()
    again = begin(form_token=late.form_token, amount=10_00, donor=EMMA, premium=Choice())
    assert again.donation == late and again.url.startswith("https://checkout")
    assert adds_up(kit) and kit.left == 0


def test_the_database_refuses_a_piece_too_many() -> None:
    kit = seeds(pieces=2)
    for fields in ({"taken": 3}, {"pieces": 1, "taken": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Premium.objects.filter(pk=kit.pk).update(**fields)


def test_a_claim_has_somewhere_to_go(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = claim_of(asked(kit, by_post(kit)))
    for broken in (
        {"street": ""},
        {"place": place()},
        {"way": "place"},
        {"state": "released"},
        {"state": "packed"},
        {"forgotten_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PremiumClaim.objects.filter(pk=claim.pk).update(**broken)


def test_the_same_form_again_takes_no_second_piece(memory_stripe: MemoryStripe) -> None:
    kit, token = seeds(pieces=5), uuid.uuid4()
    honey = seeds(name="Miele", pieces=1)
    first = begin(form_token=token, amount=10_00, premium=at_the_shop(kit))
    again = begin(form_token=token, amount=10_00, premium=by_post(kit))
    assert again.url == first.url, "another way for the piece needs no other payment page"
    assert (left(kit), claim_of(again.donation).street) == (4, HOME.street)
    begin(form_token=token, amount=10_00, premium=at_the_shop(honey))
    assert (left(kit), left(honey)) == (5, 0)
    begin(form_token=token, amount=10_00, premium=Choice())
    assert (left(kit), left(honey)) == (5, 1)
    assert not PremiumClaim.objects.exists()


def test_what_another_has_taken_leaves_hers_as_it_was(memory_stripe: MemoryStripe) -> None:
    kit, honey, token = seeds(), seeds(name="Miele", pieces=1), uuid.uuid4()
    asked(honey, donor=EMMA)
    gift = begin(form_token=token, amount=10_00, premium=at_the_shop(kit)).donation
    with pytest.raises(SoldOut):
        begin(form_token=token, amount=10_00, premium=at_the_shop(honey))
    assert claim_of(gift).premium == kit
    assert adds_up(kit) and adds_up(honey) and kit.taken == 1


def test_only_from_its_amount_on_costs_apart(memory_stripe: MemoryStripe) -> None:
    kit = seeds(minimum=10_00)
    with pytest.raises(NotForThis):
        asked(kit, amount=10_50, covered=51)
    assert left(kit) == 20 and not PremiumClaim.objects.exists()
    asked(kit, amount=10_51, covered=51)
    assert left(kit) == 19


def test_one_that_was_taken_off_the_form_is_not_given(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    Premium.objects.update(active=False)
    with pytest.raises(NotForThis):
        asked(kit)
    assert left(kit) == 20


def test_what_a_form_offers(memory_stripe: MemoryStripe) -> None:
    kit, gone = seeds(), seeds(name="Biscotti", pieces=0)
    seeds(name="Spento", active=False)
    seeds(name="Ieri", open_until=timezone.localdate() - timedelta(days=2))
    nowhere = seeds(name="Da nessuna parte", by_post=False)
    nowhere.places.clear()
    nowhere.save()
    other = seeds(name="Di un’altra")
    Premium.objects.filter(pk=other.pk).update(campaign=campaign().children.create(code="x"))
    assert premiums.offered(campaign().pk) == [gone, kit]


def test_at_most_so_many_for_one_person_whatever_her_address(memory_stripe: MemoryStripe) -> None:
    kit = seeds(per_donor=1)
    asked(kit)
    asked(kit, donor=EMMA)
    maria, emma = (Donor.objects.get(email=f"{one}@example.org") for one in ("maria.rossi", "emma"))
    other = replace(MARIA, email="m.rossi@example.org")
    begin(donor=other)
    merging.merge(
        kept=maria,
        absorbed=Donor.objects.get(email="m.rossi@example.org"),
        by=User.objects.create(username="elio"),
    )
    for donor in (MARIA, other):
        with pytest.raises(NotForThis) as refused:
            asked(kit, donor=donor)
        assert refused.value.too_many
    PremiumClaim.objects.filter(donation__donor=emma).update(
        state=State.RELEASED, released_at=timezone.now(), released_why=Why.DONOR
    )
    Premium.objects.update(taken=1)
    asked(kit, donor=EMMA)
    assert adds_up(kit) and kit.taken == 2


def test_a_payment_page_that_closes_frees_the_piece(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    gift = asked(kit)
    memory_stripe.expire_session(session_of(gift))
    tell(memory_stripe)
    claim = claim_of(gift)
    assert (claim.state, claim.released_why, left(kit)) == (State.RELEASED, Why.UNPAID, 20)
    tell(memory_stripe)
    assert left(kit) == 20


def test_a_debit_keeps_its_piece_while_it_is_under_way(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    gift = asked(kit)
    memory_stripe.promise_debit(session_of(gift))
    tell(memory_stripe)
    put_back_abandoned(now=timezone.now() + timedelta(days=9))
    assert (claim_of(gift).state, left(kit)) == (State.RESERVED, 19)
    memory_stripe.refuse_debit(session_of(gift))
    tell(memory_stripe)
    assert (claim_of(gift).state, left(kit)) == (State.RELEASED, 20)


def test_a_refund_frees_what_is_not_packed(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    gift = asked(kit)
    paid(memory_stripe, gift)
    memory_stripe.give_back(session_of(gift), 4_00)
    tell(memory_stripe)
    assert claim_of(gift).state == State.CONFIRMED, "a part of it may go back"
    memory_stripe.give_back(session_of(gift), 6_00)
    tell(memory_stripe)
    claim = claim_of(gift)
    assert (claim.state, claim.released_why, left(kit)) == (State.RELEASED, Why.REFUNDED, 20)


@pytest.mark.parametrize("still_there", [True, False])
def test_a_gift_that_stays_after_all_has_its_piece_if_there_is_one(
    memory_stripe: MemoryStripe, still_there: bool
) -> None:
    kit = seeds(pieces=1)
    gift = asked(kit)
    paid(memory_stripe, gift)
    memory_stripe.give_back(session_of(gift), 10_00, status="pending")
    tell(memory_stripe)
    assert left(kit) == 1
    if not still_there:
        asked(kit, donor=EMMA)
    refund = memory_stripe.sessions[session_of(gift)].charge.refunds[-1].id  # type: ignore[union-attr]
    memory_stripe.finish_refund(session_of(gift), refund, "failed")
    tell(memory_stripe)
    claim = claim_of(gift)
    wanted = (State.CONFIRMED, "") if still_there else (State.RELEASED, Why.SOLD_OUT)
    assert (claim.state, claim.released_why) == wanted
    assert adds_up(kit)


def test_who_never_pays_holds_a_piece_for_two_hours(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    gift = asked(kit)
    assert put_back_abandoned() == 0
    soon = timezone.now() + HELD - timedelta(minutes=1)
    assert put_back_abandoned(now=soon) == 0 and left(kit) == 19
    memory_stripe.down = True
    assert put_back_abandoned(now=timezone.now() + HELD) == 0
    assert left(kit) == 19, "its page may still be paid at"
    memory_stripe.down = False
    assert put_back_abandoned(now=timezone.now() + HELD) == 1
    assert left(kit) == 20
    assert memory_stripe.sessions[session_of(gift)].status == "expired"
    assert put_back_abandoned(now=timezone.now() + HELD) == 0


def test_whoever_has_paid_meanwhile_keeps_hers(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    gift = asked(kit)
    memory_stripe.pay_by_card(session_of(gift))
    assert put_back_abandoned(now=timezone.now() + HELD) == 0
    tell(memory_stripe)
    assert claim_of(gift).state == State.CONFIRMED


def test_a_form_that_died_before_the_payment_page_frees_its_piece(
    memory_stripe: MemoryStripe,
) -> None:
    kit = seeds()
    memory_stripe.down = True
    with pytest.raises(Unavailable):
        asked(kit)
    memory_stripe.down = False
    assert left(kit) == 19
    assert put_back_abandoned(now=timezone.now() + HELD) == 1
    assert left(kit) == 20


def test_the_same_form_after_two_hours_takes_a_piece_anew(memory_stripe: MemoryStripe) -> None:
    kit, token = seeds(), uuid.uuid4()
    begin(form_token=token, amount=10_00, premium=at_the_shop(kit))
    put_back_abandoned(now=timezone.now() + HELD)
    tell(memory_stripe)
    gift = begin(form_token=token, amount=10_00, premium=at_the_shop(kit)).donation
    put_back_abandoned(now=timezone.now() + timedelta(minutes=1))
    assert paid(memory_stripe, gift).state == State.CONFIRMED
    assert left(kit) == 19


def test_she_may_change_it_or_do_without_until_it_is_packed(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = paid(memory_stripe, asked(kit))
    premiums.change(claim=claim, choice=by_post(kit))
    claim.refresh_from_db()
    assert (claim.way, claim.place, claim.city) == ("post", None, "Roma")
    premiums.do_without(claim=claim)
    claim.refresh_from_db()
    assert (claim.released_why, left(kit)) == (Why.DONOR, 20)
    with pytest.raises(TooLate):
        premiums.change(claim=claim, choice=at_the_shop(kit))
    with pytest.raises(TooLate):
        premiums.do_without(claim=claim)
    assert left(kit) == 20


def delivered(claim: PremiumClaim) -> None:
    now = timezone.now()
    claim.state, claim.packed_at, claim.delivered_at = State.DELIVERED, now, now
    claim.save()


def test_the_address_of_a_parcel_is_forgotten_once_it_has_served(
    memory_stripe: MemoryStripe,
) -> None:
    kit = seeds()
    claim = paid(memory_stripe, asked(kit, by_post(kit)))
    later = timezone.now() + KEPT + timedelta(minutes=1)
    assert premium_stock.forget_addresses(now=later) == 0, "it is still needed"
    delivered(claim)
    assert premium_stock.forget_addresses() == 0
    assert premium_stock.forget_addresses(now=later) == 1
    claim.refresh_from_db()
    assert (claim.recipient, claim.street, claim.city, claim.country) == ("", "", "", "")
    assert claim.forgotten_at and claim.state == State.DELIVERED
    assert premium_stock.forget_addresses(now=later) == 0


def test_with_the_donor_the_address_is_forgotten_at_once(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    sent, waits = (paid(memory_stripe, asked(kit, by_post(kit))) for _ in range(2))
    delivered(sent)
    erasure_requests.ask(donor=sent.donation.donor, language="it")
    elio = User.objects.create(username="elio")
    erasure_requests.answer(request=erasure_requests.waiting().get(), words="Fatto.", by=elio)
    sent.refresh_from_db()
    waits.refresh_from_db()
    assert (sent.street, waits.street) == ("", HOME.street)


def test_a_gift_that_nobody_completed_is_deleted_with_its_claim(
    memory_stripe: MemoryStripe,
) -> None:
    kit = seeds()
    gift = asked(kit)
    memory_stripe.expire_session(session_of(gift))
    tell(memory_stripe)
    past = timezone.now() - UNFINISHED - timedelta(days=1)
    Donation.objects.update(created_at=past)
    gift.attempts.update(created_at=past)
    assert forget_unfinished() == 1
    assert not Donation.objects.exists() and not PremiumClaim.objects.exists()
    assert adds_up(kit) and kit.taken == 0


def test_packers_see_the_list_and_nothing_of_the_money() -> None:
    assert roles.PACKERS in roles.ALL
    packer = User.objects.create(username="pina")
    packer.groups.add(packer.groups.model.objects.get(name=roles.PACKERS))
    own = {one for one in packer.get_all_permissions() if one.startswith("donations.")}
    assert own == {"donations.view_premiumclaim", "donations.change_premiumclaim"}
