"""Recurring gifts with the unmodified SDK over HTTP against the sandbox, where time can be moved: what
is charged, on which day, after a pause, another amount and the end."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from donations import gateway
from donations.models import Acknowledgement, Donation, PromiseChange, RecurringDonation
from donations.services import changing, endpoints, promises
from donations.services.sweeping import sweep
from giving_support import begin, process, session_of
from stripe_sandbox import running

pytestmark = pytest.mark.django_db
Kind, State = PromiseChange.Kind, RecurringDonation.State


@pytest.fixture
def address(tmp_path: Path):
    """Each test moves the time of a Stripe of its own."""
    with running(tmp_path) as url:
        yield url


@pytest.fixture(autouse=True)
def here(settings: Any, address: str) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_sandbox", address


@pytest.fixture
def control(address: str):
    def post(action: str, **data: Any) -> dict:
        answer = requests.post(f"{address}/_control/stripe/{action}", json=data, timeout=30)
        assert answer.ok, answer.text
        return dict(answer.json())

    return post


@pytest.fixture
def begun(control: Any):
    def begin_promise(method: str = "card", every: str = "month") -> RecurringDonation:
        gift = begin(every=every).donation
        control("pay", session=session_of(gift), method=method)
        assert gift.promise
        return told(gift.promise)

    return begin_promise


def told(promise: RecurringDonation) -> RecurringDonation:
    sweep()
    process()
    process()
    promise.refresh_from_db()
    return promise


def move(control: Any, to: datetime) -> None:
    control("clock", to=int(to.timestamp()))


AN_HOUR = timedelta(hours=1)


def days(promise: RecurringDonation) -> list[str]:
    """On which each was due: Stripe settles all but the first an hour after they are made, which may
    be past midnight."""
    gifts = promise.donations.filter(settled_at__isnull=False).order_by("settled_at")
    first, *later = [gift.settled_at for gift in gifts if gift.settled_at]
    return [f"{moment:%Y-%m-%d}" for moment in (first, *(one - AN_HOUR for one in later))]


def change(promise: RecurringDonation, kind: Kind, **what: Any) -> PromiseChange:
    row = changing.ask(key=str(uuid.uuid4()), promise=promise, kind=kind, **what)
    changing.ask_stripe(only=row)
    row.refresh_from_db()
    promise.refresh_from_db()
    assert row.state == PromiseChange.State.DONE, row.last_error
    return row


def due(promise: RecurringDonation, steps: int) -> datetime:
    return promise.charge_after(steps)


def test_a_year_of_months_is_twelve_gifts_with_their_fees(begun: Any, control: Any) -> None:
    promise = begun()
    assert promise.state == State.ACTIVE and promise.card_expires and promise.next_charge
    planned = [f"{due(promise, steps):%Y-%m-%d}" for steps in range(11)]
    move(control, due(promise, 10) + timedelta(days=1))
    told(promise)
    assert days(promise)[1:] == planned
    gifts = promise.donations.all()
    assert {(gift.state, gift.amount) for gift in gifts} == {("settled", 25_00)}
    assert Acknowledgement.objects.filter(kind="thank_you").count() == 12


def test_quarters_and_years_are_charged_in_their_rhythm(begun: Any, control: Any) -> None:
    quarter, year = begun(every="quarter"), begun(every="year")
    assert (quarter.interval, year.interval) == ("quarter", "year")
    planned = f"{due(quarter, 3):%Y-%m-%d}"
    move(control, due(quarter, 3) + timedelta(days=1))
    told(quarter)
    assert len(days(quarter)) == 5 and days(quarter)[-1] == planned
    assert len(days(year)) == 2


def test_another_amount_counts_from_the_next_charge_on(begun: Any, control: Any) -> None:
    promise = begun()
    change(promise, Kind.AMOUNT, amount=40_00)
    assert promise.amount == 40_00 and promise.interval == "month"
    move(control, due(promise, 0) + timedelta(days=1))
    told(promise)
    amounts = promise.donations.order_by("settled_at").values_list("amount", flat=True)
    assert list(amounts) == [25_00, 40_00]


def test_nothing_is_charged_in_a_pause_and_the_first_after_it_on_its_day(
    begun: Any, control: Any
) -> None:
    promise = begun()
    until = datetime.now(UTC) + timedelta(days=75)
    change(promise, Kind.PAUSE, until=until)
    first = promise.first_charge
    assert promise.state == State.PAUSED and first and first >= promise.paused_until
    move(control, first - timedelta(days=1))
    told(promise)
    assert len(days(promise)) == 1
    move(control, first + timedelta(days=1))
    told(promise)
    assert days(promise)[1:] == [f"{first:%Y-%m-%d}"]
    assert promise.state == State.ACTIVE


def test_one_charge_is_skipped_and_the_next_one_is_not(begun: Any, control: Any) -> None:
    promise = begun()
    second = due(promise, 1)
    change(promise, Kind.SKIP)
    assert promise.first_charge == second
    move(control, second + timedelta(days=1))
    told(promise)
    assert days(promise)[1:] == [f"{second:%Y-%m-%d}"]


def test_a_pause_that_is_ended_early_is_charged_again(begun: Any, control: Any) -> None:
    promise = begun()
    change(promise, Kind.PAUSE, until=datetime.now(UTC) + timedelta(days=200))
    change(promise, Kind.RESUME)
    first = due(promise, 0)
    assert promise.state == State.ACTIVE
    move(control, first + timedelta(days=1))
    told(promise)
    assert days(promise)[1:] == [f"{first:%Y-%m-%d}"]


def test_after_the_end_nothing_is_charged_any_more(begun: Any, control: Any) -> None:
    promise = begun()
    change(promise, Kind.CANCEL)
    assert (promise.state, promise.end_reason) == (State.ENDED, "donor")
    assert promise.next_charge is None
    move(control, datetime.now(UTC) + timedelta(days=200))
    told(promise)
    assert len(days(promise)) == 1
    assert Acknowledgement.objects.filter(kind="promise_ended").count() == 1


def test_a_card_that_is_refused_later_and_given_up_in_the_end(begun: Any, control: Any) -> None:
    promise = begun("card_fails_later")
    move(control, due(promise, 0) + timedelta(days=1))
    told(promise)
    assert promise.state == State.FAILING and promise.repair_url.startswith("http")
    kinds = Acknowledgement.objects.filter(state="due").values_list("kind", flat=True)
    assert "payment_failed" in kinds and "payment_given_up" not in kinds
    move(control, datetime.now(UTC) + timedelta(days=75))
    told(promise)
    assert Acknowledgement.objects.filter(kind="payment_given_up").exists()
    assert promise.donations.filter(state="settled").count() == 1


def test_a_failing_one_that_gets_another_card_recovers(begun: Any, control: Any) -> None:
    promise = begun("card_fails_later")
    move(control, due(promise, 0) + timedelta(days=1))
    told(promise)
    endpoints.set_up_portal()
    back = "http://127.0.0.1:9/dona/area/"
    portal = gateway.get().open_portal(promise.customer_id, back=back, language="it")
    page = requests.get(portal, timeout=10)
    chosen = requests.post(page.url, {"method": "card"}, allow_redirects=False, timeout=10)
    assert chosen.headers["Location"] == back
    told(promise)
    assert changing.ask_stripe() == 2  # the card, and at once the charge that did not go through
    told(promise)
    assert promise.method_reference == "4242"
    assert promise.state == State.ACTIVE and promise.open_invoice == "" and promise.trouble == ""
    assert len(days(promise)) == 2  # nobody had to wait for Stripe's next try
    move(control, due(promise, 0) + timedelta(days=1))
    told(promise)
    assert len(days(promise)) == 3
    assert Acknowledgement.objects.filter(kind="thank_you").count() == 3


def test_a_new_card_whose_bank_wants_to_hear_from_her_gets_the_page_for_it(
    begun: Any, control: Any
) -> None:
    promise = begun("card_fails_later")
    move(control, due(promise, 0) + timedelta(days=1))
    told(promise)
    control("method", customer=promise.customer_id, method="card_asks")
    told(promise)
    assert changing.ask_stripe() == 2
    told(promise)
    pay = promise.changes.get(kind=Kind.PAY)
    assert pay.state == "refused" and promise.state == State.FAILING
    duty = Acknowledgement.objects.get(kind="payment_confirm")
    assert duty.state == "due" and duty.key == f"{promise.open_invoice}:payment_confirm"
    control("invoice", invoice=promise.open_invoice, confirm=True)
    told(promise)
    assert promise.state == State.ACTIVE and len(days(promise)) == 2


def test_leave_taken_back_at_the_bank_is_seen_and_another_account_mends_it(
    begun: Any, control: Any
) -> None:
    promise = begun("sepa")
    move(control, datetime.now(UTC) + timedelta(days=10))
    told(promise)
    control("mandate", subscription=promise.subscription_id, status="inactive")
    told(promise)
    assert promise.mandate_is_over and promise.state == State.ACTIVE
    assert Acknowledgement.objects.get(kind="mandate_ended").state == "due"
    control("method", customer=promise.customer_id, method="sepa")
    told(promise)
    changing.ask_stripe()
    told(promise)
    assert not promise.trouble
    move(control, due(promise, 0) + timedelta(days=15))
    told(promise)
    assert len(days(promise)) == 2


def test_a_debit_is_a_gift_when_the_bank_has_paid_it(begun: Any, control: Any) -> None:
    promise = begun("sepa")
    assert promise.donations.get().state == Donation.State.PROCESSING
    move(control, due(promise, 0) + timedelta(days=20))
    told(promise)
    assert [gift.state for gift in promise.donations.all()] == ["settled", "settled"]
    assert {gift.method for gift in promise.donations.all()} == {"sepa_debit"}


def test_a_refund_of_a_charge_finds_its_gift(begun: Any, control: Any) -> None:
    promise = begun()
    move(control, due(promise, 0) + timedelta(days=1))
    told(promise)
    newest = promise.donations.order_by("-pk")[0]
    control("refund", payment_intent=newest.attempts.get().payment_intent, amount=5_00)
    told(promise)
    assert sorted(promise.donations.values_list("refunded_amount", flat=True)) == [0, 5_00]


def test_a_card_about_to_expire_is_told_a_month_before(begun: Any) -> None:
    promise = begun("card_expiring")
    assert promise.card_expires
    month_before = datetime.combine(promise.card_expires, datetime.min.time(), UTC)
    promises.warn_of_cards(now=month_before - timedelta(days=40))
    assert not Acknowledgement.objects.filter(kind="card_expiring").exists()
    for _hour in range(2):
        promises.warn_of_cards(now=month_before - timedelta(days=30))
    assert Acknowledgement.objects.filter(kind="card_expiring").count() == 1
