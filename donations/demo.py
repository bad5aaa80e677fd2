"""The demonstration's gifts: real ones, made through the sandbox over HTTP, which keeps them in a
store of its own, so that they can be refunded and swept like all others.

Everything is invented. Loading it again changes nothing; what a first run left undone is done.
"""

import time
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from attribution.models import Source
from donations import demo_bank, demo_guard, demo_history, demo_premiums, gateway
from donations.forms import GiftForm
from donations.models import (
    Donation,
    Fund,
    GivingSettings,
    Interval,
    RecurringDonation,
    SuggestedAmount,
)
from donations.services import (
    Details,
    donor_wall,
    payouts,
    start_donation,
    tributes,
    yearly_receipts,
)
from donations.services.acknowledging import write_due
from donations.services.by_hand import HandGift, enter_gift, today
from donations.services.donor_wall import Signature
from donations.services.events import process_events
from donations.services.sweeping import fetch_missed, sweep
from donations.services.tributes import Wish

FORMS = uuid.UUID("5e600000-0000-4000-8000-000000000000")  # the forms of the demonstration
PAID_OUT = timedelta(days=2)
WAIT = 20  # seconds for the sandbox to come up
MEANINGS = {
    15_00: ("La spesa di un giorno per quattro", "A day’s groceries for four"),
    50_00: ("La spesa di una settimana per due", "A week’s groceries for two"),
    150_00: ("La spesa di un mese per due", "A month’s groceries for two"),
    300_00: ("La spesa di un mese per quattro", "A month’s groceries for four"),
}
SUSPENDED = {  # the fifteen euros of the Emporion, by the piece
    "one": "spesa sospesa",
    "many": "spese sospese",
    "one_en": "bag of groceries for somebody",
    "many_en": "bags of groceries for somebody",
}
# address; name, and what it does; the same in English
FUNDS = (
    (
        "donoday",
        ("DonoDay: lo scaffale d’inverno", "Riempie lo scaffale dei mesi freddi."),
        ("DonoDay: the winter shelf", "It fills the shelf of the cold months."),
    ),
    (
        "emporion",
        ("Emporion, dove serve di più", "Un mercato vero, dove la spesa si paga in tempo."),
        ("Emporion, where it is needed most", "A real market, where groceries are paid in time."),
    ),
    (
        "cantieri",
        ("Cantieri", "Lavori veri per chi sta cercando il primo, o il prossimo."),
        ("Cantieri, the yards", "Real work for who looks for their first job, or the next."),
    ),
    (
        "diffuso",
        ("Diffuso", "Tavole e letti aperti, di paese in paese."),
        ("Diffuso, the valley’s open houses", "Open tables and beds, village by village."),
    ),
)
PLACES = (
    ("Via dei Mulini 4", "23100", "Sondrio", "SO"),
    ("Via Stelvio 21", "23017", "Morbegno", "SO"),
    ("Piazza Cavour 2", "23037", "Tirano", "SO"),
)
# first name, last name, euros, fund, how, days ago
GIFTS = (
    ("Ada", "Bonfanti", 50, "donoday", "card", 8),
    ("Piero", "Salvetti", 15, "donoday", "card", 8),
    ("Lucia", "Moretti", 150, "emporion", "sepa", 7),
    ("Yusuf", "Demir", 25, "donoday", "card", 6),
    ("Marta", "Codega", 50, "donoday", "card_3ds", 5),
    ("Giovanni", "Tognini", 300, "donoday", "card", 4),
    ("Ada", "Bonfanti", 15, "cantieri", "card", 4),
    ("Elena", "Rigamonti", 20, "diffuso", "card", 3),
    ("Sara", "Bertolini", 35, "donoday", "card", 2),
    ("Marco", "Della Vedova", 50, "donoday", "card", 2),
    ("Nadia", "Gianoli", 10, "emporion", "card monthly", 1),
    ("Tommaso", "Fiorini", 100, "donoday", "sepa waiting", 1),
    ("Irene", "Paganoni", 40, "donoday", "card back", 1),
    ("Davide", "Sertori", 50, "donoday", "card", 0),
)
# who gives each month, from the month before this one on: all of it stands on one receipt
EACH_MONTH = ("Teresa", "Fanchi", 20, "emporion", "card monthly")
# whom two of the gifts are for; one card leaves at once, the other some days ahead at that hour
DEDICATED = {
    "Bertolini": (
        Wish("honour", "Nonna Rosa", "Lucia", "lucia.bertolini@example.org", "Buon compleanno."),
        0,
    ),
    "Della Vedova": (
        Wish("memory", "Piero", "Famiglia Gusmeroli", "gusmeroli@example.org", at=clock(8, 30)),
        20,
    ),
}
# who stands on the campaign's wall, with their words: those wait until a person has read them
ON_THE_WALL = {
    "Salvetti": "",
    "Demir": "Da noi si dice: chi divide il pane non resta solo.",
    "Codega": "",
    "Tognini": "Per la nonna, che lasciava sempre un piatto in più.",
}
# what the treasurer enters: a stall in the square, and a company by transfer; donor, euros, fund,
# method, reference, note, days ago
BY_HAND = (
    (
        Details(email="", first_name="Rosa", last_name="Negri"),
        (20, "donoday", Donation.Method.CASH, "7", "Banchetto in piazza a Morbegno", 3),
    ),
    (
        Details(
            email="amministrazione@example.org",
            first_name="Paolo",
            last_name="Martinalli",
            organisation="Officine Mallero S.r.l.",
            codice_fiscale="99999990155",
            street="Via Nazionale 15",
            postcode="23020",
            city="Montagna in Valtellina",
            province="SO",
        ),
        (250, "emporion", Donation.Method.BANK_TRANSFER, "A1002345678", "", 2),
    ),
)


def load() -> None:
    """Funds always; gifts only where the sandbox stands in for Stripe."""
    funds()
    if not settings.SANDBOX:
        return
    demo_history.load()
    demo_premiums.load()
    _wait_for_sandbox()
    if not Donation.objects.filter(form_token=_token(0)).exists():
        GivingSettings.load()  # its row is there
        GivingSettings.objects.update(receipts_by_year=True)
    if Donation.objects.filter(form_token__in=[_token(n) for n, _gift in enumerate(GIFTS)]):
        _take_in()  # a load that was cut short may have paid for more than we know
    for number, gift in enumerate(GIFTS):
        _give(number, *gift)
    _give_each_month()
    _take_in()
    _one_receipt()
    demo_premiums.pack()
    if _give_back():
        _take_in()
    _pay_out()
    for number, (donor, rest) in enumerate(BY_HAND):
        _enter(number, donor, *rest)
    demo_bank.load([_token(f"transfer {number}") for number in range(len(demo_bank.PROMISES))])
    demo_guard.load()
    write_due()


def funds() -> dict[str, Fund]:
    """By their addresses; made where they are missing."""
    found = {row[0]: _fund(*row, position=at) for at, row in enumerate(FUNDS)}
    # the fund every installation begins with has a better name here
    Fund.objects.filter(slug="generale", donations=None).update(active=False)
    return found


def _take_in() -> None:
    for _round in range(2):  # what one look finds in the inbox, and what it leaves to the next
        sweep(patience=timedelta())
        process_events()


def _give_each_month() -> None:
    """What she began a month ago is charged again by now."""
    before = today().replace(day=1) - timedelta(days=1)
    _give(len(GIFTS), *EACH_MONTH, (today() - before.replace(day=5)).days)


def _one_receipt() -> None:
    """She asks for it before the year is over, as donors may on their page; once."""
    _control("clock", seconds="0")  # what she was charged since is there, told with its own day
    now = timezone.now()
    fetch_missed(now=now, since=now - timedelta(days=60), patience=timedelta())
    process_events()
    hers = Donation.objects.filter(last_name=EACH_MONTH[1], promise__isnull=False)
    gift = hers.select_related("donor").first()
    if gift and not hers.filter(receipts__isnull=False).exists():
        yearly_receipts.ask_early(donor=gift.donor)


def _token(number: int | str) -> uuid.UUID:
    return uuid.uuid5(FORMS, str(number))


def _give_back() -> int:
    """The gifts that the treasurer sends back; how many now."""
    tokens = [_token(number) for number, gift in enumerate(GIFTS) if gift[4].endswith(" back")]
    kept = Donation.objects.filter(form_token__in=tokens, state=Donation.State.SETTLED)
    for gift in kept:
        _control("refund", payment_intent=gift.attempts.latest("number").payment_intent)
    return len(kept)


def _pay_out() -> None:
    """What was free on Stripe's side two days ago is in the bank since; the rest is still there."""
    at = timezone.now() - PAID_OUT
    stripe = gateway.get()
    if not stripe.list_payouts(since=at - timedelta(days=365)):
        _control("payout", available="true", outcome="paid", created=int(at.timestamp()))
    for told in stripe.list_payouts(since=at - timedelta(days=365)):
        payouts.take_in(payout_id=told.id)


def _fund(slug: str, own: tuple[str, str], english: tuple[str, str], position: int) -> Fund:
    words = {"name": own[0], "description": own[1]}
    words |= {"name_en": english[0], "description_en": english[1]}
    fund, _made = Fund.objects.get_or_create(slug=slug, defaults={**words, "position": position})
    for amount, (meaning, meaning_en) in MEANINGS.items():
        SuggestedAmount.objects.get_or_create(
            fund=fund, amount=amount, defaults={"meaning": meaning, "meaning_en": meaning_en}
        )
    if slug == "emporion":
        fund.suggested_amounts.filter(amount=15_00).update(**SUSPENDED)
    return fund


def _give(
    number: int, first: str, last: str, euros: int, fund: str, how: str, days_ago: int
) -> None:
    token = _token(number)
    found = Donation.objects.filter(form_token=token).first()
    if found and found.state not in (Donation.State.STARTED, Donation.State.CHECKOUT_OPEN):
        return
    street, postcode, city, province = PLACES[number % len(PLACES)]
    at = timezone.now() - timedelta(days=days_ago, hours=number % 7, minutes=7 * number % 60)
    gift = start_donation(
        form_token=token,
        amount=euros * 100,
        fund=Fund.objects.get(slug=fund),
        donor=Details(
            email=f"{first}.{last.replace(' ', '')}@example.org".lower(),
            first_name=first,
            last_name=last,
            street=street,
            postcode=postcode,
            city=city,
            province=province,
        ),
        language="it",
        consents={"privacy": str(GiftForm.notice)}
        | ({"wall": str(GiftForm.wall)} if last in ON_THE_WALL else {}),
        source=_source(number, at) if fund == "donoday" else None,
        every=Interval.MONTH if how.endswith(" monthly") else "",
        premium=demo_premiums.choice(last, first, PLACES[number % len(PLACES)])
        if fund == "donoday"
        else None,
    ).donation
    _dedicate(gift, last)
    if last in ON_THE_WALL:
        donor_wall.sign(gift=gift, signature=Signature(f"{first} {last}", ON_THE_WALL[last]))
    Donation.objects.filter(pk=gift.pk).update(created_at=at)
    if gift.promise:
        RecurringDonation.objects.filter(pk=gift.promise.pk).update(created_at=at)
    _pay(str(gift.attempts.latest("number").session_id), how, at)


def _dedicate(gift: Donation, last: str) -> None:
    if last in DEDICATED:
        wish, ahead = DEDICATED[last]
        day = today() + timedelta(days=ahead) if ahead else None
        tributes.dedicate(gift=gift, wish=replace(wish, day=day))


def _enter(
    number: int,
    donor: Details,
    euros: int,
    fund: str,
    method: str,
    reference: str,
    note: str,
    days_ago: int,
) -> None:
    campaign = Source.objects.filter(kind="campaign").first() if fund == "donoday" else None
    given = HandGift(
        amount=euros * 100,
        method=method,
        day=today() - timedelta(days=days_ago),
        fund=Fund.objects.get(slug=fund),
        donor=donor,
        reference=reference,
        note=note,
        source=campaign,
    )
    enter_gift(form_token=_token(f"by hand {number}"), given=given, by=None)


def _pay(session: str, how: str, at: datetime) -> None:
    """As the donor would on the payment page; then the bank."""
    method, _space, rest = how.partition(" ")
    _control(
        "pay",
        session=session,
        method=method,
        created=int(at.timestamp()),
        settle="true" if method == "sepa" and rest != "waiting" else "false",
    )


def _source(number: int, at: datetime) -> Source | None:
    """Gifts are spread over the posts that somebody had followed by then, the first of them most."""
    ways = list(Source.objects.filter(visits__at__lt=at).distinct().order_by("pk"))
    return ways[number * number % len(ways)] if ways else None


def _control(action: str, **data: Any) -> dict[str, Any]:
    answer = requests.post(
        f"{settings.SANDBOX_URL}/_control/stripe/{action}", json=data, timeout=10
    )
    answer.raise_for_status()
    return dict(answer.json())


def _wait_for_sandbox() -> None:
    until = time.monotonic() + WAIT
    while True:
        try:
            requests.get(f"{settings.SANDBOX_URL}/_control/", timeout=2)
            return
        except requests.RequestException as problem:
            if time.monotonic() > until:
                raise ImproperlyConfigured(
                    f"No sandbox answers at {settings.SANDBOX_URL}, and the gifts of the "
                    "demonstration are made there. `manage.py up` starts it."
                ) from problem
            time.sleep(0.2)
