"""The unmodified SDK over HTTP against the sandbox, with its faults."""

import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from django.utils import timezone

from attribution.services import source
from donations import gateway
from donations.models import (
    Account,
    Acknowledgement,
    CheckoutAttempt,
    Donation,
    Receipt,
    RefundRequest,
    StripeEvent,
    SweepMark,
)
from donations.services import refunding
from donations.services.sweeping import sweep
from giving_support import begin, process, session_of
from ports import free_port
from stripe_sandbox import running

pytestmark = pytest.mark.django_db
State = Donation.State


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory):
    with running(tmp_path_factory.mktemp("sandbox")) as url:
        yield url


@pytest.fixture(autouse=True)
def here(settings: Any, address: str) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_sandbox", address


@pytest.fixture
def control(address: str):
    def post(action: str, **data: Any) -> dict:
        answer = requests.post(f"{address}/_control/stripe/{action}", json=data, timeout=10)
        assert answer.ok, answer.text
        return dict(answer.json())

    yield post
    post("fault", kind="none")


def heard(gift: Donation) -> Donation:
    sweep()
    process()
    gift.refresh_from_db()
    return gift


def test_card_fee_and_refund(control: Any) -> None:
    gift = begin().donation
    intent = control("pay", session=session_of(gift), method="card")["payment_intent"]["id"]
    assert heard(gift).state == State.SETTLED
    assert (gift.method, gift.method_reference) == ("card", "4242")
    assert sorted(gift.entries.values_list("amount", flat=True)) == [63, 25_00]
    control("refund", payment_intent=intent, amount=5_00)
    assert heard(gift).net == 20_00
    control("refund", payment_intent=intent)
    assert heard(gift).state == State.REFUNDED
    assert [one.state for one in gift.receipts.order_by("number")] == ["void", "void"]
    assert gift.acknowledgements.filter(kind="refund").count() == 2


def test_metadata_hold_our_ids_and_codes_and_no_name(control: Any) -> None:
    post = source(kind="post", key="sdk", label="Un post")
    gift = begin(source=post).donation
    story = control("pay", session=session_of(gift), method="card")
    expected = {"attempt": gift.attempts.get().idempotency_key, "source": post.code}
    assert story["session"]["metadata"] == story["payment_intent"]["metadata"] == expected


def test_declined_then_paid(control: Any) -> None:
    gift = begin().donation
    control("pay", session=session_of(gift), method="card_declined")
    assert heard(gift).state == State.CHECKOUT_OPEN
    control("pay", session=session_of(gift), method="card_3ds")
    assert heard(gift).state == State.SETTLED


def test_debit_promised_then_collected_and_one_refused(control: Any) -> None:
    gift, other = begin().donation, begin().donation
    mine = control("pay", session=session_of(gift), method="sepa")["payment_intent"]["id"]
    its = control("pay", session=session_of(other), method="sepa")["payment_intent"]["id"]
    assert heard(gift).state == heard(other).state == State.PROCESSING
    assert not Receipt.objects.exists()
    control("settle", payment_intent=mine, outcome="succeeded")
    control("settle", payment_intent=its, outcome="failed")
    assert (heard(gift).state, heard(other).state) == (State.SETTLED, State.FAILED)
    kinds = Acknowledgement.objects.order_by("pk").values_list("kind", flat=True)
    assert sorted(kinds) == ["failed", "processing", "processing", "thank_you"]


def test_a_debit_counts_from_the_day_the_bank_paid(control: Any) -> None:
    """Without its event: the sweep reads the session as it is, and asks Stripe for the day."""
    gift = begin().donation
    past = timezone.now().replace(microsecond=0) - timedelta(days=5)
    story = control("pay", session=session_of(gift), method="sepa", created=int(past.timestamp()))
    control("settle", payment_intent=story["payment_intent"]["id"])
    before = timezone.now()
    found = gateway.get().fetch_session(session_of(gift))
    assert found.charge and abs(found.charge.settled - before) < timedelta(seconds=30)
    assert heard(gift).settled_at == found.charge.settled
    assert set(gift.entries.values_list("at", flat=True)) == {found.charge.settled}


def test_disputes_lost_won_and_charged_back(control: Any) -> None:
    gifts = [begin().donation for _ in range(3)]
    intents = [
        control("pay", session=session_of(gift), method=method, settle=True)["payment_intent"]["id"]
        for gift, method in zip(gifts, ("card", "card", "sepa"), strict=True)
    ]
    mine, other = (control("dispute", payment_intent=one)["dispute"]["id"] for one in intents[:2])
    control("dispute", payment_intent=intents[2])
    states = [heard(gift).state for gift in gifts]
    assert states == [State.DISPUTED, State.DISPUTED, State.LOST]
    control("dispute", dispute=mine, outcome="lost")
    control("dispute", dispute=other, outcome="won")
    assert [heard(gift).state for gift in gifts] == [State.LOST, State.SETTLED, State.LOST]
    assert [gift.net for gift in gifts] == [0, 25_00, 0]
    assert balance() == at_stripe()
    assert Account.objects.get(code="disputes").balance() == 0


def asked_back(gift: Donation, amount: int) -> RefundRequest:
    key = str(uuid.uuid4())
    row = refunding.ask_back(key=key, donation=gift, amount=amount, reason="duplicate", by=None)
    refunding.ask_stripe(only=row)
    row.refresh_from_db()
    return row


def paid(control: Any, method: str = "card") -> Donation:
    gift = begin().donation
    control("pay", session=session_of(gift), method=method, settle=True)
    return heard(gift)


def test_the_treasury_asks_for_a_refund(control: Any) -> None:
    gift = paid(control)
    row = asked_back(gift, 5_00)
    assert row.state == "accepted"
    made = gateway.get()._stripe.refunds.retrieve(str(row.refund_id))
    assert (made.amount, made.reason) == (5_00, "duplicate")
    assert made.metadata and made.metadata.to_dict() == {"refund_request": row.key}
    assert heard(gift).net == 20_00
    row.refresh_from_db()
    assert row.state == "done"
    assert balance() == at_stripe()


def test_a_debits_refund_waits_for_the_bank(control: Any) -> None:
    gift = paid(control, "sepa")
    row = asked_back(gift, 5_00)
    heard(gift)
    row.refresh_from_db()
    assert row.state in ("pending", "done")
    deadline = time.monotonic() + 30
    while row.state != "done" and time.monotonic() < deadline:
        time.sleep(0.2)
        heard(gift)
        row.refresh_from_db()
    assert (row.state, gift.net) == ("done", 20_00)


@pytest.mark.parametrize("kind", ["error", "error_after", "drop_before", "drop_after"])
def test_stripe_fails_while_a_refund_is_asked(control: Any, kind: str) -> None:
    gift = paid(control)
    control("fault", kind=kind, path="/v1/refunds", method="POST", times=2, status=500)
    row = asked_back(gift, 5_00)
    assert row.state == "asked" and row.last_error
    control("fault", kind="none")
    assert refunding.try_again(request=row)
    refunding.ask_stripe()
    row.refresh_from_db()
    assert row.state == "accepted"
    assert heard(gift).net == 20_00


def test_stripe_refuses_a_refund_in_its_own_words(control: Any) -> None:
    gift = paid(control)
    control("dispute", payment_intent=gift.attempts.get().payment_intent)
    row = asked_back(gift, 5_00)  # we have not heard of the dispute yet
    assert (row.state, row.refusal_code) == ("refused", "charge_disputed")
    assert "charged back" in row.refusal


def test_a_bank_warns_of_a_fraud_and_the_gift_goes_back(control: Any) -> None:
    gift = paid(control)
    control("warn", payment_intent=gift.attempts.get().payment_intent)
    heard(gift)
    row = gift.fraud_warnings.get()
    assert (row.fraud_type, row.actionable, row.alert) == (
        "unauthorized_use_of_card",
        True,
        "fraud",
    )
    asked_back(gift, 25_00)
    assert heard(gift).state == State.REFUNDED
    heard(gift)  # the warning's own news come after the money's
    row.refresh_from_db()
    assert not row.actionable


def balance() -> int:
    return Account.objects.get(code="stripe").balance()


def at_stripe() -> int:
    """The sum of what Stripe itself has on its balance for the gifts of this test."""
    stripe = gateway.get()._stripe
    charges = {
        str(stripe.payment_intents.retrieve(str(intent)).latest_charge)
        for intent in CheckoutAttempt.objects.values_list("payment_intent", flat=True)
    }
    mine = set(charges)
    for charge in charges:
        mine |= {one.id for one in stripe.disputes.list({"charge": charge}).data}
        mine |= {one.id for one in stripe.refunds.list({"charge": charge}).data}
    booked = stripe.balance_transactions.list({"limit": 100}).auto_paging_iter()
    return sum(one.net for one in booked if one.source in mine)


def test_expired_page_then_the_same_form_again(control: Any) -> None:
    token = uuid.uuid4()
    gift = begin(form_token=token).donation
    control("expire", session=session_of(gift))
    assert heard(gift).state == State.EXPIRED
    again = begin(form_token=token)
    assert again.donation.pk == gift.pk and gift.attempts.count() == 2
    control("pay", session=session_of(gift), method="card")
    assert heard(gift).state == State.SETTLED


def test_another_amount_closes_the_old_page_at_stripe(address: str) -> None:
    token = uuid.uuid4()
    first = begin(form_token=token)
    second = begin(form_token=token, amount=40_00)
    assert first.url != second.url
    sessions = [gateway.get().fetch_session(str(one.session_id)) for one in gift_attempts(token)]
    assert [one.status for one in sessions] == ["expired", "open"]


def gift_attempts(token: uuid.UUID) -> list[Any]:
    return list(Donation.objects.get(form_token=token).attempts.all())


@pytest.mark.parametrize("kind", ["error", "error_after", "drop_before", "drop_after"])
def test_stripe_fails_while_the_page_is_opened(control: Any, kind: str) -> None:
    token = uuid.uuid4()
    control("fault", kind=kind, path="/v1/checkout/sessions", method="POST", times=2, status=500)
    with pytest.raises(gateway.Unavailable):
        begin(form_token=token)
    control("fault", kind="none")
    gift = begin(form_token=token).donation
    # a 500 is kept by Stripe under its key, so it takes a new one; a dropped line does not
    assert gift.attempts.count() == (2 if kind.startswith("error") else 1)
    control("pay", session=session_of(gift), method="card")
    assert heard(gift).state == State.SETTLED


def test_a_second_click_waits_for_the_answer_to_the_first(control: Any) -> None:
    control("fault", kind="error", path="/v1/checkout/sessions", times=4, status=409)
    gift = begin().donation
    assert gift.attempts.count() == 1 and gift.state == State.CHECKOUT_OPEN


def test_it_does_not_wait_for_ever(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("donations.services.opening.PATIENCE", 0.1)
    token = uuid.uuid4()
    control("fault", kind="error", path="/v1/checkout/sessions", times=20, status=409)
    with pytest.raises(gateway.Unavailable):
        begin(form_token=token)
    control("fault", kind="none")
    assert begin(form_token=token).donation.attempts.count() == 1


def test_a_fee_that_is_known_later_follows_the_gift(control: Any) -> None:
    control("capture", seconds=5)  # a busy machine may take long to come to the first look
    try:
        gift = begin().donation
        control("pay", session=session_of(gift), method="card")
        assert heard(gift).state == State.SETTLED
        assert list(gift.entries.values_list("amount", flat=True)) == [25_00]
        deadline = time.monotonic() + 30
        while gift.entries.count() < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
            heard(gift)
    finally:
        control("capture", seconds=0)
    assert sorted(gift.entries.values_list("amount", flat=True)) == [63, 25_00]
    assert gift.acknowledgements.filter(kind="thank_you").count() == 1


def test_one_dropped_line_is_not_even_noticed(control: Any) -> None:
    control("fault", kind="drop_after", path="/v1/checkout/sessions", method="POST", times=1)
    gift = begin().donation
    assert gift.attempts.count() == 1 and gift.state == State.CHECKOUT_OPEN


def test_nobody_listens(settings: Any) -> None:
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(gateway.Unavailable):
        begin()
    assert sweep() == 0


def test_what_is_no_event_hides_no_other_of_the_list(
    control: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever form Stripe's list may take one day: the others are heard, and it is read once."""
    for gift in (begin().donation, begin().donation):
        control("pay", session=session_of(gift), method="card")
    real, newest = stripe.Event.to_dict, list[str]()

    def to_dict(row: stripe.Event) -> dict[str, Any]:
        newest.append(row.id)
        whole = real(row)
        return {"id": row.id} if row.id == newest[0] else whole

    monkeypatch.setattr(stripe.Event, "to_dict", to_dict)
    sweep()
    kept = set(StripeEvent.objects.values_list("event_id", flat=True))
    assert len(newest) >= 2 and kept == set(newest[1:])
    assert SweepMark.get()
    (told,) = [line for line in caplog.records if line.msg == "listed, and no event"]
    assert (vars(told)["stripe_event"], vars(told)["reason"]) == (newest[0], "KeyError: 'data'")


def test_receipt_and_mail(control: Any, mailoutbox: list[Any], tmp_path: Path) -> None:
    from donations.services.acknowledging import write_due
    from mail.services import send_due

    gift = begin().donation
    control("pay", session=session_of(gift), method="card")
    heard(gift)
    assert (write_due(), send_due()) == (1, 1)
    assert (write_due(), send_due()) == (0, 0)
    (mail,) = mailoutbox
    receipt = Receipt.objects.get()
    name, content, kind = mail.attachments[0]
    assert (kind, content[:5]) == ("application/pdf", b"%PDF-")
    assert name == f"ricevuta-{receipt.year}-000001.pdf"
    assert receipt.file.read() == content
    assert mail.to == ["maria.rossi@example.org"] and "Maria" in mail.subject
