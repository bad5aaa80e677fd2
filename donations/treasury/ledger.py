"""The ledger ("prima nota"): balances of the accounts and every row, never changed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet, Sum
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from donations.models import Account, JournalEntry
from donations.treasury import export
from donations.treasury.base import TreasuryList
from donations.treasury.periods import Period


def balances() -> list[Account]:
    """Accounts with `dare` and `avere`, the sums of their debits and credits in cents. The rows are
    read once: the pairs of accounts are few."""
    pairs = JournalEntry.objects.order_by().values_list("debit", "credit").annotate(Sum("amount"))
    sums = list(pairs)
    accounts = list(Account.objects.all())
    for one in accounts:
        one.dare = sum(cents for debit, _credit, cents in sums if debit == one.pk)  # type: ignore[attr-defined]
        one.avere = sum(cents for _debit, credit, cents in sums if credit == one.pk)  # type: ignore[attr-defined]
    return accounts


def by_kind(accounts: Iterable[Account]) -> list[tuple[str, list[tuple[Account, int]]]]:
    """What we have, what came in, what it cost, what is not ours: each account with its balance as
    an accountant writes it, above zero where there is more of what the account is for."""
    found: dict[str, list[tuple[Account, int]]] = {kind: [] for kind in Account.Kind.values}
    for row in accounts:
        balance = row.dare - row.avere  # type: ignore[attr-defined]
        found[row.kind].append((row, -balance if row.grows_by_credit else balance))
    return [(str(Account.Kind(kind).label), rows) for kind, rows in found.items() if rows]


class LedgerFilter(Period):
    moment = "at"
    field_order = ("conto", "da", "a")

    conto = forms.ModelChoiceField(
        label=pgettext_lazy("ledger", "Account"),
        required=False,
        queryset=Account.objects.all(),
        to_field_name="code",
        empty_label=_("Whichever"),
    )

    def _conto(self, rows: QuerySet[JournalEntry], account: Account) -> QuerySet[JournalEntry]:
        return rows.filter(Q(debit=account) | Q(credit=account))


class Ledger(TreasuryList):
    permissions = ("donations.view_journalentry",)
    template_name = "donations/treasury/ledger.html"
    page_title = _("Ledger")
    tab = "treasury:ledger"
    filter_class = LedgerFilter
    by_key = True

    @property
    def account(self) -> Account | None:
        found: Account | None = self.filter.cleaned_data.get("conto")
        return found

    def all_rows(self) -> QuerySet[JournalEntry]:
        return JournalEntry.objects.select_related("debit", "credit", "donation")

    def sheet(self) -> HttpResponseBase:
        return export.ledger(self.request, self.rows, account=self.account)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = balances()
        return super().get_context_data(
            accounts=by_kind(accounts),
            adds_up=sum(row.dare - row.avere for row in accounts) == 0,  # type: ignore[attr-defined]
            sees_gifts=self.request.user.has_perm("donations.view_donation"),
            account=self.account,
            **kwargs,
        )
