"""Papers of somebody who was erased go when their term is over, and not a day before; events and mails
of everybody when their months are over."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from donations.erasure.payloads import FORGOTTEN, redacted
from donations.models import (
    Donation,
    Erasure,
    GivingSettings,
    Receipt,
    Statement,
    StatementRun,
    StripeEvent,
)
from donations.services import erased, erasing, receipts, reprinting
from donations.services.receipts import ROME
from erasure_support import FIRST, HER, LAST, MAIL, PAYLOAD, found, stray
from giving_support import begin, session_of
from mail.forgetting import delete_files
from mail.models import Attachment, Message
from mail.services import send_due
from mail.storage import private_storage
from memory_stripe import MemoryStripe
from treasury_support import by_hand, tell

pytestmark = pytest.mark.django_db


def of(year: int) -> datetime:
    return datetime(year, 5, 2, 12, tzinfo=ROME)


@pytest.fixture
def this_year() -> int:
    return timezone.now().astimezone(ROME).year


def paper(year: int, monkeypatch: pytest.MonkeyPatch) -> Receipt:
    """Of a gift by hand, issued in that year."""
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: of(year))
        gift = by_hand(donor=HER, day=of(year).date(), method="cheque", reference=f"N-{year}")
        receipt = gift.receipts.get()
        receipts.paper(receipt=receipt)
    receipt.refresh_from_db()
    assert receipt.year == year
    return receipt


def gone(receipt: Receipt) -> Erasure:
    return erasing.erase(donor=receipt.donation.donor, reason="own", by=None)


def test_ten_whole_years_after_its_own(this_year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    old, young = (paper(this_year - age, monkeypatch) for age in (11, 10))
    names = [one.file.name for one in (old, young)]
    done = gone(old)
    erased.look_again(now=done.again_at)
    delete_files()
    for one in (old, young):
        one.refresh_from_db()
    assert (old.data, old.file.name, old.sha256) == ({}, "", "") and old.forgotten_at
    assert old.number == 1 and old.amount == 20_00 and old.lines.get().amount == 20_00
    assert young.data["donor"] == f"{FIRST} {LAST}" and young.forgotten_at is None
    assert [private_storage().exists(name) for name in names] == [False, True]
    assert receipts.draw_missing() == 0 and reprinting.stamped(receipt=old) is None
    references = Donation.objects.order_by("settled_at").values_list("method_reference", flat=True)
    assert list(references) == ["", f"N-{this_year - 10}"]
    done.refresh_from_db()
    (kept,) = [one for one in done.kept if one["part"] == "receipts"]
    assert (kept["number"], kept["until"]) == (1, f"{this_year}-12-31")
    assert erased.look_again(now=done.again_at) == 1  # nothing more to lose


def test_the_treasury_may_keep_them_longer_never_shorter(
    this_year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = paper(this_year - 12, monkeypatch)
    held = GivingSettings.load()
    held.years_kept = 12
    held.save()
    done = gone(old)
    erased.look_again(now=done.again_at)
    old.refresh_from_db()
    assert old.data
    held.years_kept = 9
    with pytest.raises(DatabaseError), transaction.atomic():
        held.save()


def test_the_seal_lets_go_of_nothing_that_is_younger(
    this_year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty: dict[str, Any] = {"data": {}, "file": "", "sha256": "", "forgotten_at": timezone.now()}
    old, young = (paper(this_year - age, monkeypatch) for age in (11, 10))
    for row, change in (
        (young, empty),
        (old, empty | {"data": {"donor": "somebody else"}}),
        (old, empty | {"amount": 1}),
        (old, {"data": {}}),
        (old, {"file": "", "sha256": ""}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Receipt.objects.filter(pk=row.pk).update(**change)
    Receipt.objects.filter(pk=old.pk).update(**empty)
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.filter(pk=old.pk).update(forgotten_at=None, data={"donor": "x"})


def test_statements_by_the_day_that_is_printed_on_them(
    memory_stripe: MemoryStripe, this_year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = by_hand(donor=HER)
    rows = {age: _statement(gift, this_year - age) for age in (11, 10)}
    done = erasing.erase(donor=gift.donor, reason="own", by=None)
    erased.look_again(now=done.again_at)
    for row in rows.values():
        row.refresh_from_db()
    assert (rows[11].data, rows[11].name, rows[11].file.name) == ({}, "–", "")
    assert rows[10].name == LAST and rows[10].data and rows[10].file
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(pk=rows[10].pk).update(
            data={}, file="", sha256="", forgotten_at=timezone.now()
        )


def _statement(gift: Donation, issued: int) -> Statement:
    run = StatementRun.objects.create(
        year=issued - 1, version=1, state="given_up", started_at=of(issued)
    )
    row = Statement.objects.create(
        run=run,
        donor=gift.donor,
        name=LAST,
        amount=1,
        gifts=1,
        data={"issued_on": f"{issued}-02-01", "donor": LAST},
        language="it",
        state="kept",
        file=f"statements/{issued}.pdf",
        sha256="0" * 64,
    )
    return row


def test_of_somebody_who_was_not_erased_nothing_goes(
    this_year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = paper(this_year - 20, monkeypatch)
    assert erased.look_again(now=timezone.now() + timedelta(days=400)) == 0
    old.refresh_from_db()
    assert old.data and old.file


# --- everybody's events and mails ----------------------------------------------------------------


def test_old_events_name_nobody_and_what_still_waits_is_left_alone(
    memory_stripe: MemoryStripe,
) -> None:
    gift = begin(donor=HER).donation
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    old, young, waiting = (stray(f"evt_{name}", MAIL) for name in ("old", "young", "waiting"))
    now = timezone.now()
    age = {old: 25, young: 23, waiting: 40}
    for event, months in age.items():
        StripeEvent.objects.filter(pk=event.pk).update(received_at=now - months * erased.MONTH)
    StripeEvent.objects.filter(pk=waiting.pk).update(state="failed")
    erased.forget_old(now=now)
    left = {one.event_id for one in StripeEvent.objects.filter(redacted_at=None)}
    assert old.event_id not in left and {young.event_id, waiting.event_id} <= left
    old.refresh_from_db()
    assert MAIL.encode() not in bytes(old.payload)
    assert erased.forget_old(now=now) == 0


def test_old_mails_lose_address_words_and_files_and_still_have_left(
    memory_stripe: MemoryStripe,
) -> None:
    gift = begin(donor=HER).donation
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    send_due()
    now = timezone.now()
    mail = Message.objects.get(kind="thank_you")
    assert erased.forget_old(now=now + 35 * erased.MONTH) > 0  # the events
    assert Attachment.objects.exists()
    erased.forget_old(now=now + 37 * erased.MONTH)
    mail.refresh_from_db()
    assert (mail.state, mail.to, mail.body_text, mail.body_html) == ("sent", "", "", "")
    assert not Attachment.objects.exists() and mail.sent_at
    assert "mail.Message.to" not in found(MAIL)


# --- an event's words ----------------------------------------------------------------------------


def test_what_an_event_tells_of_a_person_goes_and_its_structure_stays() -> None:
    thing = {
        "id": "ch_1",
        "object": "charge",
        "amount": 5000,
        "status": "succeeded",
        "payment_intent": "pi_1",
        "metadata": {"attempt": "abc:checkout:1", "note": MAIL},
        "description": f"Dono di {FIRST}",
        "hosted_invoice_url": "https://invoice.stripe.com/i/acct_1/live_abc",
        **PAYLOAD,
    }
    told = {"id": "evt_1", "type": "charge.updated", "data": {"object": thing}}
    body = redacted(json.dumps(told).encode())
    bare = json.loads(body)["data"]["object"]
    assert bare["metadata"] == {"attempt": "abc:checkout:1", "note": ""}
    for name in ("id", "object", "amount", "status", "payment_intent"):
        assert bare[name] == thing[name]
    assert bare["payment_method_details"] == {
        "card": {"last4": "", "exp_year": None},
        "type": "card",
    }
    text = body.decode()
    for word in (FIRST, LAST, MAIL, "9431", "Strettissimo", "3331239876", "hosted", "acct_1"):
        assert word not in text or word == "hosted"
    assert redacted(body) == body
    assert redacted(b"no json") == FORGOTTEN
