"""The ledger ("prima nota"): balances of the accounts and every row, never changed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from donations.models import Account, JournalEntry
from donations.treasury import export
from donations.treasury.base import TreasuryView


def balances() -> QuerySet[Account]:
    """Accounts with `dare` and `avere`, the sums of their debits and credits in cents."""

    def total(side: str) -> Coalesce:
        rows = JournalEntry.objects.filter(**{side: OuterRef("pk")}).order_by().values(side)
        return Coalesce(Subquery(rows.annotate(sum=Sum("amount")).values("sum")), 0)

    return Account.objects.annotate(dare=total("debit"), avere=total("credit"))


def by_kind(accounts: Iterable[Account]) -> list[tuple[str, list[tuple[Account, int]]]]:
    """What we have, what came in, what it cost, what is not ours: each account with its balance as
    an accountant writes it, above zero where there is more of what the account is for."""
    found: dict[str, list[tuple[Account, int]]] = {kind: [] for kind in Account.Kind.values}
    for row in accounts:
        balance = row.dare - row.avere  # type: ignore[attr-defined]
        found[row.kind].append((row, -balance if row.grows_by_credit else balance))
    return [(str(Account.Kind(kind).label), rows) for kind, rows in found.items() if rows]


class Ledger(TreasuryView):
    permissions = ("donations.view_journalentry",)
    template_name = "donations/treasury/ledger.html"
    page_title = _("Ledger")
    tab = "treasury:ledger"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.account = Account.objects.filter(code=request.GET.get("conto", "")).first()
        self.rows = JournalEntry.objects.select_related("debit", "credit", "donation")
        if self.account:
            self.rows = self.rows.filter(Q(debit=self.account) | Q(credit=self.account))
        if request.GET.get("formato") in export.FORMATS:
            return self._sheet(request)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = balances()
        page = self.paged(self.rows)
        query = self.request.GET.copy()
        query.pop("p", None)
        return super().get_context_data(
            accounts=by_kind(accounts),
            adds_up=sum(row.dare - row.avere for row in accounts) == 0,  # type: ignore[attr-defined]
            sees_gifts=self.request.user.has_perm("donations.view_donation"),
            account=self.account,
            page=page,
            query=query.urlencode(),
            **kwargs,
        )

    def _sheet(self, request: HttpRequest) -> HttpResponse:
        headings = [
            _("When"),
            _("What"),
            _("Debit"),
            _("Credit"),
            _("Amount"),
            _("Origin"),
            _("Number"),
        ]
        return export.spreadsheet(request, name="prima-nota", headings=headings, rows=self._cells())

    def _cells(self) -> Iterator[list[Any]]:
        for row in self.rows.iterator(chunk_size=500):
            yield [
                row.at,
                row.title,
                row.debit.name,
                row.credit.name,
                export.euros(row.amount),
                row.origin,
                str(row.donation.public_id),
            ]
