"""How a gift stands, said to whoever gave it: the treasury has words of its own."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from donations.models import Donation

State = Donation.State
STATES: dict[str, str | Promise] = {
    State.AWAITING: _("We wait for your transfer"),
    State.PROCESSING: _("Your bank is debiting it"),
    State.FAILED: _("It did not go through"),
    State.SETTLED: _("It has arrived"),
    State.PARTLY_REFUNDED: _("Given back in part"),
    State.REFUNDED: _("Given back"),
    State.DISPUTED: _("Contested at your bank"),
    State.LOST: _("Taken back by your bank"),
    State.REVERSED: _("Entered by mistake"),
}


def state_of(gift: Donation) -> str:
    return str(STATES.get(gift.state, gift.get_state_display()))
