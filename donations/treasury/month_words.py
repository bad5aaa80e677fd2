"""What is found before a month is closed, in words a treasurer knows, with where to mend it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brand.figures import euros
from donations.services.closing import Finding


@dataclass(frozen=True)
class Told:
    title: str
    detail: str
    stops: bool
    address: str


def put(one: Finding) -> Told:
    title, detail, page = {
        "not_over": (
            _("The month is not over yet"),
            _("It can be closed from the first day of the next one."),
            "",
        ),
        "out_of_turn": (
            _("Months are closed one after the other"),
            _("Close the month after the last closed one first."),
            "months",
        ),
        "unread": (
            ngettext(
                "A message of Stripe’s needs somebody",
                "%(number)s messages of Stripe’s need somebody",
                one.number,
            ),
            _("Something may be missing from the ledger."),
            "desk",
        ),
        "unexplained": (
            ngettext(
                "A payout does not add up",
                "%(number)s payouts do not add up",
                one.number,
            ),
            _("Say what the difference is: your row is written in the open month."),
            "payouts",
        ),
        "untold": (
            ngettext(
                "A payout has not arrived, or Stripe has not told its lines",
                "%(number)s payouts have not arrived, or Stripe has not told their lines",
                one.number,
            ),
            _("It settles by itself within a day or two."),
            "payouts",
        ),
        "gaps": (
            ngettext(
                "A number of a receipt is missing",
                "%(number)s numbers of receipts are missing",
                one.number,
            ),
            _("This must not be: show it to whoever looks after the site."),
            "receipts",
        ),
        "on_its_way": (
            ngettext(
                "A message of Stripe’s is being worked through",
                "%(number)s messages of Stripe’s are being worked through",
                one.number,
            ),
            _("Closed now, its rows are written in the open month, with their true day."),
            "desk",
        ),
        "disputed": (
            ngettext("A dispute is open", "%(number)s disputes are open", one.number),
            _("Whatever the bank decides is written in the open month."),
            "desk",
        ),
        "processing": (
            ngettext(
                "A gift is still in progress",
                "%(number)s gifts are still in progress",
                one.number,
            ),
            _("It counts in the month in which the bank pays."),
            "donations",
        ),
        "unrecognised": (
            ngettext(
                "A line of the bank’s is not recognised yet",
                "%(number)s lines of the bank’s are not recognised yet",
                one.number,
            ),
            _("Recognised later, its row is written in the open month, with its true day."),
            "bank",
        ),
        "statements": (
            _("The bank’s statements do not tell the month whole"),
            _("Days are missing, or balances do not add up: the list of statements says which."),
            "bring",
        ),
        "suspended": (
            _("%(amount)s were paid twice and wait to be given back")
            % {"amount": euros(one.number, always_cents=True)},
            _("The refund is written in the month in which it is made."),
            "desk",
        ),
    }[one.key]
    address = reverse(f"treasury:{page}") if page else ""
    return Told(title % {"number": one.number}, detail, one.stops, address)
