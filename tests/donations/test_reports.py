"""The reports say what the books say, to the cent, and no row costs a query."""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Q, Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attribution.services import source
from donations.models import (
    Donation,
    Fund,
    JournalEntry,
    PremiumClaim,
    PromiseChange,
    RecurringDonation,
)
from donations.services import reporting
from donations.services.reporting import Scope, Sums
from donations.treasury.reports import REPORTS
from giving_support import MARIA
from people import roles
from premium_support import asked, seeds
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
FROM_LEDGER = ("", "giorno", "campagna", "post", "canale", "fondo", "modo")
Y = timezone.localdate().year - 1  # a year that is over


@pytest.fixture
def treasurer(db: None) -> Client:
    return member(roles.TREASURY)


def table(client: Client, **query: str) -> list[list[str]]:
    answer = client.get(reverse("treasury:reports"), {"formato": "csv", **query})
    assert answer.status_code == 200, answer
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(text.splitlines(), delimiter=";"))


def column(rows: list[list[str]], name: str) -> int:
    """Cents of the last row, and of all before it: they must agree."""
    place = rows[0].index(name)
    cells = [int(row[place].replace(",", "")) for row in rows[1:]]
    assert sum(cells[:-1]) == cells[-1]
    return cells[-1]


def books(first: date, last: date) -> int:
    rows = JournalEntry.objects.filter(
        at__gte=datetime(first.year, first.month, first.day, tzinfo=ROME),
        at__lt=datetime(last.year, last.month, last.day, tzinfo=ROME) + timedelta(days=1),
    )
    sums = rows.aggregate(
        came=Sum("amount", filter=Q(credit__fund__isnull=False), default=0),
        went=Sum("amount", filter=Q(debit__fund__isnull=False), default=0),
    )
    return int(sums["came"] - sums["went"])


def some_gifts() -> None:
    campaign = source(kind="campaign", key="1", label="DonoDay")
    post = source(kind="post", key="1", label="Sei metri di muro", parent=campaign)
    bluesky = source(kind="delivery", key="1", label="Bluesky", parent=post)
    other = Fund.objects.create(name="=Cantieri", slug="cantieri")
    by_hand(day=date(Y, 1, 1), amount=10_01, source=bluesky)
    by_hand(day=date(Y, 2, 28), amount=20_02, source=campaign, fund=other)
    by_hand(day=date(Y, 12, 31), amount=40_04, method="bank_transfer", reference="7")
    by_hand(day=date(Y - 1, 2, 3), amount=5_00, source=bluesky)
    gone = by_hand(day=date(Y, 3, 1), amount=100_00)
    row = JournalEntry.objects.get(donation=gone)
    at = row.at + timedelta(days=40)
    back = {"debit": row.credit, "credit": row.debit, "donation": gone, "at": at}
    JournalEntry.objects.create(amount=60_00, origin="re_gone:refund", **back)


@pytest.mark.parametrize("what", FROM_LEDGER)
def test_every_report_adds_up_to_the_ledger(treasurer: Client, what: str) -> None:
    some_gifts()
    rows = table(treasurer, rapporto=what, da=f"01/01/{Y}", a=f"31/12/{Y}", confronta="on")
    name = {"": str(Y)}.get(what, "Netto")
    assert column(rows, name) == books(date(Y, 1, 1), date(Y, 12, 31))
    before = {"": str(Y - 1)}.get(what, "Netto, un anno prima")
    assert column(rows, before) == 5_00 == books(date(Y - 1, 1, 1), date(Y - 1, 12, 31))


def test_the_gifts_are_under_what_brought_them(treasurer: Client) -> None:
    some_gifts()
    days = {"da": f"01/01/{Y}", "a": f"31/12/{Y}"}

    def nets(what: str) -> dict[str, str]:
        rows = table(treasurer, rapporto=what, **days)
        return {row[0]: row[rows[0].index("Netto")] for row in rows[1:-1]}

    assert nets("campagna")["DonoDay"] == "30,03"
    assert nets("post")["Sei metri di muro"] == "10,01"
    assert nets("canale")["Bluesky"] == "10,01"
    assert nets("fondo")["'=Cantieri"] == "20,02", "a name that could run is held"
    assert nets("modo")["Bonifico"] == "40,04"
    only = source(kind="campaign", key="1", label="DonoDay").pk
    assert table(treasurer, rapporto="modo", campagna=str(only), **days)[-1][4] == "30,03"
    assert table(treasurer, rapporto="modo", fondo="cantieri", **days)[-1][4] == "20,02"


def test_a_gift_of_new_years_night_counts_where_it_was_given(treasurer: Client) -> None:
    gift = by_hand(day=date(Y, 12, 31))
    row = JournalEntry.objects.get(donation=gift)
    night = datetime(Y, 1, 1, 0, 30, tzinfo=ROME)  # still the year before in UTC
    JournalEntry.objects.create(
        debit=row.debit, credit=row.credit, amount=7_00, origin="ch_night:gift", at=night
    )
    assert reporting.by_day(Scope(date(Y, 1, 1), date(Y, 1, 1)))[date(Y, 1, 1)].net == 7_00
    assert reporting.by_month(Scope(date(Y - 1, 1, 1), date(Y - 1, 12, 31))) == {}


def test_what_came_back_is_no_second_gift(db: None) -> None:
    gift = by_hand(day=date(Y, 5, 1), amount=30_00)
    row = JournalEntry.objects.get(donation=gift)
    for origin, debit, credit in (
        ("re_1:refund", row.credit, row.debit),
        ("re_1:returned", row.debit, row.credit),
    ):
        JournalEntry.objects.create(
            debit=debit, credit=credit, amount=30_00, origin=origin, donation=gift, at=row.at
        )
    whole = reporting.total(Scope(date(Y, 5, 1), date(Y, 5, 31)))
    assert whole == Sums(number=1, given=30_00, net=30_00)


def test_average_and_the_gift_in_the_middle(db: None) -> None:
    for amount in (10_00, 20_00, 30_00, 940_00):
        by_hand(day=date(Y, 5, 1), amount=amount)
    scope = Scope(date(Y, 1, 1), date(Y, 12, 31))
    assert reporting.total(scope).average == 250_00
    assert reporting.median(scope, 4) == 25_00
    assert reporting.median(Scope(date(Y, 1, 1), date(Y, 1, 2)), 0) == 0


def test_the_average_divides_the_net_that_stands_beside_it(treasurer: Client) -> None:
    some_gifts()  # 40 of 100 euros stay of the fourth gift
    days = {"da": f"01/01/{Y}", "a": f"31/12/{Y}"}
    heading, *_rows, last = table(treasurer, rapporto="modo", **days)
    told = dict(zip(heading, last, strict=True))
    assert (told["Doni"], told["Netto"], told["Dono medio"]) == ("4", "110,07", "27,52")
    page = treasurer.get(reverse("treasury:reports"), {"rapporto": "modo", **days})
    text = page.content.decode()
    assert "Il dono medio è il netto diviso per il numero dei doni" in text
    assert text.count("27,52") == 2, "tile and last row"


def test_who_gives_again_is_counted_once_a_person(db: None) -> None:
    again = by_hand(day=date(Y - 1, 3, 1))
    by_hand(day=date(Y, 3, 1))  # Maria as well
    other = by_hand(day=date(Y - 1, 4, 1), donor=_somebody("bruno@posta.example"))
    by_hand(day=date(Y, 4, 1), donor=_somebody("elsa@posta.example"))
    assert {y: (n, m) for y, n, m in reporting.retention([Y - 1, Y])} == {
        Y - 1: (2, 1),
        Y: (2, 0),
    }
    other.donor.kept = again.donor  # two addresses of one person
    other.donor.save()
    assert reporting.retention([Y - 1])[0] == (Y - 1, 1, 1)


def _somebody(email: str) -> Any:
    return replace(MARIA, email=email)


def promise(gift: Donation, number: int, **fields: Any) -> RecurringDonation:
    values = {"amount": 12_00, "interval": "month", "state": "active"} | fields
    return RecurringDonation.objects.create(
        donor=gift.donor, fund=gift.fund, subscription_id=f"sub_{number}", **values
    )


def test_the_movement_of_recurring_gifts_leads_to_what_is_promised_now(db: None) -> None:
    gift = by_hand()
    months = [date(Y, month, 1) for month in range(1, 13)]
    at = {month: datetime(Y, month, 15, 12, tzinfo=ROME) for month in range(1, 13)}
    raised = promise(gift, 1, amount=20_00, started_at=at[2])
    PromiseChange.objects.create(
        promise=raised, key="k", kind="amount", was=12_00, amount=20_00, state="done", done_at=at[5]
    )
    promise(gift, 2, interval="year", amount=120_00, started_at=at[3])
    promise(
        gift, 3, interval="quarter", amount=30_00, started_at=at[3], state="ended", ended_at=at[9]
    )
    found = reporting.recurring(months)
    assert found[months[1]].begun == 12 * 12_00
    assert found[months[2]].begun == 120_00 + 4 * 30_00
    assert found[months[4]].changed == 12 * 8_00
    assert found[months[8]].ended == 4 * 30_00
    assert [found[months[n]].level for n in (0, 1, 2, 4, 8)] == [
        0,
        144_00,
        384_00,
        480_00,
        360_00,
    ]
    gift.promise = raised
    gift.save()
    now = timezone.localdate().replace(day=1)
    assert reporting.recurring([now])[now].income == gift.amount


def test_the_level_is_never_below_zero_and_holds_what_ends_later(db: None) -> None:
    gift = by_hand()
    months = [date(Y, month, 1) for month in range(1, 13)]
    at = {month: datetime(Y, month, 15, 12, tzinfo=ROME) for month in range(1, 13)}
    ahead = timezone.now() + timedelta(days=400)
    promise(gift, 1, started_at=at[1] - timedelta(days=90), state="ended", ended_at=ahead)
    paused = promise(gift, 2, amount=5_00, started_at=at[2], state="paused")
    done = {"state": "done", "promise": paused}
    PromiseChange.objects.create(key="p", kind="pause", until=ahead, done_at=at[4], **done)
    # raised here, raised again at Stripe itself, and ended with what that made of it
    moved = promise(gift, 3, amount=50_00, started_at=at[3], state="ended", ended_at=at[8])
    for number, (was, amount, month) in enumerate([(10_00, 20_00, 5), (20_00, 15_00, 9)]):
        PromiseChange.objects.create(
            promise=moved,
            key=f"a{number}",
            kind="amount",
            was=was,
            amount=amount,
            state="done",
            done_at=at[month],
        )
    promise(gift, 4, started_at=ahead)  # begun on a clock that is ahead
    found = reporting.recurring(months)
    levels = [found[month].level // 12 for month in months]
    assert levels == [12_00, 17_00, 27_00, 27_00, 37_00, 37_00, 37_00, *[17_00] * 5]
    assert found[months[3]].paused == 12 * 5_00
    whole = reporting.recurring([date(Y - 1, 1, 1)])[date(Y - 1, 1, 1)]
    assert (whole.level, whole.begun) == (0, 0)


def queries(client: Client, what: str) -> int:
    address = reverse("treasury:reports")
    query = {"rapporto": what, "da": f"01/01/{Y}", "a": f"31/12/{Y}", "confronta": "on"}
    client.get(address, query)  # caches of the admin
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address, query).status_code == 200
    return len(seen)


def test_no_row_costs_a_query(treasurer: Client) -> None:
    some_gifts()
    before = {what: queries(treasurer, what) for what in REPORTS}
    for number in range(2, 12):
        campaign = source(kind="campaign", key=str(number), label=f"Campaign {number}")
        post = source(kind="post", key=str(number), label=f"Post {number}", parent=campaign)
        way = source(kind="delivery", key=str(number), label=f"Net {number}", parent=post)
        fund = Fund.objects.create(name=f"Fund {number}", slug=f"f{number}")
        gift = by_hand(day=date(Y, number, 2), source=way, fund=fund)
        promise(gift, number, started_at=timezone.now())
    assert {what: queries(treasurer, what) for what in REPORTS} == before


@pytest.mark.parametrize("what", list(REPORTS))
def test_a_page_without_gifts_is_kind(treasurer: Client, what: str) -> None:
    page = treasurer.get(reverse("treasury:reports"), {"rapporto": what}).content.decode()
    assert "Qui non c’è ancora niente da sommare" in page
    assert '<svg class="sp-columns' not in page


def test_a_chart_has_its_words_and_its_table(treasurer: Client) -> None:
    some_gifts()
    query = {"rapporto": "giorno", "da": f"01/01/{Y}", "a": f"31/12/{Y}"}
    page = treasurer.get(reverse("treasury:reports"), query).content.decode()
    chart = page[page.index('<svg class="sp-columns') :]
    chart = chart[: chart.index("</svg>")]
    assert 'role="img"' in chart and "<title" in chart and "<desc" in chart
    assert chart.count("<rect") == (date(Y, 12, 31) - date(Y, 1, 1)).days + 1
    assert "style=" not in chart
    assert "40,04" in page and "formato=xlsx" in page


def test_what_cannot_be_read_is_said_and_stays(treasurer: Client) -> None:
    address = reverse("treasury:reports")
    for query in (
        {"da": "31/02/2026"},
        {"da": "02/01/2026", "a": "01/01/2026"},
        {"rapporto": "giorno", "da": "01/01/2000", "a": "01/01/2026"},
        {"rapporto": "boh"},
    ):
        answer = treasurer.get(address, {**query, "formato": "csv"})
        page = answer.content.decode()
        assert "sp-state sp-bad" in page
        assert query.get("da", "") in page
    assert treasurer.get(address, {"formato": "xlsx"})["Content-Type"].endswith("sheet")


def test_the_group_of_recurring_givers_filters_and_is_exported(treasurer: Client) -> None:
    gift = by_hand()
    by_hand(donor=_somebody("bruno@posta.example"))
    promise(gift, 1)
    promise(Donation.objects.exclude(pk=gift.pk).get(), 2, state="ended", ended_at=timezone.now())
    answer = treasurer.get(reverse("treasury:donors"), {"gruppo": "ricorrenti", "formato": "csv"})
    text = b"".join(answer).decode("utf-8-sig")
    assert len(text.splitlines()) == 3, "headings, Maria, totals"


def test_pieces_are_told_with_what_they_are_worth(treasurer: Client, memory_stripe: Any) -> None:
    kit, honey = seeds(fair_value=1_80), seeds(name="Miele")
    gifts = [asked(kit), asked(kit, amount=25_00), asked(honey), asked(kit)]
    day = datetime(Y, 5, 2, 12, tzinfo=ROME)
    paid = {"state": "settled", "method": "card", "settled_at": day}
    Donation.objects.filter(pk__in=[gift.pk for gift in gifts]).update(**paid)
    rows = PremiumClaim.objects.filter(donation__in=gifts)
    rows.update(state="confirmed", confirmed_at=day)
    back = {"state": "released", "released_at": day, "released_why": "staff"}
    rows.filter(donation=gifts[3]).update(**back)
    rows.filter(donation=gifts[0]).update(state="packed", packed_at=day)
    found = table(treasurer, rapporto="omaggi", da=f"01/01/{Y}", a=f"31/12/{Y}")
    assert found[0] == ["Omaggio", "Pezzi", "Quanto valgono", "Doni con cui sono andati, netti"]
    assert found[1:] == [
        ["Kit di semi, Un dono che cresce", "2", "3,60", "35,00"],
        ["Miele, Un dono che cresce", "1", "", "10,00"],
        ["In tutto", "3", "3,60", "45,00"],
    ]
    page = treasurer.get(reverse("treasury:reports"), {"rapporto": "omaggi", "da": f"01/01/{Y}"})
    assert "3,60" in page.content.decode()
    other = table(treasurer, rapporto="omaggi", da=f"01/01/{Y - 1}", a=f"31/12/{Y - 1}")
    assert len(other) == 1
