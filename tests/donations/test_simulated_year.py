"""A year of a thousand gifts on Stripe's stand-in, over HTTP with the SDK as it comes: cards, debits,
promises that go on every month, one that fails and recovers, one that fails to its end, one that is
paused; failures, refunds, disputes, payouts with fees, some sent back; transfers recognised on the
bank's statement. Each month is closed in its turn, and at the end papers, ledger, report and bank
agree to the cent."""

import random
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from bank_support import imported, row
from donations.models import (
    Account,
    BankLine,
    ClosedMonth,
    Donation,
    JournalEntry,
    Payout,
    PromiseChange,
    Receipt,
    RecurringDonation,
    Statement,
)
from donations.services import (
    Details,
    agenzia,
    changing,
    closing,
    start_donation,
    yearly,
    yearly_statements,
)
from donations.services.bank_lines import recognise_promise
from donations.services.by_hand import today
from donations.services.events import process_events
from donations.services.figures import Month
from donations.services.matching import proposals, sure
from donations.services.sweeping import sweep
from donations.treasury.in_transit import waiting
from giving_support import fund, session_of
from mail.models import Message
from stripe_sandbox import running
from transfer_support import account, promised

pytestmark = pytest.mark.django_db
ROUNDS = (1, 5, 9, 13, 17, 21, 25)  # days of each month
A_ROUND = 12  # gifts
DONORS, PROMISES = 40, 8
CHARGES = {"recovers": 12, "fails": 5, "pauses": 11}  # of the promises to which something happens
TRANSFERS = (45_00, 61_50)
CODE = "RSSMRA80A01F205X"
real_now = timezone.now


@pytest.fixture
def control(settings: Any, tmp_path: Path):
    with running(tmp_path / "sandbox") as address:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_sandbox", address

        def post(action: str, **data: Any) -> dict[str, Any]:
            answer = requests.post(f"{address}/_control/stripe/{action}", json=data, timeout=30)
            assert answer.ok, answer.text
            return dict(answer.json())

        yield post


@pytest.fixture
def pass_time(control: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The same clock for Stripe's side and for ours."""
    ahead = [0]

    def go(*, until: Any) -> None:
        seconds = int((until - timezone.now()).total_seconds())
        ahead[0] += max(seconds, 0)
        control("clock", seconds=max(seconds, 0))
        monkeypatch.setattr(
            "django.utils.timezone.now", lambda: real_now() + timedelta(seconds=ahead[0])
        )

    return go


def balance(code: str) -> int:
    return Account.objects.get(code=code).balance()


def hear() -> None:
    sweep(patience=timedelta())
    for _ in range(2):
        process_events()


def test_a_year_reconciles_to_the_cent(control: Any, pass_time: Any) -> None:
    dice, month = random.Random(7), Month(date(real_now().year + 1, 1, 1))
    year = month.first_day.year
    pass_time(until=month.begins)
    control("payouts", every=5)
    account()
    for number in range(12):
        a_month(control, pass_time, dice, month, promises=PROMISES if not number else 0)
        before = Month.of(month.begins - timedelta(days=1))
        if number:  # when the last debits of it have arrived, a month later
            closing.close(month=before, by=None)
        month = month.next
    control("payouts", every=0)
    pass_time(until=month.begins + timedelta(days=9))  # the last debits and payouts arrive
    control("payout", outcome="paid")
    hear()
    hear()
    closing.close(month=Month(date(year, 12, 1)), by=None)
    the_bank_agrees()
    the_closed_months_agree(year)
    the_receipts_agree(year)
    the_papers_agree(year)


def a_month(control: Any, pass_time: Any, dice: random.Random, month: Month, promises: int) -> None:
    for day in ROUNDS:
        pass_time(until=month.begins + timedelta(days=day - 1, hours=1))
        hear()
        for _ in range(A_ROUND):
            a_gift(control, dice)
        for number in range(promises if day == 9 else 0):
            a_promise(control, dice, f"p{number}")
        for who in CHARGES if promises and day == 9 else ():
            a_promise(control, dice, who)
        hear()
        what_happens(control, month.first_day.month, day)
    sent_back = Payout.objects.filter(status="paid").order_by("-arrives_on").first()
    if sent_back and month.first_day.month % 4 == 0:
        control("payout", payout=sent_back.payout_id, outcome="failed")
    pass_time(until=month.ends)
    hear()


def a_promise(control: Any, dice: random.Random, who: str) -> None:
    control("pay", session=session_of(begin(dice, who, every="month")), method="card")


def what_happens(control: Any, month: int, day: int) -> None:
    """To the promises that are due on the ninth, and at the bank."""
    match month, day:
        case 3, 13:
            the_transfers_come()
        case 4, 5:
            refuse(control, "recovers", times=2)
        case 4, 13:
            assert kept_by("recovers").state == "failing"
        case 6, 5:
            refuse(control, "fails", times=9)
        case 7, 13:
            change("pauses", PromiseChange.Kind.PAUSE, until=timezone.now() + timedelta(days=90))
        case 8, 9:
            assert kept_by("pauses").state == "paused"
        case 9, 5:
            change("pauses", PromiseChange.Kind.RESUME)


def kept_by(who: str) -> RecurringDonation:
    return RecurringDonation.objects.get(donor__email=f"{who}@example.org")


def refuse(control: Any, who: str, times: int) -> None:
    number = kept_by(who).subscription_id
    control("refuse", subscription=number, how="insufficient_funds", times=times)


def change(who: str, kind: PromiseChange.Kind, **more: Any) -> None:
    row = changing.ask(key=f"{who}:{kind}", promise=kept_by(who), kind=kind, **more)
    changing.ask_stripe(only=row)
    row.refresh_from_db()
    assert row.state == "done", row.last_error


def the_transfers_come() -> None:
    gifts = [
        promised(amount=amount, donor=Details(f"t{at}@example.org", "Ida", f"T{at}"))
        for at, amount in enumerate(TRANSFERS)
    ]
    lines = imported(
        *(
            row(f"{gift.amount / 100:.2f}".replace(".", ","), gift.transfer.readable, day=today())
            for gift in gifts
        )
    )
    for pk, one in sure(proposals(lines)).items():
        recognise_promise(line=BankLine.objects.get(pk=pk), donation=one.donation, by=None)


def begin(dice: random.Random, who: str, every: str = "") -> Donation:
    named = Details(
        email=f"{who}@example.org",
        first_name="Ada",
        last_name=who.upper(),
        codice_fiscale=CODE if who.endswith(("1", "2")) else "",
    )
    return start_donation(
        form_token=uuid.uuid4(),
        amount=dice.randrange(500, 20_000),
        fund=fund(),
        donor=named,
        language="it",
        consents={},
        every=every,
    ).donation


def a_gift(control: Any, dice: random.Random) -> None:
    gift = begin(dice, f"d{dice.randrange(DONORS)}")
    how = dice.choice(["card", "card", "card", "sepa", "sepa", "card_declined"])
    told = control("pay", session=session_of(gift), method=how)
    if how == "sepa" and dice.randrange(4) == 0:
        intent = told["payment_intent"]["id"]
        control("settle", payment_intent=intent, outcome="failed")
    if how != "card":
        return
    charge = told["charge"]
    match dice.randrange(12):
        case 0:
            control("refund", charge=charge["id"], amount=charge["amount"] // 3)
        case 1:
            control("refund", charge=charge["id"])
        case 2:
            dispute = control("dispute", charge=charge["id"])["dispute"]
            outcome = dice.choice(["won", "lost"])
            control("dispute", dispute=dispute["id"], outcome=outcome)


def the_bank_agrees() -> None:
    """What Stripe paid out is what was given online, less what went back and what it cost."""
    payouts = Payout.objects.all()
    assert payouts.count() > 60 and payouts.filter(status="failed").count() == 3
    assert {one.status for one in payouts} == {"paid", "failed"}
    assert not payouts.exclude(difference=0).exists()
    arrived = sum(one.amount for one in payouts if one.status == "paid")
    assert list(BankLine.objects.values_list("state", flat=True)) == ["gift", "gift"]
    assert balance("bank") == arrived + sum(TRANSFERS)
    assert balance("stripe") == 0 == sum(one.cents for one in waiting())
    assert arrived == received() - sum(TRANSFERS) - balance("fees") - balance("disputes")


def received() -> int:
    given = Donation.objects.filter(state__in=Donation.RECEIVED)
    return int(given.aggregate(sum=Sum(F("amount") - F("refunded_amount")))["sum"])


def the_closed_months_agree(year: int) -> None:
    """Each begins where the one before has ended, and nothing was written into it since."""
    months = list(ClosedMonth.objects.order_by("first_day"))
    assert [one.first_day for one in months] == [date(year, number, 1) for number in range(1, 13)]
    ends: dict[str, int] = {}
    for one in months:
        accounts = one.figures["accounts"]
        assert {row["code"]: row["opening"] for row in accounts if row["opening"]} == ends
        assert sum(row["closing"] for row in accounts) == 0
        ends = {row["code"]: row["closing"] for row in accounts if row["closing"]}
        assert closing.fingerprint(Month(one.first_day)) == (one.sha256, one.rows)
    assert (
        sum(one.rows for one in months)
        == JournalEntry.objects.filter(at__lt=Month(date(year, 12, 1)).ends).count()
    )


def the_receipts_agree(year: int) -> None:
    valid = Receipt.objects.filter(state=Receipt.State.ISSUED)
    assert sum(one.amount for one in valid) == received()
    of_year = Receipt.objects.filter(year=year).aggregate(all=Count("pk"), last=Max("number"))
    assert of_year["all"] == of_year["last"] > 700


def the_papers_agree(year: int) -> None:
    """The yearly statements and the report to the Agenzia, against ledger and gifts."""
    standing = yearly.gifts_of(year)
    kept = standing.filter(promise__isnull=False).order_by().values_list("donor__email")
    charges = dict(kept.annotate(charges=Count("pk")))
    named = {f"{who}@example.org": number for who, number in CHARGES.items()}
    assert charges == named | {f"p{at}@example.org": 12 for at in range(PROMISES)}
    kept_to_the_end = RecurringDonation.objects.exclude(state="ended")
    assert kept_to_the_end.filter(state="active").count() == kept_to_the_end.count() == PROMISES + 2
    assert (kept_by("fails").state, kept_by("fails").end_reason) == ("ended", "unpaid")
    assert Donation.objects.count() > 1000 and standing.count() > 700
    assert not yearly.differing(year).exists()
    whole = yearly.ledger_of(year)
    assert whole == sum(gift.amount - gift.refunded_amount for gift in standing)
    report = agenzia.report(year)
    lines = [*report.included, *report.left_out]
    assert sum(line.gifts for line in lines) == standing.count()
    went_back = sum(back.amount for back in report.refunds)
    assert sum(line.amount for line in lines) - went_back == whole
    assert report.included and report.left_out
    run = yearly_statements.start(year=year, by=None)
    yearly_statements.work(seconds=600)
    run.refresh_from_db()
    assert (run.state, run.amount, run.ledger, run.nobody) == ("ready", whole, whole, 0)
    for sample in run.statements.filter(sample=True):
        yearly_statements.see(statement=sample)
    yearly_statements.release(run=run, by=None)
    yearly_statements.work(seconds=600)
    run.refresh_from_db()
    assert run.state == "sent"
    assert Statement.objects.aggregate(sum=Sum("amount"))["sum"] == whole
    assert Message.objects.filter(kind="yearly_statement").count() == run.people
