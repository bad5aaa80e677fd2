"""Two addresses that are one person: joined, counted as one, parted again."""

import re
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from attribution.models import Credit, Source
from attribution.services import source, totals, version
from donations.models import Donation, Donor, DonorMerge
from donations.services import knowing, merging
from donations.services.forgetting import forget_unfinished
from giving_support import MARIA, begin, session_of
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import member, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(db: None) -> Source:
    return source(kind="post", key="1", label="Sei metri di muro")


@pytest.fixture
def elio(db: None) -> User:
    return User.objects.create_user("elio")


def give(stripe: MemoryStripe, post: Source, email: str, amount: int = 20_00) -> Donation:
    donor = replace(MARIA, email=email, last_name=email.partition("@")[0])
    gift = begin(donor=donor, amount=amount, source=post).donation
    stripe.pay_by_card(session_of(gift))
    tell(stripe)
    gift.refresh_from_db()
    return gift


def whole(donor: Donor) -> list[int]:
    """The amounts of a person's gifts, as her page counts them."""
    every = merging.addresses(donor)
    gifts = Donation.objects.filter(donor__in=every).order_by("pk")
    return list(gifts.values_list("amount", flat=True))


def fresh(*donors: Donor) -> list[Donor]:
    for donor in donors:
        donor.refresh_from_db()
    return list(donors)


def test_persons_are_counted_as_one_and_the_credits_agree(
    memory_stripe: MemoryStripe, post: Source, elio: User
) -> None:
    one, two = (give(memory_stripe, post, f"{name}@x.example").donor for name in ("ada", "ida"))
    assert totals(post).donors == 2
    before = version()
    merging.merge(kept=one, absorbed=two, by=elio)
    assert totals(post).donors == 1 and totals(post).gifts == 2
    assert version() != before  # pages that show it are drawn anew
    assert call_rebuild() == (0, 0)
    give(memory_stripe, post, "ida@x.example")
    assert totals(post).donors == 1 and totals(post).gifts == 3
    assert set(Credit.objects.values_list("donor", flat=True)) == {one.public_id.hex}
    assert call_rebuild() == (0, 0)


def call_rebuild() -> tuple[int, int]:
    from donations.services.crediting import rebuild_credits

    return rebuild_credits()


def test_parting_gives_back_what_there_was_with_the_gifts_made_meanwhile(
    memory_stripe: MemoryStripe, post: Source, elio: User
) -> None:
    one = give(memory_stripe, post, "ada@x.example", 10_00).donor
    two = give(memory_stripe, post, "ida@x.example", 20_00).donor
    merge = merging.merge(kept=one, absorbed=two, by=elio)
    give(memory_stripe, post, "ada@x.example", 11_00)
    give(memory_stripe, post, "ida@x.example", 21_00)
    assert whole(one) == [10_00, 20_00, 11_00, 21_00]
    merging.part(merge=merge)
    assert whole(one) == [10_00, 11_00] and whole(two) == [20_00, 21_00]
    assert totals(post).donors == 2
    assert call_rebuild() == (0, 0)
    with pytest.raises(merging.CannotPart):
        merging.part(merge=merge)
    merging.merge(kept=two, absorbed=one, by=elio)  # the other way round
    assert whole(two) == [10_00, 20_00, 11_00, 21_00]


def test_a_mail_goes_where_the_form_said(
    memory_stripe: MemoryStripe, post: Source, elio: User, mailoutbox: list
) -> None:
    one = give(memory_stripe, post, "ada@x.example").donor
    two = give(memory_stripe, post, "ida@x.example").donor
    merging.merge(kept=one, absorbed=two, by=elio)
    gift = give(memory_stripe, post, "ida@x.example")
    assert gift.acknowledgements.get().mail.to == "ida@x.example"


def test_who_was_joined_before_comes_along_and_goes_back(
    memory_stripe: MemoryStripe, post: Source, elio: User
) -> None:
    a, b, c = (give(memory_stripe, post, f"{name}@x.example").donor for name in "abc")
    inner = merging.merge(kept=b, absorbed=c, by=elio)
    with pytest.raises(merging.CannotMerge):
        merging.merge(kept=a, absorbed=c, by=elio)  # c is no person of her own
    outer = merging.merge(kept=a, absorbed=b, by=elio)
    assert [one.kept_id for one in fresh(a, b, c)] == [None, a.pk, a.pk]
    assert totals(post).donors == 1
    with pytest.raises(merging.CannotPart):
        merging.part(merge=inner)
    merging.part(merge=outer)
    assert [one.kept_id for one in fresh(a, b, c)] == [None, None, b.pk]
    assert totals(post).donors == 2
    merging.part(merge=inner)
    assert [one.kept_id for one in fresh(a, b, c)] == [None, None, None]
    assert call_rebuild() == (0, 0)


def test_nobody_is_joined_to_herself_or_in_a_ring(
    memory_stripe: MemoryStripe, post: Source, elio: User
) -> None:
    one, two = (give(memory_stripe, post, f"{name}@x.example").donor for name in ("ada", "ida"))
    for kept, absorbed in ((one, one),):
        with pytest.raises(merging.CannotMerge):
            merging.merge(kept=kept, absorbed=absorbed, by=elio)
    merging.merge(kept=one, absorbed=two, by=elio)
    for kept, absorbed in ((one, two), (two, one)):
        with pytest.raises(merging.CannotMerge):
            merging.merge(kept=kept, absorbed=absorbed, by=elio)


def test_an_unfinished_gift_of_a_joined_donor_can_be_forgotten(
    memory_stripe: MemoryStripe, post: Source, elio: User
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    one = give(memory_stripe, post, "ada@x.example").donor
    for kept, email in ((True, "left@x.example"), (False, "right@x.example")):
        gift = begin(donor=replace(MARIA, email=email)).donation
        pair = (gift.donor, one) if kept else (one, gift.donor)
        merge = merging.merge(kept=pair[0], absorbed=pair[1], by=elio)
        gift.attempts.update(state="expired")
        old = timezone.now() - timedelta(days=40)
        gift.attempts.update(created_at=old)
        Donation.objects.filter(pk=gift.pk).update(state="expired", created_at=old)
        assert forget_unfinished() == 1
        assert Donor.objects.filter(email=email).exists() == kept
        if kept:  # she holds the other one together, until they are parted
            merging.part(merge=merge)
    assert Donor.objects.filter(email="ada@x.example").exists()


@pytest.fixture
def page(memory_stripe: MemoryStripe, post: Source) -> tuple[Client, Donor, Donor]:
    one, two = (give(memory_stripe, post, f"{name}@x.example").donor for name in ("ada", "ida"))
    knowing.tag(donor=two, name="Socia")
    return member(roles.TREASURY), one, two


def seen(client: Client, donor: Donor) -> str:
    answer = client.get(reverse("treasury:donor", args=[donor.public_id]), follow=True)
    return re.sub("[ \n]+", " ", answer.content.decode())  # not the spaces within sums


def test_the_page_joins_who_is_proposed_and_parts_them(page: tuple[Client, Donor, Donor]) -> None:
    client, one, two = page
    assert "lo stesso codice fiscale" in seen(client, one)
    address = reverse("treasury:merge", args=[one.public_id])
    said = client.post(address, {"chi": str(two.public_id)}, follow=True).content.decode()
    assert "una persona sola" in said and "Forse la stessa persona" not in said
    both = seen(client, two)  # the other address leads to the same page
    assert "2 doni, 40,00\u00a0€ in tutto" in both and "Socia" in both
    listed = client.get(reverse("treasury:donors"), {"cerca": "ada@x ida@x"}).content.decode()
    assert "1 donatore in questa vista" in listed and "Socia" in listed
    again = client.post(address, {"chi": str(two.public_id)}, follow=True).content.decode()
    assert "Sono già la stessa persona" in again
    merge = DonorMerge.objects.get()
    assert merge.by == User.objects.latest("pk")
    part = reverse("treasury:part", args=[merge.pk])
    assert part in both
    assert "Sono di nuovo due" in client.post(part, follow=True).content.decode()
    assert "Sono già stati separati" in client.post(part, follow=True).content.decode()
    assert "1 dono, 20,00\u00a0€ in tutto" in seen(client, one)
    assert ">Socia</a>" not in seen(client, one)


def test_the_page_joins_by_a_mail_written_whole(page: tuple[Client, Donor, Donor]) -> None:
    client, one, two = page
    address = reverse("treasury:merge", args=[one.public_id])
    for wrong in ({"mail": "nobody@x.example"}, {"mail": "x"}, {"chi": "x"}, {}):
        said = client.post(address, wrong, follow=True).content.decode()
        assert "non ha donato nessuno" in said
    said = client.post(address, {"mail": "IDA@x.example"}, follow=True).content.decode()
    assert "una persona sola" in said
    two.refresh_from_db()
    assert two.kept == one


def test_a_tag_comes_off_at_every_address(page: tuple[Client, Donor, Donor]) -> None:
    client, one, two = page
    knowing.tag(donor=one, name="socia")
    merging.merge(kept=one, absorbed=two, by=User.objects.latest("pk"))
    tag = one.tags.get()
    client.post(reverse("treasury:untag", args=[one.public_id, tag.pk]))
    assert ">Socia</a>" not in seen(client, one)


def test_rebuilding_by_hand_knows_persons(page: tuple[Client, Donor, Donor], post: Source) -> None:
    _client, one, two = page
    merging.merge(kept=one, absorbed=two, by=User.objects.latest("pk"))
    Credit.objects.all().delete()
    call_command("rebuild_credits")
    assert totals(post).donors == 1
