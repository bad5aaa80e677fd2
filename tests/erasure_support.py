"""A donor with everything, and a look into every table for a word of hers."""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from wagtail.log_actions import log

from bank_support import imported, row
from donations.erasure.fates import Fate
from donations.erasure.parts import PARTS
from donations.models import (
    CodeRequest,
    CustomerRemoval,
    Donation,
    Donor,
    DonorWallEntry,
    EntryLink,
    Erasure,
    GiftTry,
    PayoutLine,
    RefundRequest,
    StripeEvent,
    ThanksInPerson,
)
from donations.services import (
    by_hand,
    consents,
    details,
    entering,
    importing,
    inbox,
    knowing,
    merging,
    receipts,
    sending_again,
    tributes,
)
from donations.services.acknowledging import write_due
from donations.services.bank_lines import enter_from_line, give_back_from_line, set_aside
from donations.services.by_hand import HandGift, enter_gift, today
from donations.services.giving import Details
from donations.services.giving_back import give_back, take_back
from donations.visitors import Visitor, digest
from giving_support import begin, fund, process, session_of
from mail.models import Attachment, Message
from mail.services import send_due
from mail.storage import private_storage
from memory_stripe import MemoryStripe
from people.models import User
from treasury_support import paid_out, statement_of

FIRST, LAST = "Ermenegilda", "Quagliarotti"
MAIL, OTHER_MAIL = "ermenegilda@posta.example", "gilda.q@altrove.example"
CODE, STREET, PHONE, DIGITS = "QGLRNG80A41H501Z", "Vicolo Strettissimo 7", "3331239876", "9431"
HER_IBAN = "IT28W8000000292100645211208"
NIECE, NIECE_MAIL = "Ortensia Zuccarelli", "ortensia@altrove.example"
HER = Details(
    email=MAIL,
    first_name=FIRST,
    last_name=LAST,
    codice_fiscale=CODE,
    phone=PHONE,
    street=STREET,
    postcode="23100",
    city="Tresivio",
    province="SO",
)
NEEDLES = (
    *(FIRST, LAST, MAIL, OTHER_MAIL, CODE, STREET, PHONE, HER_IBAN, "Tresivio", NIECE),
    *(NIECE_MAIL, "fattura del notaio"),
)
PAYLOAD = {
    "billing_details": {
        "email": MAIL,
        "name": f"{FIRST} {LAST}",
        "phone": PHONE,
        "address": {"line1": STREET, "city": "Tresivio", "postal_code": "23100"},
    },
    "customer_email": MAIL,
    "receipt_email": MAIL,
    "shipping": {"name": f"{FIRST} {LAST}"},
    "payment_method_details": {"card": {"last4": DIGITS, "exp_year": 2031}, "type": "card"},
}


@dataclass(frozen=True)
class Everything:
    card: Donation
    cheque: Donation
    transfer: Donation
    other: Donation  # from her other address
    recurring: Donation


def everything(stripe: MemoryStripe) -> Everything:
    """Gifts in every way, and all that hangs on them."""
    elio = User.objects.create_user("elio")
    card = _by_card(stripe)
    other = begin(donor=Details(OTHER_MAIL, FIRST, LAST), amount=30_00).donation
    recurring = begin(donor=HER, amount=12_00, every="month").donation
    for gift in (card, other, recurring):
        stripe.pay_by_card(session_of(gift))
    _told(stripe)
    _say_more()
    cheque = _entered("cheque", 80_00, reference="AB-4711", note=f"Da {FIRST} al tavolo")
    wrong = _entered("cash", 9_00, receipt=False)
    by_hand.reverse_gift(donation=wrong, reason=f"{LAST} ha dato nulla", by=elio)
    transfer = _from_bank()
    _imported()
    _beside(card, elio)
    write_due()
    send_due()
    _resent(card, elio)
    receipts.draw_missing()
    merging.merge(kept=card.donor, absorbed=other.donor, by=elio)
    for gift in (card, cheque, transfer, other, recurring):
        gift.refresh_from_db()
    return Everything(card, cheque, transfer, other, recurring)


def _by_card(stripe: MemoryStripe) -> Donation:
    words = {"privacy": "We use your data.", "newsletter": "Yes, the letter."}
    gift = begin(donor=HER, amount=600_00, consents=words).donation
    wish = tributes.Wish("honour", NIECE, recipient=NIECE, email=NIECE_MAIL, message="Auguri!")
    tributes.dedicate(gift=gift, wish=wish)
    DonorWallEntry.objects.create(donation=gift, name=f"{FIRST} Q.", words=f"Da {LAST}")
    return gift


def _told(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()
    write_due()


def _say_more() -> None:
    """What Stripe really tells; also in an event of a type nobody acts on."""
    for event in StripeEvent.objects.all():
        told = json.loads(bytes(event.payload))
        told["data"]["object"] |= PAYLOAD
        StripeEvent.objects.filter(pk=event.pk).update(payload=json.dumps(told).encode())
    stray("evt_stray", MAIL)


def stray(event_id: str, words: str) -> StripeEvent:
    """Of a type nobody acts on."""
    thing = {"id": f"seti_{event_id}", "object": "setup_intent", "receipt_email": words}
    body = json.dumps({"id": event_id, "data": {"object": thing}}).encode()
    now = timezone.now()
    return StripeEvent.objects.create(
        event_id=event_id,
        type="setup_intent.succeeded",
        object_id=thing["id"],
        state="ignored",
        payload=body,
        happened_at=now,
        received_at=now,
    )


def _entered(method: str, amount: int, **changes: Any) -> Donation:
    given: dict[str, Any] = {"amount": amount, "method": method, "day": today(), "fund": fund()}
    hand = HandGift(donor=HER, **given | changes)
    return enter_gift(form_token=uuid.uuid4(), given=hand, by=None).donation


def _from_bank() -> Donation:
    who = f"{LAST} {FIRST}".upper()
    line, aside = imported(
        row(name=who, payer=HER_IBAN, text=f"BONIFICO DI {who} TEL {PHONE}", cro="CRO99"),
        row("7,00", name=who, payer=HER_IBAN, text=f"{who} QUOTA", cro="CRO98"),
    )
    given = HandGift(line.amount, "bank_transfer", line.day, fund(), HER, reference="CRO99")
    gift = enter_from_line(line=line, form_token=uuid.uuid4(), given=given, by=None)
    set_aside(line=aside, reason=f"Quota di {LAST}", by=None)
    return gift


def _given_back() -> None:
    """By hand, from the line on which it went out; and once that never went."""
    who = f"{LAST} {FIRST}".upper()
    gift = Donation.objects.get(method_reference="CRO99")
    (line,) = imported(row("-5,00", name=who, payer=HER_IBAN, text=f"BONIFICO A {who} TEL {PHONE}"))
    said: dict[str, Any] = {"donation": gift, "reason": "requested_by_customer", "by": None}
    give_back_from_line(line=line, key="from-line", note=f"Lo chiede {FIRST}", **said)
    slip = give_back(key="slip", amount=1, day=today(), way="bank", **said)
    take_back(refund=slip, reason=f"Ha richiamato {FIRST}", by=None)


def _imported() -> None:
    head = "Data;Importo;Nome;Cognome;E-mail;Codice fiscale;Metodo"
    line = f"12/03/2024;50,00;{FIRST};{LAST};{MAIL};{CODE};bonifico"
    batch = importing.load(name="storico.csv", data=f"{head}\r\n{line}".encode(), by=None)
    type(batch).objects.filter(pk=batch.pk).update(fund=fund())
    batch.refresh_from_db()
    assert importing.start(batch=batch)
    importing.work(seconds=600)


def _beside(card: Donation, elio: User) -> None:
    donor = card.donor
    details.write(donor=donor, details=HER)
    consents.change(donor=donor, kind="newsletter", granted=False, words="No letter.")
    knowing.add_note(
        donor=donor, author=elio, text=f"{FIRST} chiama dal {PHONE}: fattura del notaio"
    )
    knowing.tag(donor=donor, name=f"Amica di {LAST}")
    entering.ask(email=MAIL, language="it")
    entering.write_due()
    entering.enter(token=_token())
    entering.ask(email=MAIL, language="it")
    seen = Visitor(mail=MAIL)
    GiftTry.objects.create(
        key="try", state="passed", mail=digest("mail", MAIL), mail_hint=seen.mail_hint
    )
    ThanksInPerson.objects.filter(donation=card).update(
        state="done", note=f"Risponde {NIECE}", decided_at=timezone.now()
    )
    RefundRequest.objects.create(
        key="hers", donation=card, amount=1, reason="duplicate", note=f"Lo chiede {FIRST}"
    )
    _given_back()
    PayoutLine.objects.create(
        payout=paid_out(),
        transaction_id="txn_hers",
        kind="charge",
        type="charge",
        description=f"Charge for {MAIL}",
        amount=1,
        fee=0,
        net=1,
        created_at=timezone.now(),
        donation=card,
    )
    statement = statement_of(card)
    type(statement).objects.filter(pk=statement.pk).update(last_error=f"no paper for {LAST}")
    CodeRequest.objects.create(donor=donor, year=2025, language="it", next_at=timezone.now())
    log(instance=card, action="donations.receipt_opened")


def _token() -> str:
    link = EntryLink.objects.get()
    mail = Message.objects.get(kind="entry_link")
    from mail.services import secret_of

    assert link.digest == entering._digest(secret_of(mail.key))
    return secret_of(mail.key)


def _resent(card: Donation, elio: User) -> None:
    duty = card.acknowledgements.get(kind="thank_you")
    sending_again.send_again(first=duty.mail, token=uuid.uuid4(), by=elio)
    send_due()


def removal(donor: Donor) -> CustomerRemoval:
    """Stripe would not forget the customer of somebody who was erased; her own rows are as they were."""
    now = timezone.now()
    done, _new = Erasure.objects.get_or_create(
        donor=donor, defaults={"reason": "asked", "at": now, "again_at": now}
    )
    row, _new = CustomerRemoval.objects.get_or_create(
        erasure=done,
        customer_id="cus_kept",
        defaults={"state": "refused", "last_error": "PermissionError 403 customer_write"},
    )
    return row


# --- where a word of hers stands -----------------------------------------------------------------


def kept_by_law() -> set[str]:
    """The columns where the table says that she still stands."""
    return {
        f"{part.model._meta.label}.{name}"
        for part in PARTS
        if part.fate == Fate.KEPT
        for name in part.covers
    }


def found(*needles: str) -> dict[str, list[str]]:
    """By column of any table, what of `needles` stands in it."""
    seen: dict[str, list[str]] = {}
    for column, text in _cells():
        here = [one for one in needles if one.lower() in text]
        if here:
            seen[column] = sorted({*seen.get(column, []), *here})
    return seen


def _cells() -> Iterator[tuple[str, str]]:
    for model in apps.get_models(include_auto_created=True):
        names = [one.attname for one in model._meta.local_concrete_fields]
        for values in model._default_manager.order_by().values_list(*names):
            for name, value in zip(names, values, strict=True):
                yield f"{model._meta.label}.{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", "replace").lower()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False).lower()
    return str(value).lower()


def files() -> set[str]:
    """In the private storage, by their names."""
    root = Path(private_storage().location)  # type: ignore[attr-defined]
    paths = (Path(folder) / name for folder, _dirs, names in os.walk(root) for name in names)
    return {path.relative_to(root).as_posix() for path in paths}


def files_with_rows() -> set[str]:
    kinds = (models.FileField,)
    rows: set[str] = set()
    for model in apps.get_models():
        for one in model._meta.local_concrete_fields:
            if isinstance(one, kinds) and one.storage is Attachment._meta.get_field("file").storage:
                rows |= set(model._default_manager.values_list(one.name, flat=True))
    return rows - {""}


def long_ago() -> Any:
    return timezone.now() - timedelta(days=12 * 366)
