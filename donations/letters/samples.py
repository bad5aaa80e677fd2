"""A gift that nobody made, for looking at a mail before it is sent."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from brand.bilingual import Words
from donations import issuer, premium_words, tribute_card, tribute_words
from donations.acknowledgements import WHERE_IT_CAME_FROM, changed
from donations.models import (
    Donation,
    Donor,
    ErasureRequest,
    Fund,
    PickUpPlace,
    Premium,
    PremiumClaim,
    PromiseChange,
    Receipt,
    RecurringDonation,
    Statement,
    StatementRun,
    TransferPromise,
    Tribute,
)
from donations.services.receipts import ROME
from donations.sums import WithGift

Context = dict[str, Any]
_ID = uuid.UUID("5e600000-0000-4000-8000-00000000e5e0")
_CODE = "RSSMRA80A41H501Y"


def context(kind: str) -> Context:
    """What the templates of this kind know, filled in for a person who never was."""
    fund = Fund.objects.filter(active=True).first() or _somewhere()
    day = datetime(2026, 9, 26, 10, 42, tzinfo=ROME)
    gift = _gift(fund, first_name="Maria", amount=50_00, day=day)
    form = {"fondo": fund.slug}
    again = form | {"importo": "15", "frequenza": "mese"}
    return (
        _common(gift, fund, receipts=(50_00, 25_00))
        | {
            "body": issuer.body(),
            "site_url": settings.SITE_URL,
            "sum": WithGift(before=12_430_00, now=12_480_00),
            "meaning": _said(_("A week’s groceries for two")),
            "same_form": f"{settings.SITE_URL}{reverse('donations:give')}?{urlencode(form)}",
            "again": f"{settings.SITE_URL}{reverse('donations:give')}?{urlencode(again)}",
            "over": _("Your recurring gift is over with this: nothing more is taken from you."),
            "refunded": 25_00,
            "how_back": str(WHERE_IT_CAME_FROM),
            "returned": 25_00,
            "by_year": None,
            "number": 12,
            "taken": 25_00,
            "account": issuer.GiftAccount("IT60X0542811101000000123456", issuer.body()["name"]),
            "transfer": TransferPromise(reference="7K3M92", promised_at=day),
        }
        | _apart(year=2026, called="Maria", gifts=12, amount=360_00, replaces="")
        | _dedicated(gift, honouree=_("Grandma Rosa"), recipient="Lucia")
        | _thanked(kind)
        | _promised(_promise(fund, 15_00, "month", "4242", day), given=180_00)
    )


def _said(words: str) -> Words:
    """In whatever language it is: the sample speaks one at a time."""
    return Words(words, words)


def _somewhere() -> Fund:
    name = _("where it is needed")
    return Fund(name=name, name_en=name, slug="x")


def marks(kind: str) -> Context:
    """The same with values that no sentence has by itself, so that each is found again in a mail
    that was rendered with them."""
    fund = Fund(name="⟦fondo⟧", name_en="⟦fondo⟧", slug="fondo-segnato")
    day = datetime(1987, 3, 29, 7, 53, tzinfo=ROME)
    gift = _gift(fund, first_name="⟦nome⟧", amount=7_654_32, day=day)
    gift.covered, gift.settled_at = 1_98, day + timedelta(days=5)
    names = ("name", "brand", "address", "city", "fiscal_code", "runts_number", "runts_section")
    return (
        _common(gift, fund, receipts=(7_654_32, 5_432_19))
        | {
            "body": {name: f"⟦{name}⟧" for name in names}
            | {"kind": "ets", "email": "ente@x.invalid"},
            "site_url": "https://sito.invalid",
            "sum": WithGift(before=9_753_18, now=17_407_50),
            "meaning": _said("⟦significato⟧"),
            "same_form": "https://modulo.invalid/",
            "again": "https://di-nuovo.invalid/",
            "over": "⟦finito⟧",
            "refunded": 2_222_13,
            "how_back": "⟦come⟧",
            "returned": 3_333_17,
            "by_year": 1987,
            "number": 17,
            "taken": 4_444_19,
            "account": issuer.GiftAccount("⟦iban⟧", "⟦conto⟧"),
            "transfer": TransferPromise(reference="7K3M92", promised_at=day + timedelta(days=9)),
        }
        | _apart(year=1987, called="⟦nome⟧", gifts=17, amount=6_789_12, replaces="⟦prima⟧")
        | {"minutes": 47, "request": _asked("⟦risposta⟧", day - timedelta(days=11))}
        | _dedicated(gift, honouree="⟦onorato⟧", recipient="⟦destinatario⟧")
        | {"tribute_line": "⟦dedica⟧", "premium_line": "⟦omaggio⟧"}
        | {"premium_name": _said("⟦omaggio⟧"), "premium_where": "⟦dove⟧"}
        | _promised(
            _promise(fund, 8_765_43, "⟦ogni⟧", "⟦cifre⟧", day), given=6_543_21, on_its_way=1_234_56
        )
    )


def _gift(fund: Fund, *, first_name: str, amount: int, day: datetime) -> Donation:
    return Donation(
        public_id=_ID,
        donor=Donor(public_id=_ID, email="maria@esempio.it"),
        fund=fund,
        amount=amount,
        state=Donation.State.SETTLED,
        method=Donation.Method.CARD,
        method_reference="4242",
        first_name=first_name,
        last_name="Rossi",
        codice_fiscale=_CODE,
        created_at=day,
        settled_at=day,
    )


def _promise(
    fund: Fund, amount: int, interval: str, digits: str, day: datetime
) -> RecurringDonation:
    return RecurringDonation(
        public_id=_ID,
        fund=fund,
        amount=amount,
        interval=interval,
        state=RecurringDonation.State.ACTIVE,
        next_charge=day + timedelta(days=30),
        method_reference=digits,
        card_expires=date(day.year + 2, 11, 30),
        repair_url="https://sistema.invalid/",
    )


def _promised(promise: RecurringDonation, *, given: int, on_its_way: int = 0) -> Context:
    change = PromiseChange(promise=promise, kind="amount", amount=promise.amount + 5_55)
    page = f"{settings.SITE_URL}{reverse('area:promise', args=[promise.public_id])}"
    return {
        "promise": promise,
        "promise_page": page,
        "changed": changed(change),
        "given": given,
        "on_its_way": on_its_way,
    }


def _apart(*, year: int, called: str, gifts: int, amount: int, replaces: str) -> Context:
    """Of the mails that speak of no single gift."""
    answer = _("We have deleted your phone number and our notes.\n\nYour receipts stay: by law.")
    return {
        "year": year,
        "link": f"{settings.SITE_URL}{reverse('area:page')}",
        "minutes": 30,
        "told": _("Deleted: notes and tags.\n\nKept for ten years: receipts."),
        "request": _asked(answer, datetime(2026, 9, 26, 10, 42, tzinfo=ROME)),
        "statement": Statement(
            run=StatementRun(year=year, version=1),
            gifts=gifts,
            amount=amount,
            data={"called": called, "replaces": replaces},
        ),
    }


def _asked(answer: str, day: datetime) -> ErasureRequest:
    return ErasureRequest(asked_at=day, answer=answer)


def _dedicated(gift: Donation, *, honouree: str, recipient: str) -> Context:
    message = _("You taught us to share the bread.")
    tribute = Tribute(kind="honour", honouree=honouree, recipient=recipient, message=message)
    return {
        "tribute": tribute,
        "dedication": tribute_words.dedication(tribute, gift),
        "picture": tribute_card.words(tribute, gift),
        "tribute_line": tribute_words.for_whom(tribute),
    }


def _thanked(kind: str) -> Context:
    place = PickUpPlace(
        name="Emporion", address="Via dei Mulini 4, Sondrio", hours=_("Tuesday, 16 to 19")
    )
    claim = PremiumClaim(
        premium=Premium(name=_("Seed kit"), name_en=_("Seed kit")),
        place=place,
        state="confirmed",
        way="place",
    )
    sent = "Maria Rossi, Via Roma 1, 00100 Roma (RM)"
    return {
        "premium_line": premium_words.told(claim),
        "premium_name": claim.premium.called,
        "premium_where": sent if kind == "premium_sent" else premium_words.found_at(claim),
    }


def _common(gift: Donation, fund: Fund, *, receipts: tuple[int, int]) -> Context:
    whole, part = receipts
    year = gift.created_at.year
    valid = Receipt(year=year, number=123, amount=whole, donation=gift, covers_year=year - 1)
    voided = Receipt(year=year, number=98, amount=part, donation=gift)
    return {"gift": gift, "receipt": valid, "voided": voided}
