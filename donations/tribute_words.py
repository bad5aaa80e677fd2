"""What is said of a gift in somebody's honour or memory, to who gave and to who gets the card."""

from django.utils.translation import gettext as _

from brand.templatetags.brand_tags import spell
from donations.models import Donation, Tribute
from donations.services.tributes import state_of

State = Tribute.State


def dedication(tribute: Tribute, gift: Donation) -> str:
    """To the recipient; no sum in it, that is between us and who gave."""
    said = {"donor": gift.donor_name, "name": tribute.honouree}
    if tribute.kind == Tribute.Kind.MEMORY:
        return _("%(donor)s has made a gift in memory of %(name)s.") % said
    return _("%(donor)s has made a gift in honour of %(name)s.") % said


def for_whom(tribute: Tribute) -> str:
    """To who gave."""
    if tribute.kind == Tribute.Kind.MEMORY:
        return _("You made this gift in memory of %(name)s.") % {"name": tribute.honouree}
    return _("You made this gift in honour of %(name)s.") % {"name": tribute.honouree}


def card(tribute: Tribute) -> str:
    """To who gave: what becomes of the card; "" when there is none."""
    state, when = state_of(tribute), tribute.leaves_at
    who = tribute.recipient or _("the person you chose")
    if state == State.NO_CARD:
        return ""
    if state == State.STOPPED:
        return _("The card has been stopped: nothing leaves.")
    if state == State.SENT:
        return _("The card has left for %(who)s.") % {"who": who}
    if state == State.LEAVING:
        return _("The card is leaving for %(who)s.") % {"who": who}
    if when is None:
        if state == State.PLANNED:
            return _("The card is leaving for %(who)s.") % {"who": who}
        return _("The card leaves for %(who)s as soon as the gift is here.") % {"who": who}
    said = {"who": who, "day": spell(when, "j F Y"), "hour": spell(when, "H.i")}
    if state == State.WAITING:
        return (
            _(
                "The card leaves for %(who)s on %(day)s at %(hour)s, if the gift is here by then; else "
                "as soon as it is."
            )
            % said
        )
    return _("The card leaves for %(who)s on %(day)s at %(hour)s.") % said


def both(gift: Donation) -> str:
    """For a mail or a page about the gift; "" when it is nobody's."""
    tribute = Tribute.objects.filter(donation=gift).first()
    if tribute is None:
        return ""
    tribute.donation = gift
    return f"{for_whom(tribute)} {card(tribute)}".strip()
