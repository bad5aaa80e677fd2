"""The table: each kind of row that may hold a word of a donor, what becomes of it, and why it stays
where it stays. The page that asks first, the act and the proof read it; a test walks all models of the
installation and fails for a field that stands neither here nor in `names_nobody`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry

from donations.erasure import acts
from donations.erasure.person import Person
from donations.models import (
    Acknowledgement,
    BankLine,
    BankStatement,
    CheckoutAttempt,
    ClosedDoor,
    CodeRequest,
    Consent,
    ConsentChange,
    Donation,
    Donor,
    DonorDetails,
    DonorMerge,
    DonorNote,
    DonorSession,
    DonorTag,
    DonorWallEntry,
    EntryLink,
    EntryRequest,
    ErasureRequest,
    GiftImport,
    GiftTry,
    GiftWord,
    HandEntry,
    ImportedDonor,
    JournalEntry,
    PayoutLine,
    PremiumClaim,
    PromiseChange,
    Receipt,
    RecurringDonation,
    RefundRequest,
    Statement,
    StripeEvent,
    ThanksInPerson,
    Tribute,
)
from donations.models.giving import NOBODY
from mail.models import Message

ANSWER = "erasure_done"  # the kind of the mail that tells her


class Fate(StrEnum):
    ERASED = "erased"  # the rows are deleted
    NOBODYS = "nobodys"  # the rows stay for the books, and name nobody any more
    KEPT = "kept"  # as they are, for a reason that the law gives


class Why(StrEnum):
    LAW = "law"
    CLAIM = "claim"
    PROOF = "proof"
    PARCEL = "parcel"


REASONS: dict[str, Promise] = {
    Why.LAW: _(
        "The law asks for ten years of accounts and their papers (art. 2220 of the Civil Code, art. 22 "
        "D.P.R. 600/1973; art. 17.3.b GDPR)."
    ),
    Why.CLAIM: _("A bank disputes the gift: we need it for our defence (art. 17.3.e GDPR)."),
    Why.PARCEL: _("It was asked for with the gift; the address goes when the parcel has left."),
    Why.PROOF: _("It proves what was said, and names nobody any more (art. 5.2 GDPR)."),
}


@dataclass(frozen=True)
class Part:
    """`small`: a trace that nobody would ask for by its name; the mail to the donor tells it with the
    others. `fields`: what stands in their place; `covers`: what `act` takes away, or, of what is kept, where
    the person still stands. `year`: of what is kept, the lookup of the year its term begins with."""

    key: str
    title: Promise
    model: type[Model]
    fate: Fate
    rows: Callable[[Person], QuerySet[Any]]
    fields: Mapping[str, Any] = field(default_factory=dict)
    act: Callable[[QuerySet[Any]], int] | None = None
    covers: tuple[str, ...] = ()
    why: str = ""
    year: str = ""
    small: bool = False

    def do(self, person: Person) -> int:
        """How many rows. Within the caller's transaction, with the person held."""
        rows = self.rows(person)
        if self.act:
            return self.act(rows)
        if self.fate == Fate.ERASED:
            _all, by_model = rows.delete()
            return by_model.get(self.model._meta.label, 0)
        return rows.update(**self.fields) if self.fields else rows.count()


def _of_gifts(model: type[Model], path: str = "donation") -> Callable[[Person], QuerySet[Any]]:
    return lambda person: model._default_manager.filter(**{f"{path}__in": person.gifts})


def _of_donors(model: type[Model], path: str = "donor") -> Callable[[Person], QuerySet[Any]]:
    return lambda person: model._default_manager.filter(**{f"{path}__in": person.keys})


def _of_promises(model: type[Model], path: str = "promise") -> Callable[[Person], QuerySet[Any]]:
    return lambda person: model._default_manager.filter(**{f"{path}__in": person.promises})


def _mails(person: Person) -> QuerySet[Message]:
    """To her, about her gifts, and their copies. The answer that tells her of the erasure lives until
    it has left (`services.erased`)."""
    about = Q(acknowledgement__donation__in=person.gifts)
    again = Q(sent_again__acknowledgement__donation__in=person.gifts)
    papers = Q(statement__donor__in=person.keys) | Q(code_request__donor__in=person.keys)
    rows = Message.objects.filter(about | again | papers | Q(to__in=person.emails))
    rows = rows.exclude(kind=ANSWER).exclude(acknowledgement__donation__in=person.withheld)
    rows = rows.exclude(sent_again__acknowledgement__donation__in=person.withheld)
    return Message.objects.filter(pk__in=rows.order_by().values("pk")).exclude(to="")


def _signed(person: Person) -> QuerySet[Any]:
    return DonorTag.donors.through._default_manager.filter(donor__in=person.keys)


def _logged(person: Person) -> QuerySet[ModelLogEntry]:
    """What staff did: the log calls a gift by its giver's name, and a mail by its subject."""
    mails = Message.objects.filter(acknowledgement__donation__in=person.gifts)
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


def _lines(person: Person) -> QuerySet[BankLine]:
    """Those of her gifts, and what was set aside from the same accounts. What waits to be recognised
    is money of nobody yet."""
    aside = Q(state=BankLine.State.ASIDE, iban__in=person.ibans) & ~Q(iban="")
    return BankLine.objects.filter(Q(donation__in=person.gifts) | aside)


def _imports(person: Person) -> QuerySet[GiftImport]:
    """The files that brought her, or gifts of hers: all their lines are in the books."""
    done = GiftImport.objects.filter(state=GiftImport.State.DONE).exclude(file="")
    entries = HandEntry.objects.filter(donation__in=person.gifts, batch__isnull=False)
    alone = ImportedDonor.objects.filter(donor__in=person.keys)
    return done.filter(
        Q(pk__in=entries.order_by().values("batch")) | Q(pk__in=alone.values("batch"))
    )


def _bank_files(person: Person) -> QuerySet[BankStatement]:
    lines = BankLine.objects.filter(donation__in=person.all_gifts).order_by()
    return BankStatement.objects.filter(pk__in=lines.values("statement")).exclude(file="")


def _receipts(person: Person) -> QuerySet[Receipt]:
    rows = Receipt.objects.filter(forgotten_at=None, lines__donation__in=person.all_gifts)
    return rows.order_by().distinct()


def _parcels(person: Person) -> QuerySet[PremiumClaim]:
    hers = PremiumClaim.objects.filter(donation__in=person.all_gifts, way=PremiumClaim.Way.POST)
    return hers.filter(forgotten_at=None)


def _withheld(person: Person) -> QuerySet[Donation]:
    return Donation.objects.filter(pk__in=person.withheld)


Claim = PremiumClaim.State
TO_SEND = (Claim.RESERVED, Claim.CONFIRMED, Claim.PACKED)
PARCEL = ("recipient", "street", "postcode", "city", "province", "country")
WRITTEN = (
    *("organisation", "first_name", "codice_fiscale", "phone"),
    *("street", "postcode", "city", "province"),
)
E, N, K = Fate.ERASED, Fate.NOBODYS, Fate.KEPT
PARTS: tuple[Part, ...] = (
    # first what is about to be written and sent
    Part(
        "duties",
        _("Mails about gifts that were still to be written"),
        Acknowledgement,
        N,
        lambda person: Acknowledgement.objects.filter(
            Q(state=Acknowledgement.State.DUE) | ~Q(last_error=""), donation__in=person.gifts
        ),
        act=acts.keep_quiet,
        covers=("last_error",),
        small=True,
    ),
    Part(
        "codes",
        _("Requests for a codice fiscale"),
        CodeRequest,
        E,
        _of_donors(CodeRequest),
        small=True,
    ),
    Part(
        "mails",
        _("Mails: address, words and attachments"),
        Message,
        N,
        _mails,
        act=acts.empty_mails,
        covers=("to", "subject", "body_text", "body_html", "last_error"),
    ),
    # what she wrote and what stands beside it
    Part(
        "details",
        _("What was written on the personal page"),
        DonorDetails,
        E,
        _of_donors(DonorDetails),
    ),
    Part("notes", _("Notes"), DonorNote, E, _of_donors(DonorNote)),
    Part("tags", _("Tags"), DonorTag.donors.through, E, _signed, act=acts.drop_tags),
    Part(
        "links",
        _("Links to the personal page"),
        EntryLink,
        E,
        _of_donors(EntryLink),
        small=True,
    ),
    Part(
        "sessions",
        _("Browsers in which the personal page is open"),
        DonorSession,
        E,
        _of_donors(DonorSession),
        small=True,
    ),
    Part(
        "entries",
        _("Requests to enter the personal page"),
        EntryRequest,
        E,
        lambda person: EntryRequest.objects.filter(email__in=person.emails),
        small=True,
    ),
    Part(
        "merges",
        _("How several addresses were joined"),
        DonorMerge,
        E,
        _of_donors(DonorMerge, "kept"),
        small=True,
    ),
    Part(
        "words",
        _("Words the gifts are found by"),
        GiftWord,
        E,
        _of_gifts(GiftWord),
        small=True,
    ),
    Part(
        "tries",
        _("Attempts at the form"),
        GiftTry,
        E,
        lambda person: GiftTry.objects.filter(
            Q(mail__in=person.mail_digests) | Q(key__in=person.form_digests)
        ),
        small=True,
    ),
    Part(
        "doors",
        _("The form, closed to the address for a while"),
        ClosedDoor,
        N,
        lambda person: ClosedDoor.objects.filter(kind="mail", key__in=person.mail_digests),
        fields={"hint": ""},
        small=True,
    ),
    Part(
        "requests",
        _("Requests for erasure: the words of the answer"),
        ErasureRequest,
        N,
        lambda person: ErasureRequest.objects.filter(donor__in=person.keys).exclude(answer=""),
        fields={"answer": NOBODY},
    ),
    Part(
        "tributes",
        _("Dedications, with their recipients and words"),
        Tribute,
        N,
        _of_gifts(Tribute),
        act=acts.forget_tributes,
        covers=("honouree", "recipient", "email", "message"),
    ),
    Part(
        "cards",
        _("Cards received from others"),
        Tribute,
        N,
        lambda person: Tribute.objects.filter(email__in=person.emails, due_at__lt=person.now),
        act=acts.forget_as_recipient,
    ),
    Part(
        "wall",
        _("Names on the donor wall"),
        DonorWallEntry,
        N,
        lambda person: DonorWallEntry.objects.filter(donation__in=person.gifts).exclude(
            name=NOBODY
        ),
        act=acts.off_the_wall,
        covers=("name", "words"),
    ),
    Part(
        "parcels",
        _("Addresses of parcels with a thank-you gift"),
        PremiumClaim,
        N,
        lambda person: _parcels(person).exclude(state__in=TO_SEND),
        act=acts.forget_parcels,
        covers=PARCEL,
    ),
    Part(
        "calls",
        _("Thanks in person: notes"),
        ThanksInPerson,
        N,
        _of_gifts(ThanksInPerson),
        act=acts.nobody_to_call,
        covers=("note",),
    ),
    # the books' own rows, without her
    Part(
        "gifts",
        _("Gifts: name, address, codice fiscale"),
        Donation,
        N,
        lambda person: Donation.objects.filter(pk__in=person.gifts),
        fields={**dict.fromkeys(WRITTEN, ""), "last_name": NOBODY, "country": ""},
    ),
    Part(
        "digits",
        _("Gifts: last digits of card or account"),
        Donation,
        N,
        lambda person: Donation.objects.filter(pk__in=person.gifts, by_hand=None),
        fields={"method_reference": ""},
    ),
    Part(
        "pages",
        _("Payment pages: their addresses"),
        CheckoutAttempt,
        N,
        _of_gifts(CheckoutAttempt),
        fields={"url": ""},
        small=True,
    ),
    Part(
        "promises",
        _("Recurring gifts: means of payment"),
        RecurringDonation,
        N,
        _of_donors(RecurringDonation),
        fields={"method_reference": "", "card_expires": None, "repair_url": ""},
    ),
    Part(
        "changes",
        _("Changes of recurring gifts: Stripe’s words"),
        PromiseChange,
        N,
        _of_promises(PromiseChange),
        fields={"last_error": ""},
        small=True,
    ),
    Part(
        "by_hand",
        _("Gifts entered by hand: notes"),
        HandEntry,
        N,
        _of_gifts(HandEntry),
        fields={"note": ""},
    ),
    Part(
        "reversals",
        _("Gifts entered by hand: why they were reversed"),
        HandEntry,
        N,
        lambda person: HandEntry.objects.filter(
            donation__in=person.gifts, reversed_at__isnull=False
        ),
        fields={"reversal_reason": NOBODY},
        small=True,
    ),
    Part(
        "refunds",
        _("Refunds: notes"),
        RefundRequest,
        N,
        _of_gifts(RefundRequest),
        fields={"note": "", "last_error": ""},
    ),
    Part(
        "aside",
        _("Lines of the bank’s statements: why they were set aside"),
        BankLine,
        N,
        lambda person: _lines(person).filter(state=BankLine.State.ASIDE),
        fields={"reason": NOBODY},
        small=True,
    ),
    Part(
        "lines",
        _("Lines of the bank’s statements: name, account and words"),
        BankLine,
        N,
        _lines,
        fields={"name": "", "iban": "", "text": "", "reference": ""},
    ),
    Part(
        "drawing",
        _("Yearly statements: why one could not be drawn"),
        Statement,
        N,
        lambda person: Statement.objects.filter(donor__in=person.keys).exclude(last_error=""),
        fields={"last_error": ""},
        small=True,
    ),
    Part(
        "payouts",
        _("Lines of Stripe’s payouts: their words"),
        PayoutLine,
        N,
        _of_gifts(PayoutLine),
        fields={"description": ""},
        small=True,
    ),
    Part(
        "events",
        _("What Stripe told us: names, addresses, cards"),
        StripeEvent,
        N,
        lambda person: StripeEvent.objects.filter(pk__in=person.events()),
        act=acts.redact,
        covers=("payload", "last_error"),
    ),
    Part(
        "imports",
        _("Files from which gifts were imported"),
        GiftImport,
        E,
        _imports,
        act=acts.drop_files,
        covers=("file",),
        small=True,
    ),
    Part(  # after the files, which are found by it
        "imported",
        _("What a file said of a donor without a gift"),
        ImportedDonor,
        E,
        _of_donors(ImportedDonor),
    ),
    Part(
        "log",
        _("The staff’s log: names of gifts and mails"),
        ModelLogEntry,
        N,
        _logged,
        fields={"label": NOBODY},
        small=True,
    ),
    Part(
        "donor",
        _("Mail addresses"),
        Donor,
        N,
        lambda person: Donor.objects.filter(pk__in=person.keys),
        fields={"email": None},
    ),
    # what stays
    Part(
        "withheld",
        _("Gifts in dispute"),
        Donation,
        K,
        _withheld,
        why=Why.CLAIM,
    ),
    Part(
        "to_send",
        _("Parcels with a thank-you gift that are still to be sent"),
        PremiumClaim,
        K,
        lambda person: _parcels(person).filter(state__in=TO_SEND),
        covers=PARCEL,
        why=Why.PARCEL,
    ),
    Part(
        "receipts",
        _("Receipts, with what is printed on them"),
        Receipt,
        K,
        _receipts,
        covers=("data", "file"),
        why=Why.LAW,
        year="year",
    ),
    Part(
        "statements",
        _("Yearly statements, with what is printed on them"),
        Statement,
        K,
        lambda person: Statement.objects.filter(donor__in=person.keys, forgotten_at=None),
        covers=("organisation", "name", "data", "file"),
        why=Why.LAW,
        year="run__started_at__year",
    ),
    Part(
        "references",
        _("Numbers of cheques, transfers and slips"),
        Donation,
        K,
        lambda person: Donation.objects.filter(pk__in=person.gifts, by_hand__isnull=False).exclude(
            method_reference=""
        ),
        covers=("method_reference",),
        why=Why.LAW,
        year="settled_at__year",
    ),
    Part(
        "bank_files",
        _("The bank’s statements, as the bank wrote them"),
        BankStatement,
        K,
        _bank_files,
        covers=("file",),
        why=Why.LAW,
        year="brought_at__year",
    ),
    Part(
        "entries_of_ledger",
        _("Rows of the ledger; they name nobody"),
        JournalEntry,
        K,
        lambda person: JournalEntry.objects.filter(donation__in=person.all_gifts),
        why=Why.LAW,
    ),
    Part(
        "consents",
        _("Consents: the words that were shown"),
        Consent,
        K,
        lambda person: Consent.objects.filter(donation__in=person.all_gifts),
        why=Why.PROOF,
    ),
    Part(
        "consent_changes",
        _("Consents taken back or given again"),
        ConsentChange,
        K,
        _of_donors(ConsentChange),
        why=Why.PROOF,
    ),
)
BY_KEY = {part.key: part for part in PARTS}


def title_of(key: str) -> str:
    """Of a part that is gone from the table since, its key."""
    return str(BY_KEY[key].title) if key in BY_KEY else key
