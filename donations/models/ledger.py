"""The books: double entry ("prima nota"), append-only, enforced by the database itself."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Account(models.Model):
    """One line of the chart of accounts."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("What we have")
        INCOME = "income", _("What came in")
        EXPENSE = "expense", _("What it cost")
        LIABILITY = "liability", _("What is not ours")

    STRIPE = "stripe"  # "Stripe in viaggio": collected, not paid out yet
    BANK = "bank"
    CASH = "cash"
    FEES = "fees"
    DISPUTES = "disputes"  # "Contestazioni": taken by a bank, won back or lost in the end
    SUSPENSE = "suspense"  # "Somme in sospeso": paid twice for one gift, to be given back
    OTHER = "other"  # "Altre entrate": what came through Stripe and is no gift made here
    OURS = (STRIPE, BANK, CASH)  # where our money lies

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    fund = models.OneToOneField(
        "donations.Fund",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="account",
        verbose_name=_("fund"),
    )

    class Meta:
        verbose_name = pgettext_lazy("ledger", "account")
        verbose_name_plural = pgettext_lazy("ledger", "accounts")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def grows_by_credit(self) -> bool:
        """What came in and what we owe stand on the right-hand side: a credit makes more of it."""
        return self.kind in (self.Kind.INCOME, self.Kind.LIABILITY)

    def balance(self) -> int:
        """Cents: debits less credits."""
        debits = self.debits.aggregate(sum=Sum("amount"))["sum"] or 0
        credits = self.credits.aggregate(sum=Sum("amount"))["sum"] or 0
        return debits - credits


class AppendOnly(Exception):
    """Somebody tried to change or take away a row of the journal."""


class Journal(QuerySet):
    def of(self, donation: Any) -> "Journal":
        return self.filter(donation=donation).order_by("pk")

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly("the journal is only ever added to")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("the journal is only ever added to")


BY_HAND = "hand:"  # how the `origin` begins of what the treasurer entered
FROM_BANK = "bank:"  # and of what she recognised on the bank's statement
# by the end of `origin`
TITLES = {
    "gift": _("Gift"),
    "second": _("Second payment of one gift, to be given back"),
    "fee": _("Stripe’s fee"),
    "fee_back": _("Stripe’s fee given back"),
    "refund": _("Refund"),
    "returned": _("Refund that came back"),
    "not_refunded": _("Refund written by mistake, taken back"),
    "withdrawn": _("Dispute: the bank takes the money"),
    "reinstated": _("Dispute: the bank gives the money back"),
    "lost": _("Dispute lost"),
    "won": _("Dispute won in the appeal"),
    "reversal": _("Reversal of a gift entered by hand"),
    "paid_in": _("Cash paid in at the bank"),
    "not_paid_in": _("Cash paid in at the bank: a mistake, taken back"),
    "payout": _("Payout from Stripe"),
    "failed": _("Payout that the bank sent back"),
    "correction": _("Correction by the treasury"),
}


class JournalEntry(models.Model):
    """`amount` cents from the account `credit` to the account `debit`. It balances by construction.

    `origin` names what it comes from, once: "ch_…:gift", "txn_…:fee", "hand:…:gift", "bank:…:gift";
    all of them in docs/decisions/0002-books-and-receipts.md.
    """

    debit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="debits", verbose_name=_("debit")
    )
    credit = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="credits",
        verbose_name=pgettext_lazy("ledger", "credit"),
    )
    amount = models.PositiveIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    origin = models.CharField(_("origin"), max_length=120, unique=True)
    donation = models.ForeignKey(  # none: it belongs to no gift, as a payout
        "donations.Donation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("donation"),
    )
    at = models.DateTimeField(_("when"), db_index=True)
    # its true moment, when the month of it was closed already: `at` lies in the open month then
    happened_at = models.DateTimeField(_("happened"), null=True, blank=True)
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects = Journal.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_above_zero"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="entry_between_two"),
        ]

    def __str__(self) -> str:
        return self.origin

    @property
    def true_at(self) -> datetime:
        return self.happened_at or self.at

    @property
    def comes_from(self) -> str:
        """Stripe's object; of what was entered by hand, the number of the cheque, transfer or slip."""
        if self.origin.startswith((BY_HAND, FROM_BANK)):
            if self.origin.endswith(("refund", "refunded")):
                return ""  # that number is of the money that came
            return self.donation.method_reference if self.donation else ""
        return self.origin.partition(":")[0]

    @property
    def goes_out(self) -> bool:
        """Money leaves us, or a gift becomes less."""
        if self.debit.code in Account.OURS:
            return False  # from one of our own places to another one, at most
        return self.credit.code in Account.OURS or self.debit.grows_by_credit

    @property
    def title(self) -> str:
        """What it is, in words a treasurer knows."""
        kind = self.origin.rpartition(":")[2].partition("-")[0]  # correction-2
        if kind == "fee" and not self.goes_out:
            kind = "fee_back"
        return str(TITLES.get(kind, kind))

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("the journal is only ever added to")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("the journal is only ever added to")
