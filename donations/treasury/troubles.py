"""Why something stopped, in words a treasurer knows."""

from django.utils.translation import gettext as _


def event(error: str) -> str:
    """`error`: what stands in the row of a Stripe event, or of a mail that is not written."""
    known = {
        "the gift it belongs to is not known yet": _("Its gift is not known here yet."),
        "not a gift made here": _("It belongs to no gift made on this site."),
        "the fee is not known yet": _("Stripe does not know its fee yet."),
        "its gift comes first": _("The gift’s other news come first."),
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


def fraud(kind: str) -> str:
    """https://docs.stripe.com/api/radar/early_fraud_warnings/object; Stripe's word otherwise."""
    known = {
        "card_never_received": _("the card never reached its holder"),
        "fraudulent_card_application": _("the card was asked for under a false name"),
        "made_with_counterfeit_card": _("paid with a copied card"),
        "made_with_lost_card": _("paid with a lost card"),
        "made_with_stolen_card": _("paid with a stolen card"),
        "unauthorized_use_of_card": _("paid by somebody who was not allowed to use the card"),
        "misc": _("another kind of fraud"),
    }
    return known.get(kind, kind)


def refusal(code: str, words: str) -> str:
    """Why Stripe gives nothing back: https://docs.stripe.com/error-codes; its own words otherwise."""
    known = {
        "charge_already_refunded": _("all of it went back already"),
        "charge_disputed": _("a bank disputes the payment, and has the money"),
        "balance_insufficient": _("there is not enough money on the Stripe account"),
        "insufficient_funds": _("there is not enough money on the Stripe account"),
        "BadKey": _("it does not know our key any more: tell whoever looks after the site"),
        "NotPermitted": _("our key may not give money back: tell whoever looks after the site"),
    }
    return known.get(code) or _("in Stripe’s words: %(words)s") % {"words": words}


def asking(error: str) -> str:
    """Why Stripe has not been asked yet."""
    if error.startswith(("APIConnectionError", "RateLimitError", "APIError", "down", "?")):
        return _("Stripe does not answer")
    return _("Stripe has not taken it yet (%(error)s)") % {"error": error}


def mail(error: str) -> str:
    """Mostly the mail server's own words."""
    if error.startswith("the sending process ended"):
        return _("The program was stopped while it was sending it.")
    return error
