"""Which rows of a kind are a person's: what the table (`parts`) asks for by name."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q, QuerySet
from wagtail.models import ModelLogEntry

from donations.erasure.person import Person
from donations.models import (
    BankLine,
    BankStatement,
    Donation,
    DonorTag,
    GiftImport,
    HandEntry,
    ImportedDonor,
    PremiumClaim,
    Receipt,
)
from mail.models import Message

ANSWER = "erasure_done"  # the kind of the mail that tells her


def of_gifts(model: type[Model], path: str = "donation") -> Callable[[Person], QuerySet[Any]]:
    return lambda person: model._default_manager.filter(**{f"{path}__in": person.gifts})


def of_donors(model: type[Model], path: str = "donor") -> Callable[[Person], QuerySet[Any]]:
    return lambda person: model._default_manager.filter(**{f"{path}__in": person.keys})


def of_promises(model: type[Model], path: str = "promise") -> Callable[[Person], QuerySet[Any]]:
    return lambda person: model._default_manager.filter(**{f"{path}__in": person.promises})


def mails(person: Person) -> QuerySet[Message]:
    """To her, about her gifts, and their copies. The answer that tells her of the erasure lives until
    it has left (`services.erased`)."""
    rows = Message.objects.filter(_about(person) | Q(to__in=person.emails))
    rows = rows.exclude(kind=ANSWER).exclude(acknowledgement__donation__in=person.withheld)
    rows = rows.exclude(sent_again__acknowledgement__donation__in=person.withheld)
    return Message.objects.filter(pk__in=rows.order_by().values("pk")).exclude(to="")


def _about(person: Person) -> Q:
    """Mails about her gifts, her years and her code, and their copies, wherever they went."""
    about = Q(acknowledgement__donation__in=person.gifts)
    about |= Q(sent_again__acknowledgement__donation__in=person.gifts)
    for kind in ("statement", "code_request"):
        about |= Q(**{f"{kind}__donor__in": person.keys})
        about |= Q(**{f"sent_again__first__{kind}__donor__in": person.keys})
    return about


def signed(person: Person) -> QuerySet[Any]:
    return DonorTag.donors.through._default_manager.filter(donor__in=person.keys)


def logged(person: Person) -> QuerySet[ModelLogEntry]:
    """What staff did: the log calls a gift by its giver's name, and a mail by its subject."""
    mails = Message.objects.filter(_about(person))
    keys = {
        "donations.donation": person.gifts,
        "mail.message": list(mails.values_list("pk", flat=True)),
        "donations.donor": person.keys,
    }
    found = Q(pk=None)
    for label, rows in keys.items():
        app, model = label.split(".")
        kind = Q(content_type__app_label=app, content_type__model=model)
        found |= kind & Q(object_id__in=[str(pk) for pk in rows])
    return ModelLogEntry.objects.filter(found)


def lines(person: Person) -> QuerySet[BankLine]:
    """Those of her gifts, and what was set aside from the same accounts. What waits to be recognised
    is money of nobody yet."""
    aside = Q(state=BankLine.State.ASIDE, iban__in=person.ibans) & ~Q(iban="")
    back = Q(refund__donation__in=person.gifts)
    return BankLine.objects.filter(Q(donation__in=person.gifts) | back | aside)


def imports(person: Person) -> QuerySet[GiftImport]:
    """The files that brought her, or gifts of hers: all their lines are in the books."""
    done = GiftImport.objects.filter(state=GiftImport.State.DONE).exclude(file="")
    entries = HandEntry.objects.filter(donation__in=person.gifts, batch__isnull=False)
    alone = ImportedDonor.objects.filter(donor__in=person.keys)
    return done.filter(
        Q(pk__in=entries.order_by().values("batch")) | Q(pk__in=alone.values("batch"))
    )


def bank_files(person: Person) -> QuerySet[BankStatement]:
    hers = Q(donation__in=person.all_gifts) | Q(refund__donation__in=person.all_gifts)
    lines = BankLine.objects.filter(hers).order_by()
    return BankStatement.objects.filter(pk__in=lines.values("statement")).exclude(file="")


def receipts(person: Person) -> QuerySet[Receipt]:
    rows = Receipt.objects.filter(forgotten_at=None, lines__donation__in=person.all_gifts)
    return rows.order_by().distinct()


def parcels(person: Person) -> QuerySet[PremiumClaim]:
    hers = PremiumClaim.objects.filter(donation__in=person.all_gifts, way=PremiumClaim.Way.POST)
    return hers.filter(forgotten_at=None)


def withheld(person: Person) -> QuerySet[Donation]:
    return Donation.objects.filter(pk__in=person.withheld)
