"""Gifts and donors by whatever a person has at hand: a name, a street, a town or a telephone number as
it was written on any gift, a mail address, a codice fiscale, the number of a receipt, of a cheque or
of a transfer, the SEGNO reference of a promise and of what came with it later, what Stripe calls a
payment, a gift's number, a tag, a word of a note.

Every kind is answered by an index of its own, by the beginning of the word; a mail address and a note
by any part of them (see docs/decisions/0008-finding-donors.md). `notes`: whoever asks may read them.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from donations.models import (
    BankLine,
    CheckoutAttempt,
    Dispute,
    Donation,
    Donor,
    DonorNote,
    DonorTag,
    GiftWord,
    HandEntry,
    ImportedDonor,
    JournalEntry,
    Receipt,
    TransferPromise,
)
from donations.references import find_references, readable
from donations.words import WRITTEN, figures, fold, of_gift, words

STRIPE = re.compile(r"[a-z]{2,5}_\w+", re.ASCII)  # pi_…, ch_…, cs_…, re_…, dp_…
WORDS = 8
PHONE_FROM = 8  # figures
PERSON = Coalesce("donor__kept_id", "donor_id")  # of a gift: the address that is kept
PHONE = re.compile(r"[+(]?[0-9][0-9 +()./-]{5,}", re.ASCII)
SPACED = re.compile(r"(?<!\S)[+(]?[0-9][0-9()./-]*(?: +[(]?[0-9][0-9()./-]*)+(?!\S)", re.ASCII)
GIFT = re.compile(r"[0-9a-f]{8,32}")


def write_words(*, gift: Donation, written: Mapping[str, Any], reference: str = "") -> None:
    """The words of a gift as its form says now, in the place of those it had."""
    GiftWord.objects.filter(donation=gift).delete()
    add_words(gifts=[(gift, written)], reference=reference)


def add_words(*, gifts: Iterable[tuple[Donation, Mapping[str, Any]]], reference: str = "") -> None:
    """Those of gifts that have none yet, each with what is written of it."""
    GiftWord.objects.bulk_create(
        GiftWord(donation=gift, word=word)
        for gift, written in gifts
        for word in of_gift(written, reference=reference)
    )


def write_words_anew(*, gift: Donation) -> None:
    """Of a gift in the books: who gave, as it stands with it, and what its money is known by."""
    written = {name: getattr(gift, name) for name in (*WRITTEN, "phone")}
    write_words(gift=gift, written=written, reference=" ".join(_references(gift)))


def _references(gift: Donation) -> list[str]:
    """Of a standing order every line has the reference of the first gift, and a number of its own."""
    codes = TransferPromise.objects.filter(donation=gift).values_list("reference", flat=True)
    lines = BankLine.objects.filter(donation=gift)
    found = {*codes, *(code for line in lines for code in find_references(line.words))}
    by_hand = HandEntry.objects.filter(donation=gift).exists()
    return [*map(readable, sorted(found)), gift.method_reference if by_hand else ""]


def gifts_found(rows: QuerySet[Donation], text: str, *, notes: bool = False) -> QuerySet[Donation]:
    """Of these gifts those in which every word is found."""
    for word in _typed(text):
        rows = rows.filter(pk__in=_gifts(word, notes))
    return rows


def persons_found(rows: QuerySet, text: str, *, notes: bool = False) -> QuerySet:
    """Of rows with a `person` (see `PERSON`): every word is found, but each may be on another gift,
    from another address: names change, and so do addresses."""
    if not (typed := _typed(text)):
        return rows
    # met first, then looked up once: condition by condition, each donor would be asked for anew
    first, *others = (_persons(word, notes) for word in typed)
    every = Donor.objects.annotate(person=Coalesce("kept_id", "id")).order_by()
    donors = every.filter(person__in=first.intersection(*others) if others else first)
    # by their addresses: an index leads from there to the gifts
    return rows.filter(donor__in=donors.values("pk"))


def imported_found(
    rows: QuerySet[ImportedDonor], text: str, *, notes: bool = False
) -> QuerySet[ImportedDonor]:
    """Of those whom a file named without a gift: there are never so many that an index is worth it."""
    for word in _typed(text):
        parts = Q()
        for part in words(word):
            parts &= Q(words__contains=f" {part}")
        found = Q(donor__email__contains=word.lower()) | Q(donor__in=_tagged(word))
        if parts:
            found |= parts
        if PHONE.fullmatch(word):
            found |= Q(words__contains=f" {figures(word)}")
        if notes:
            found |= Q(donor__in=_noted(word))
        rows = rows.filter(found)
    return rows


def _typed(text: str) -> list[str]:
    """Each word costs a question to the database, so there are not endlessly many. Numbers side by
    side, long enough for a telephone, are one."""
    typed, at = [], 0
    text = text.replace("\0", " ")
    for found in SPACED.finditer(text):
        if sum(map(str.isdigit, found[0])) >= PHONE_FROM:
            typed += [*text[at : found.start()].split(), found[0]]
            at = found.end()
    return [*typed, *text[at:].split()][:WORDS]


def _gifts(word: str, notes: bool) -> QuerySet:
    """Their keys. One query: whatever the word may be is asked for together."""
    of_donors = [
        Donation.objects.filter(donor__in=donors).order_by().values("pk")
        for donors in _of_donors(word, notes)
    ]
    return _together([*of_donors, *_of_gifts(word)])


def _persons(word: str, notes: bool) -> QuerySet:
    """As above, but those who gave: what a donor is known by leads to her, not to her gifts first."""
    own, of_gift = Coalesce("kept_id", "id"), Donation.objects.order_by()
    kinds: list[QuerySet[Any, Any]] = [
        Donor.objects.filter(pk__in=donors).order_by().values(found=own)
        for donors in _of_donors(word, notes)
    ]
    kinds += [of_gift.filter(pk__in=gifts).values(found=PERSON) for gifts in _of_gifts(word)]
    return _together(kinds)


def _together(kinds: list[QuerySet]) -> QuerySet:
    first, *others = kinds
    return first.union(*others)


def _of_donors(word: str, notes: bool) -> list[QuerySet]:
    """Keys of donors, by each kind that is known of them and not of one gift."""
    mailed = Donor.objects.filter(email__contains=word.lower()).order_by().values("pk")
    return [mailed, _tagged(word), *([_noted(word)] if notes else [])]


def _of_gifts(word: str) -> list[QuerySet]:
    """Keys of gifts, by each kind that the word may be."""
    kinds = [_named(word)]
    kinds += [_named(readable(code)) for code in find_references(word)]  # however it is typed
    if PHONE.fullmatch(word):
        by_number = GiftWord.objects.filter(word__prefix=figures(word)).values("donation")
        kinds.append(Donation.objects.filter(pk__in=by_number).order_by().values("pk"))
    if (number := receipt_query(word)) is not None:
        kinds.append(Receipt.objects.filter(number).order_by().values("gifts"))
    if STRIPE.fullmatch(word):
        kinds += _at_stripe(word)
    if GIFT.fullmatch(beginning := word.lower().replace("-", "")):
        kinds.append(_numbered(beginning))
    return kinds


def _named(word: str) -> QuerySet:
    found = Donation.objects.order_by().values("pk")
    parts = words(word)
    for part in parts:
        found = found.filter(pk__in=GiftWord.objects.filter(word__prefix=part).values("donation"))
    return found if parts else found.none()


def _tagged(word: str) -> QuerySet:
    """There are few tags: one may begin with the word, or have it further on."""
    key = fold(word)
    tags = DonorTag.objects.filter(Q(key__prefix=key) | Q(key__contains=f" {key}"))
    return DonorTag.donors.through.objects.filter(donortag__in=tags.order_by()).values("donor")


def _noted(word: str) -> QuerySet:
    return DonorNote.objects.filter(text__icontains=word).order_by().values("donor")


def _at_stripe(word: str) -> list[QuerySet]:
    attempts = CheckoutAttempt.objects.filter(
        Q(payment_intent=word) | Q(session_id=word) | Q(invoice_id=word)
    )
    disputes = Dispute.objects.filter(dispute_id=word)
    entries = JournalEntry.objects.filter(origin__prefix=f"{word}:")
    return [rows.order_by().values("donation") for rows in (attempts, disputes, entries)]


def _numbered(beginning: str) -> QuerySet:
    """A gift's number, or how it begins."""
    first, last = (UUID(beginning.ljust(32, sign)) for sign in "0f")
    return Donation.objects.filter(public_id__range=(first, last)).order_by().values("pk")


def receipt_query(word: str) -> Q | None:
    """2026/000123, 2026/123 or 123: the receipt's number, as people write it; else nothing."""
    year, slash, number = word.rpartition("/")
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        return None
    found = Q(number=int(number))
    if not slash:
        return found
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        return None
    return found & Q(year=int(year))
