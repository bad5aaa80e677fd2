"""The treasury in Wagtail's admin: addresses, menu, what its log can say."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import ModelLogEntry

from donations.treasury.funds import FundViewSet
from donations.treasury.premiums import PlaceViewSet, PremiumViewSet


@hooks.register("register_admin_urls")
def treasury_urls() -> list[URLPattern | URLResolver]:
    return [
        path("tesoreria/", include("donations.treasury.urls", namespace="treasury")),
        path("omaggi/", include("donations.treasury.premium_urls", namespace="packing")),
    ]


@hooks.register("register_admin_viewset")
def funds() -> FundViewSet:
    return FundViewSet()


@hooks.register("register_admin_viewset")
def premiums() -> list[Any]:
    return [PremiumViewSet(), PlaceViewSet()]


class AllowedItem(MenuItem):
    """Shown to those who may open it."""

    def __init__(self, *args: Any, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(self.permission))


class TreasuryMenu(Menu):
    """Made here, not by a hook of its own: the treasury has no parts from elsewhere."""

    @cached_property
    def registered_menu_items(self) -> list[MenuItem]:
        rows = (
            (_("Donations"), "donations", "sp-euro", "view_donation"),
            (_("Recurring gifts"), "promises", "rotate", "view_recurringdonation"),
            (_("Donors"), "donors", "group", "view_donor"),
            (_("Reports"), "reports", "history", "view_journalentry"),
            (_("Ledger"), "ledger", "list-ul", "view_journalentry"),
            (_("Payouts"), "payouts", "download", "view_payout"),
            (_("Months"), "months", "calendar-alt", "view_closedmonth"),
            (_("Bank"), "bank", "sp-euro", "view_bankline"),
            (_("Receipts"), "receipts", "doc-full", "view_receipt"),
            (_("Acknowledgements"), "letters", "mail", "change_mailtext"),
            (_("Donor wall"), "wall", "group", "view_donorwallentry"),
            (_("Year end"), "statements", "date", "view_statementrun"),
            (_("Abuse control"), "abuse", "lock", "view_gifttry"),
            (_("To decide"), "desk", "sp-person", "view_stripeevent"),
            (_("Funds"), "funds", "tag", "change_fund"),
        )
        return [
            AllowedItem(
                label,
                reverse("treasury_funds:index" if name == "funds" else f"treasury:{name}"),
                name=f"treasury-{name}",
                icon_name=icon,
                order=order,
                permission=f"donations.{permission}",
            )
            for order, (label, name, icon, permission) in enumerate(rows)
        ]


class PremiumMenu(Menu):
    """Beside the campaigns: packers see its list and nothing else of the admin."""

    @cached_property
    def registered_menu_items(self) -> list[MenuItem]:
        rows = (
            (_("List for packing"), "packing:list", "list-ul", "view_premiumclaim"),
            (_("What there is"), "premiums:index", "sp-plus", "change_premium"),
            (_("Pick-up places"), "pick_up_places:index", "home", "change_pickupplace"),
        )
        return [
            AllowedItem(
                label,
                reverse(name),
                name=name.replace(":", "-"),
                icon_name=icon,
                order=order,
                permission=f"donations.{permission}",
            )
            for order, (label, name, icon, permission) in enumerate(rows)
        ]


@hooks.register("register_admin_menu_item")
def premium_menu() -> MenuItem:
    return SubmenuMenuItem(
        _("Thank-you gifts"), PremiumMenu(None), name="premiums", icon_name="sp-plus", order=240
    )


@hooks.register("register_admin_menu_item")
def treasury_menu() -> MenuItem:
    return SubmenuMenuItem(
        _("Treasury"), TreasuryMenu(None), name="treasury", icon_name="sp-euro", order=250
    )


class ExportTaken(LogFormatter):  # type: ignore[misc]
    label = _("Download a spreadsheet")

    def format_message(self, entry: ModelLogEntry) -> str:
        data = entry.data
        if "rows" not in data:  # as it was written before
            return gettext("Downloaded a spreadsheet of the treasury")
        return gettext("Downloaded the spreadsheet “%(name)s” (rows: %(rows)s)") % {
            "name": f"{data['what']}.{data['format']}",
            "rows": data["rows"],
        }


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    for name, label, message in (
        ("entered_by_hand", _("Enter a gift by hand"), _("Entered a gift by hand")),
        ("reversed", _("Reverse a gift"), _("Reversed a gift that was entered by hand")),
        ("corrected", _("Correct who gave"), _("Corrected who gave, and the receipt with it")),
        ("statement_brought", _("Bring a statement"), _("Brought a bank’s statement")),
        ("statement_imported", _("Import a statement"), _("Imported a bank’s statement")),
        ("line_recognised", _("Recognise a gift"), _("Recognised a gift on the bank’s statement")),
        ("line_aside", _("Set a line aside"), _("Set a line of the bank’s statement aside")),
        ("line_undone", _("Undo a line"), _("Took back what was said of a line of the statement")),
        ("reveal", _("Show personal data"), _("Saw a donor’s mail address or codice fiscale")),
        ("receipts_issued", _("Issue cumulative receipts"), _("Issued cumulative receipts")),
        ("receipt_opened", _("Open a receipt"), _("Opened a receipt")),
        ("receipt_reprinted", _("Print a receipt again"), _("Printed a receipt again")),
        ("receipts_taken", _("Download the receipts"), _("Downloaded receipts, as one ZIP")),
        ("attachment_opened", _("Open an attachment"), _("Opened a mail’s attachment")),
        ("mail_decided", _("Decide about a mail"), _("Decided what became of a mail")),
        ("mail_again", _("Send a mail again"), _("Sent a donor’s mail again")),
        ("thanked", _("Thank in person"), _("Decided about thanks in person")),
        (
            "promise_dealt_with",
            _("Deal with a recurring gift"),
            _("Dealt with a recurring gift that cannot be charged"),
        ),
        (
            "promise_changed",
            _("Change a recurring gift"),
            _("Changed a recurring gift, as the donor asked"),
        ),
        ("mail_words", _("Write the words of a mail"), _("Changed the words of a mail to donors")),
        ("refund_asked", _("Ask for a refund"), _("Asked Stripe to give money back")),
        ("given_back", _("Give back by hand"), _("Wrote down what was given back by hand")),
        (
            "refund_reversed",
            _("Take a refund back"),
            _("Took back a refund that was written by mistake"),
        ),
        ("refund_decided", _("Decide about a refund"), _("Decided about a refund that did not go")),
        ("warning_left", _("Leave a fraud warning"), _("Let a gift stand that a bank suspects")),
        ("own_data", _("Download a donor’s data"), _("Downloaded all data of a donor")),
        ("erased", _("Erase a donor"), _("Erased a donor by law")),
        (
            "customer_decided",
            _("Decide about Stripe’s customer"),
            _("Decided what becomes of an erased donor at Stripe"),
        ),
        ("erasure_answered", _("Answer a donor"), _("Answered a request for erasure")),
        ("wall_decided", _("Decide about the wall"), _("Decided what the donor wall shows")),
        ("card_decided", _("Decide about a card"), _("Decided about the card of a gift")),
        (
            "premiums_marked",
            _("Prepare thank-you gifts"),
            _("Said what became of some thank-you gifts"),
        ),
        ("noted", _("Write a note"), _("Wrote a note about a donor")),
        ("note_taken_back", _("Take a note back"), _("Took a note about a donor back")),
        ("tagged", _("Tag a donor"), _("Gave a donor a tag")),
        ("untagged", _("Take a tag off"), _("Took a tag off a donor")),
        ("merged", _("Join two donors"), _("Joined two donors who are one person")),
        (
            "told_apart",
            _("Say that two donors are two"),
            _("Said of two donors that they are two persons"),
        ),
        ("parted", _("Part two donors"), _("Parted two donors again")),
        ("payout_explained", _("Explain a payout"), _("Explained a difference of a payout")),
        ("month_closed", _("Close a month"), _("Closed a month of the books")),
        ("import_loaded", _("Load past gifts"), _("Loaded a file of past gifts")),
        ("import_begun", _("Import past gifts"), _("Imported past gifts")),
        (
            "codes_asked",
            _("Ask for codici fiscali"),
            _("Asked donors for their codice fiscale"),
        ),
        ("statements_started", _("Make the yearly statements"), _("Began the yearly statements")),
        (
            "statements_printed",
            _("Take the yearly statements to be printed"),
            _("Took the yearly statements to be printed"),
        ),
        ("statement_opened", _("Open a yearly statement"), _("Opened a yearly statement")),
        ("statements_released", _("Send the yearly statements"), _("Sent the yearly statements")),
        (
            "statements_given_up",
            _("Give the yearly statements up"),
            _("Gave the yearly statements up"),
        ),
        ("try_released", _("Release an attempt"), _("Let an attempt at the form go on")),
        ("door_closed", _("Close the door"), _("Shut somebody out from the form for a while")),
        ("door_opened", _("Open the door"), _("Opened the form to somebody again")),
        ("evening_opened", _("Open an evening"), _("Let many give at once from one place")),
        ("evening_ended", _("End an evening"), _("Ended an open evening")),
        ("event_decided", _("Decide about an event"), _("Decided what becomes of an event")),
    ):
        actions.register_action(f"donations.{name}", label, message)
    actions.register_action("donations.export")(ExportTaken)
