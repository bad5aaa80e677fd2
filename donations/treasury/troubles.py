"""Why something stopped, in words a treasurer knows."""

from django.utils.translation import gettext as _


def event(error: str) -> str:
    """`error`: what stands in the row of a Stripe event, or of a mail that is not written."""
    known = {
        "the gift it belongs to is not known yet": _("Its gift is not known here yet."),
        "not a gift made here": _("It belongs to no gift made on this site."),
        "the fee is not known yet": _("Stripe does not know its fee yet."),
        "Rejected": _("Stripe refuses to show what it speaks of (%(error)s)."),
        "WrongMoney": _("The payment is not in euros."),
    }
    unforeseen = _("A fault nobody foresaw: show this to whoever looks after the site (%(error)s).")
    found = known.get(error.partition(":")[0], unforeseen)
    return found % {"error": error} if error else ""


def mail(error: str) -> str:
    """Mostly the mail server's own words."""
    if error.startswith("the sending process ended"):
        return _("The program was stopped while it was sending it.")
    return error
