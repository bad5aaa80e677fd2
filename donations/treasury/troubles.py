"""Why something stopped, in words a treasurer knows."""

from django.utils.translation import gettext as _


def event(error: str) -> str:
    """`error`: what stands in the row of a Stripe event, or of a mail that is not written."""
    known = {
        "the gift it belongs to is not known yet": _("Its gift is not known here yet."),
        "not a gift made here": _("It belongs to no gift made on this site."),
        "the fee is not known yet": _("Stripe does not know its fee yet."),
        "no time left to ask": _("Stripe answers too slowly: we ask again by ourselves."),
        "Rejected": _("Stripe refuses to show what it speaks of (%(error)s)."),
        "WrongMoney": _("The payment is not in euros."),
    }
    unforeseen = _("A fault nobody foresaw: show this to whoever looks after the site (%(error)s).")
    found = known.get(error.partition(":")[0], unforeseen)
    return found % {"error": error} if error else ""


def dispute(reason: str) -> str:
    """https://docs.stripe.com/disputes/categories; Stripe's own word where we have none."""
    known = {
        "fraudulent": _("who holds the card says that she did not pay"),
        "unrecognized": _("who holds the card does not recognise the payment"),
        "duplicate": _("paid twice"),
        "credit_not_processed": _("a refund that did not arrive"),
        "debit_not_authorized": _("who holds the account says that she did not authorise it"),
        "customer_initiated": _("who gave asked her bank for the money back"),
        "insufficient_funds": _("there was not enough money on the account"),
        "incorrect_account_details": _("the account is not right"),
        "bank_cannot_process": _("the bank cannot carry it out"),
        "general": _("no reason given"),
    }
    return known.get(reason, reason)


def mail(error: str) -> str:
    """Mostly the mail server's own words."""
    if error.startswith("the sending process ended"):
        return _("The program was stopped while it was sending it.")
    return error
