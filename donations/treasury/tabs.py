"""The rooms of the treasury and the pages in each: two short rows instead of one long one."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Tab:
    """`name` of its address; `permission` one needs to see it."""

    name: str
    label: str | Promise
    permission: str


@dataclass(frozen=True)
class Room:
    label: str | Promise
    tabs: tuple[Tab, ...]


ROOMS = (
    Room(
        _("Gifts"),
        (
            Tab("treasury:donations", _("Donations"), "donations.view_donation"),
            Tab("treasury:promises", _("Recurring"), "donations.view_recurringdonation"),
            Tab("treasury:wall", _("Donor wall"), "donations.view_donorwallentry"),
            Tab("treasury:abuse", _("Abuse control"), "donations.view_gifttry"),
        ),
    ),
    Room(
        _("Donors"),
        (
            Tab("treasury:donors", _("Donors"), "donations.view_donor"),
            Tab("treasury:letters", _("Acknowledgements"), "donations.change_mailtext"),
        ),
    ),
    Room(
        _("Receipts"),
        (
            Tab("treasury:receipts", _("Receipts"), "donations.view_receipt"),
            Tab("treasury:statements", _("Year end"), "donations.view_statementrun"),
        ),
    ),
    Room(
        _("Books"),
        (
            Tab("treasury:ledger", _("Ledger"), "donations.view_journalentry"),
            Tab("treasury:payouts", _("Payouts"), "donations.view_payout"),
            Tab("treasury:bank", _("Bank"), "donations.view_bankline"),
            Tab("treasury:months", _("Months"), "donations.view_closedmonth"),
        ),
    ),
    Room(
        _("Reports"),
        (Tab("treasury:reports", _("Reports"), "donations.view_journalentry"),),
    ),
    Room(
        _("To decide"),
        (Tab("treasury:desk", _("To decide"), "donations.view_stripeevent"),),
    ),
)


def rows(user: Any, here: str) -> dict[str, list[dict[str, Any]]]:
    """`rooms`: each leads to the first of its pages that `user` may see, and is left out where
    there is none. `tabs`: the pages of the room where `here` is, none where it has but one."""
    rooms, tabs = [], []
    for room in ROOMS:
        seen = [tab for tab in room.tabs if user.has_perm(tab.permission)]
        if not seen:
            continue
        inside = here in [tab.name for tab in room.tabs]
        rooms.append(
            {
                "url": reverse(seen[0].name),
                "label": room.label,
                "here": inside and "page" if len(seen) == 1 else inside and "true",
                "desk": seen[0].name == "treasury:desk",
            }
        )
        if inside and len(seen) > 1:
            tabs = [
                {"url": reverse(tab.name), "label": tab.label, "here": tab.name == here}
                for tab in seen
            ]
    return {"rooms": rooms, "tabs": tabs}
