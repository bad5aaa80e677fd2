"""What the product does with people's data, as the notice tells it (art. 13 of Regulation (EU)
2016/679, the GDPR). Whoever changes what is kept changes it here too; who answers for it, and whom
else they work with, is written in the legal identity.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from donations.area.door import COOKIE
from donations.models import GivingSettings
from donations.services.entering import LINK
from donations.services.forgetting import UNFINISHED
from donations.services.guarding import KEPT
from donations.services.premium_stock import KEPT as PARCELS
from donations.services.tributes import KEPT as RECIPIENTS


def _months(name: str) -> Any:
    """As the treasury has set it, when it is read."""
    return lazy(lambda: str(getattr(GivingSettings.load(), name)), str)()


@dataclass(frozen=True)
class Processing:
    """One purpose: which data, what for, by which right, for how long."""

    title: Promise
    data: Promise
    purpose: Promise
    basis: Promise
    kept: Promise


PROCESSINGS = (
    Processing(
        title=_("When you give"),
        data=_(
            "Your name, your e-mail, the amount, what it is for and when. If you write them, your "
            "codice fiscale and your address."
        ),
        purpose=_("To receive your gift, thank you, make the receipt and keep the accounts."),
        # art. 6(1)(b) and (c) GDPR; art. 2220 c.c. and art. 22 D.P.R. 600/1973 for the ten years
        basis=_(
            "The gift you ask us to take (art. 6.1.b GDPR), and the law on accounts and taxes "
            "(art. 6.1.c GDPR)."
        ),
        kept=format_lazy(
            _(
                "Ten years, as the law asks for receipts and accounts (art. 2220 of the Civil "
                "Code); a debit that the bank refused stays with them. What you wrote for a gift "
                "that was not completed is deleted after {days} days, when no payment can come "
                "for it any more. The mails we wrote to you lose their words after {mails} months, "
                "what Stripe told us of your payments names nobody after {events}. If you ask us to "
                "delete your data, only what the law asks for stays, until its term."
            ),
            days=UNFINISHED.days,
            mails=_months("mails_kept"),
            events=_months("events_kept"),
        ),
    ),
    Processing(
        title=_("When you come from one of our posts"),
        data=_(
            "Nothing of yours: the visit is counted, and for seven days a cookie named “da” keeps "
            "the code of the post, the same for everybody. If you give, the post’s code stands "
            "beside the gift."
        ),
        purpose=_("To know which posts bring gifts."),
        basis=_("Our interest in knowing what our words bring about (art. 6.1.f GDPR)."),
        kept=_("The cookie seven days; the counts name nobody."),
    ),
    Processing(
        title=_("When you write in the form"),
        data=_(
            "A cookie named “csrftoken” and, once you go on to the payment, one named “dono” with "
            "the number of your gift. We count the attempts from each network, "
            "address, kind of browser and e-mail by keys that change every month, and beside them "
            "write a part of address and e-mail, too little to reach you."
        ),
        purpose=_(
            "To keep others from sending the form in your place, to give you back what you typed, "
            "and to stop those who try stolen cards."
        ),
        # technical cookies need no consent: art. 122 D.Lgs. 196/2003
        basis=_(
            "They are technical and need no consent (art. 122 of the Privacy Code); our interest "
            "in safe payments (art. 6.1.f GDPR)."
        ),
        kept=format_lazy(
            _("“csrftoken” a year, “dono” an hour, the attempts {days} days."), days=KEPT.days
        ),
    ),
    Processing(
        title=_("When somebody sends you a card about a gift"),
        data=_(
            "Your name and your e-mail, which we have from whoever gave, and their words to you. If "
            "a gift is in your honour, or in memory of one of yours, the name they wrote."
        ),
        purpose=_("To send you the card, once."),
        basis=_(
            "The wish of whoever gave to let you know (art. 6.1.f GDPR): you may object, and the "
            "card itself tells you of it (art. 14 GDPR)."
        ),
        kept=format_lazy(
            _(
                "Your name, your e-mail and the words {days} days after the card has left; whom the "
                "gift is for stays with the gift."
            ),
            days=RECIPIENTS.days,
        ),
    ),
    Processing(
        title=_("When you choose a small thank you"),
        data=_(
            "What you chose and where you pick it up, or the name and address of the parcel. Who "
            "prepares it sees a name and a place, not what you gave."
        ),
        purpose=_("To have it ready for you, or to send it."),
        basis=_("What you ask of us with the gift (art. 6.1.b GDPR)."),
        kept=format_lazy(
            _(
                "The address {days} days after the parcel has left, or after it is clear that none "
                "will; what you chose stays with the gift."
            ),
            days=PARCELS.days,
        ),
    ),
    Processing(
        title=_("When you ask for the letter of the month"),
        data=_("Your name and your e-mail, and the words you ticked, with the day."),
        purpose=_("To send you the letter."),
        basis=_("Your consent (art. 6.1.a GDPR): you may take it back whenever you want."),
        kept=_("Until you tell us to stop; what you said, and when, stays written as a proof."),
    ),
    Processing(
        title=_("When you open your own page"),
        data=format_lazy(
            _(
                "The address you type, until the link is mailed, and for an hour a cookie named "
                "“{cookie}” that opens your page in this browser. What you correct, take back or "
                "ask for there."
            ),
            cookie=COOKIE,
        ),
        purpose=_(
            "To show you, and nobody else, your gifts, receipts and details, and to answer what "
            "you ask of us."
        ),
        basis=_(
            "What you ask of us (art. 6.1.b GDPR), and the law on your rights (art. 6.1.c GDPR)."
        ),
        kept=format_lazy(
            _(
                "A link opens for {minutes} minutes, the cookie for an hour; what you write there "
                "is kept with your gifts."
            ),
            minutes=LINK.seconds // 60,
        ),
    ),
    Processing(
        title=_("When you write to us"),
        data=_("Your address and what you write."),
        purpose=_("To answer you."),
        basis=_("What you ask of us (art. 6.1.b GDPR)."),
        kept=_("As long as it takes to answer, and to remember what was agreed."),
    ),
)
