"""What the bank says: its statements as they were brought, and their lines, which wait until a person
says what each of them is."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from stdnum import iban

from mail.storage import private_storage


class BankAccount(models.Model):
    """`columns`: which column of this bank's CSV is which, as a person said once: {"header": […],
    "map": {"day": 0, …}}."""

    iban = models.CharField(_("IBAN"), max_length=34, unique=True)
    columns = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["iban"]
        default_permissions = ()

    def __str__(self) -> str:
        return str(iban.format(self.iban))


class BankStatement(models.Model):
    """A file as it came; its lines are there once `imported_at` is."""

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(storage=private_storage, upload_to="bank/%Y/", max_length=200)
    sha256 = models.CharField(max_length=64)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    brought_at = models.DateTimeField(_("brought"), auto_now_add=True)
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    # what the file says of the account: all of it or nothing; `moved` is the sum of its lines
    opening = models.BigIntegerField(_("opening balance"), null=True, blank=True)
    closing = models.BigIntegerField(_("closing balance"), null=True, blank=True)
    moved = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    begins = models.DateField(_("first day"), null=True, blank=True)
    ends = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ["-pk"]
        default_permissions = ("view", "add")
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="statement_brought_once"),
            models.CheckConstraint(
                condition=Q(
                    opening__isnull=True,
                    closing__isnull=True,
                    moved__isnull=True,
                    begins__isnull=True,
                    ends__isnull=True,
                    currency="",
                )
                | (
                    Q(
                        opening__isnull=False,
                        closing__isnull=False,
                        moved__isnull=False,
                        begins__isnull=False,
                        ends__isnull=False,
                        begins__lte=F("ends"),
                    )
                    & ~Q(currency="")
                ),
                name="statement_balances_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BankLines(QuerySet):
    def waiting(self) -> "BankLines":
        """Money that came, and nobody has said yet what it is."""
        return self.filter(state=BankLine.State.OPEN, amount__gt=0)


class BankLine(models.Model):
    """One movement. `key` is the same in every file that holds it (see `donations.statements`).

    `turn`: how often it was decided anew; the journal knows each turn by an origin of its own.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To be recognised")
        GIFT = "gift", _("Gift")  # the journal has a row that comes from it
        KNOWN = "known", _("Gift that was entered by hand")  # the row was there before
        PAYOUT = "payout", _("Payout from Stripe")  # its row comes from Stripe's news
        CASH = "cash", _("Cash paid in")  # the journal has a row from the cash box to the bank
        BACK = "back", _("Gift given back")
        ASIDE = "aside", _("Set aside")

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(_("line"))
    key = models.CharField(max_length=60)
    day = models.DateField(_("day"), db_index=True)
    value_day = models.DateField(_("value date"), null=True, blank=True)
    amount = models.IntegerField(_("amount"))
    text = models.TextField(_("reference"), blank=True)
    name = models.CharField(_("name"), max_length=140, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True, db_index=True)
    reference = models.CharField(_("the bank’s reference"), max_length=140, blank=True)
    state = models.CharField(
        _("state"), max_length=6, choices=State.choices, default=State.OPEN, db_index=True
    )
    turn = models.PositiveSmallIntegerField(default=1)
    donation = models.OneToOneField(
        "donations.Donation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_line",
        verbose_name=_("donation"),
    )
    payout = models.OneToOneField(
        "donations.Payout",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_line",
        verbose_name=_("payout"),
    )
    refund = models.OneToOneField(
        "donations.RefundRequest",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_line",
        verbose_name=_("refund request"),
    )
    reason = models.CharField(_("why it is set aside"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = BankLines.as_manager()

    class Meta:
        verbose_name = _("line of a bank statement")
        verbose_name_plural = _("lines of bank statements")
        ordering = ["-day", "-pk"]
        default_permissions = ("view", "change")
        indexes = [
            models.Index(
                fields=["-day", "-id"],
                condition=Q(state="open", amount__gt=0),
                name="bank_line_waiting",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="bank_line_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="bank_line_moves_money"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["gift", "known"],
                    donation__isnull=False,
                    payout__isnull=True,
                    refund__isnull=True,
                    amount__gt=0,
                )
                | Q(state="payout", donation=None, payout__isnull=False, refund=None)
                | Q(state="cash", donation=None, payout=None, refund=None, amount__gt=0)
                | Q(
                    state="back",
                    donation=None,
                    payout=None,
                    refund__isnull=False,
                    amount__lt=0,
                )
                | Q(state__in=["open", "aside"], donation=None, payout=None, refund=None),
                name="bank_line_is_one_thing",
            ),
            models.CheckConstraint(
                condition=(Q(state="aside") & ~Q(reason="")) | (~Q(state="aside") & Q(reason="")),
                name="bank_line_aside_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.amount}"

    @property
    def origin(self) -> str:
        """How the journal names it, this turn."""
        return f"bank:{self.pk}" if self.turn == 1 else f"bank:{self.pk}-{self.turn}"

    @property
    def words(self) -> str:
        """All that may hold a reference."""
        return f"{self.text} {self.reference}"
