"""What the account “Stripe in viaggio” is made of: all that Stripe has not paid out yet."""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from donations.models import Account, JournalEntry, Payout

ARRIVED = (Payout.Status.PAID, *Payout.BACK)


@dataclass(frozen=True)
class Waiting:
    title: str
    cents: int
    bad: bool = False


def waiting() -> list[Waiting]:
    """They add up to the account's balance, to the cent."""
    found = [*_in_no_payout(), *_payouts()]
    return [one for one in found if one.cents]


def _in_no_payout() -> list[Waiting]:
    """Rows that no line of a payout speaks of; the payouts' own rows are not among them."""
    rows = JournalEntry.objects.filter(explanation=None).exclude(origin__endswith=":payout")
    came, went = _by_other(rows, "debit", "credit"), _by_other(rows, "credit", "debit")
    gifts, back = came.pop("gifts", 0), went.pop("gifts", 0)

    def both(code: str) -> int:
        return came.pop(code, 0) - went.pop(code, 0)

    return [
        Waiting(_("Gifts"), gifts),
        Waiting(_("Refunds"), -back),
        Waiting(_("Fees"), both(Account.FEES)),
        Waiting(_("Disputes"), both(Account.DISPUTES)),
        Waiting(_("Paid twice, to be given back"), both(Account.SUSPENSE)),
        Waiting(_("Payouts that the bank sent back"), both(Account.BANK)),
        Waiting(_("Other rows"), sum(came.values()) - sum(went.values())),
    ]


def _by_other(rows: QuerySet[JournalEntry], side: str, other: str) -> dict[str, int]:
    """Cents that went through Stripe's account on this side, by the account on the other; all the
    funds' together."""
    found: dict[str, int] = {}
    ours = rows.filter(**{f"{side}__code": Account.STRIPE}).order_by()
    for code, fund, cents in ours.values_list(f"{other}__code", f"{other}__fund").annotate(
        cents=Sum("amount")
    ):
        name = "gifts" if fund else code
        found[name] = found.get(name, 0) + cents
    return found


def _payouts() -> list[Waiting]:
    told = Q(complete=True)
    arrived = Q(status__in=ARRIVED)
    sums = Payout.objects.aggregate(
        on_the_way=Sum(F("amount"), filter=told & ~arrived),
        differences=Sum("difference", filter=told),
        untold=Sum("amount", filter=~told & arrived),
    )
    cents = {name: value or 0 for name, value in sums.items()}
    return [
        Waiting(_("Payouts on their way to the bank"), cents["on_the_way"]),
        Waiting(_("Payouts of which Stripe has told no lines"), -cents["untold"]),
        Waiting(_("Differences that nobody has explained"), -cents["differences"], bad=True),
    ]
