"""What the donor gets: acknowledgements by mail, and the numbered receipt."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from mail.storage import private_storage
from outbox.models import Leased

if TYPE_CHECKING:
    from donations.models import Donation


class Acknowledgement(Leased):
    """A duty to tell the donor something, written with the books; a task turns it into a mail.

    `kind` is checked against `donations.acknowledgements.KINDS`.
    """

    class State(models.TextChoices):
        DUE = "due", _("To be written")
        DONE = "done", _("Written")
        SKIPPED = "skipped", _("Overtaken by events")

    donation = models.ForeignKey(
        "donations.Donation", on_delete=models.PROTECT, related_name="acknowledgements"
    )
    kind = models.CharField(_("kind"), max_length=20)
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DUE)
    entry = models.ForeignKey(
        "donations.JournalEntry",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ledger entry"),
    )
    receipt = models.ForeignKey(
        "donations.Receipt",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("receipt"),
    )
    mail = models.OneToOneField(
        "mail.Message",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="acknowledgement",
        verbose_name=_("mail"),
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["attempts"], condition=Q(state="due"), name="acknowledgement_to_write"
            )
        ]

    def __str__(self) -> str:
        return self.key


class ReceiptCounter(models.Model):
    """The last number given out, by issuing body and year; locked while a number is taken."""

    issuer = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year"], name="receipt_counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.year}: {self.last}"


def receipt_label(year: int, number: int) -> str:
    """As printed: 2026/000123."""
    return f"{year}/{number:06d}"


_VOID_REASONS = [
    "refund",
    "refund_returned",
    "refund_reversed",
    "dispute_lost",
    "dispute_won",
    "reversal",
    "corrected",
]


class Receipt(models.Model):
    """Number and data are frozen with the books; the PDF is drawn from `data` afterwards, once.

    `data` (JSON): see `donations.services.receipts.snapshot`.
    """

    class State(models.TextChoices):
        ISSUED = "issued", _("Valid")
        VOID = "void", _("Void")

    class VoidReason(models.TextChoices):
        """Why, and on which day that was (`void_day`); Italian on paper: `receipts.wording`."""

        REFUND = "refund", _("refund of %(day)s")
        REFUND_RETURNED = "refund_returned", _("refund of %(day)s that came back")
        REFUND_REVERSED = "refund_reversed", _("refund written by mistake, reversed on %(day)s")
        DISPUTE_LOST = "dispute_lost", _("dispute lost, money taken on %(day)s")
        DISPUTE_WON = "dispute_won", _("dispute won, money back on %(day)s")
        REVERSAL = "reversal", _("reversal of %(day)s")
        CORRECTED = "corrected", _("data corrected on %(day)s")

    issuer = models.CharField(_("issuing body"), max_length=16)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    donation = models.ForeignKey(
        "donations.Donation",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("donation"),
    )  # of a cumulative receipt: the latest that it covers
    gifts: "models.ManyToManyField[Donation, ReceiptLine]" = models.ManyToManyField(
        "donations.Donation", through="donations.ReceiptLine", related_name="receipts"
    )
    covers_year = models.PositiveSmallIntegerField(
        _("cumulative, of the year"), null=True, blank=True
    )
    amount = models.PositiveIntegerField(_("amount"))
    data = models.JSONField()
    issued_at = models.DateTimeField(_("issued"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ISSUED)
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    void_reason = models.CharField(
        _("why it is void"), max_length=16, choices=VoidReason.choices, blank=True
    )
    void_day = models.DateField(_("day of the reason"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    file = models.FileField(
        _("file"), storage=private_storage, upload_to="receipts/%Y/", max_length=200, blank=True
    )
    sha256 = models.CharField(max_length=64, blank=True)
    # of somebody who was erased, after the term: data and file are gone, the number stays
    forgotten_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-year", "-number"]
        indexes = [models.Index(fields=["number", "year"], name="receipt_by_number")]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "number"], name="receipt_number"),
            models.UniqueConstraint(
                fields=["donation"], condition=Q(state="issued"), name="receipt_one_valid"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(number__gt=0), name="receipt_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="issued", voided_at__isnull=True, void_reason="", void_day__isnull=True
                )
                | Q(
                    state="void",
                    voided_at__isnull=False,
                    void_reason__in=_VOID_REASONS,
                    void_day__isnull=False,
                ),
                name="receipt_void_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def made_out_to(self) -> str:
        """As it is printed, whatever was corrected since; of an erased donor no more than of her gift."""
        gift = self.donation
        return gift.donor_name if gift.erased else self.data.get("donor") or gift.donor_name

    @property
    def label(self) -> str:
        return receipt_label(self.year, self.number)

    def amount_of(self, donation: "Donation") -> int:
        """Cents of this gift on it."""
        line = self.lines.filter(donation=donation).first()
        return line.amount if line else 0

    @property
    def void_words(self) -> str:
        """Why it is void, to those who read the screen."""
        if not self.void_day:
            return ""
        day = date_format(self.void_day, "j/n/Y")
        return str(self.get_void_reason_display()) % {"day": day}


class ReceiptLine(models.Model):
    """A gift on a receipt; a cumulative one has many. `valid` follows the receipt's state: it keeps a
    gift from standing on two valid receipts."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    donation = models.ForeignKey(
        "donations.Donation", on_delete=models.PROTECT, related_name="receipt_lines"
    )
    amount = models.PositiveIntegerField(_("amount"))
    valid = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["donation"], condition=Q(valid=True), name="receipt_line_one_valid"
            ),
            models.UniqueConstraint(fields=["receipt", "donation"], name="receipt_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_line_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}: {self.donation_id}"


class ReceiptRun(models.Model):
    """The cumulative receipts of a year, asked for by a person. What is still to be issued is read in
    the books: a run that died goes on where it was."""

    year = models.PositiveSmallIntegerField(_("year"))
    gifts = models.PositiveIntegerField(_("gifts"))  # that waited when it began
    started_at = models.DateTimeField(_("begun"), default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("begun by"),
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of cumulative receipts")
        verbose_name_plural = _("runs of cumulative receipts")
        default_permissions = ("add", "view")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(finished_at=None), name="receipt_run_one_open"
            )
        ]

    def __str__(self) -> str:
        return str(self.year)
