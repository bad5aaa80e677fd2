"""What is said of a thank-you gift: to packers, and to whoever gave."""

from django.utils.translation import gettext as _

from donations.models import Donation, PremiumClaim
from donations.services.premiums import GONE, OVER, STANDS

State, Why = PremiumClaim.State, PremiumClaim.Why


def who(claim: PremiumClaim) -> str:
    """Whose name stands on the packet."""
    return claim.recipient if claim.by_post else claim.donation.donor_name


def where(claim: PremiumClaim) -> str:
    """The place, or the address as it stands on a parcel."""
    if not claim.by_post:
        assert claim.place
        return claim.place.name
    if claim.forgotten_at:
        return _("address deleted")
    town = f"{claim.postcode} {claim.city}"
    return (
        f"{claim.street}, {town} ({claim.province})"
        if claim.province
        else f"{claim.street}, {town}"
    )


def found_at(claim: PremiumClaim) -> str:
    """The place, with all that one needs to go there."""
    place = claim.place
    assert place
    return f"{place.name}, {place.address} ({place.hours})"


def state(claim: PremiumClaim) -> str:
    """For staff: what “prepared” and “delivered” mean for this one."""
    if claim.state == State.PACKED and not claim.by_post:
        return _("Ready to be picked up")
    if claim.state == State.DELIVERED:
        return _("Sent by post") if claim.by_post else _("Handed over")
    return str(claim.get_state_display())


def told(claim: PremiumClaim, *, whole: bool = True) -> str:
    """To the donor, on her page and after her gift: a sentence or two. Not `whole`: without her
    address, where the page is no secret."""
    said = {"what": str(claim.premium.called)}
    if claim.state == State.RELEASED:
        return _released(claim)
    if claim.by_post:
        said["where"] = f"{claim.recipient}, {where(claim)}" if claim.street else where(claim)
        sent = _("“%(what)s” has been sent: %(where)s.")
        waits = _("“%(what)s” is yours: we send it to %(where)s, and write to you when it leaves.")
        if not whole:
            sent = _("“%(what)s” has been sent to the address that you wrote.")
            waits = _(
                "“%(what)s” is yours: we send it to the address that you wrote, and write to you when "
                "it leaves."
            )
        sentences = {
            State.RESERVED: _("“%(what)s” is put aside for you until your gift is here."),
            State.DELIVERED: sent,
        }
    else:
        said["where"] = found_at(claim)
        sentences = {
            State.RESERVED: _("“%(what)s” is put aside for you until your gift is here."),
            State.PACKED: _("“%(what)s” is ready: you find it at %(where)s."),
            State.DELIVERED: _("“%(what)s” has been handed over to you."),
        }
        waits = _(
            "“%(what)s” is yours: you pick it up at %(where)s, as soon as we write that it is ready."
        )
    return sentences.get(State(claim.state), waits) % said


def _released(claim: PremiumClaim) -> str:
    said = {"what": str(claim.premium.called)}
    if claim.donation.state not in STANDS or claim.donation.state in (*OVER, *GONE):
        return ""
    if claim.released_why == Why.SOLD_OUT:
        words = _(
            "“%(what)s” had run out when your gift came in. We are sorry: your gift counts whole."
        )
        return words % said
    if claim.released_why == Why.TOO_LITTLE:
        return _("“%(what)s” goes with larger gifts: for this one there is none.") % said
    if claim.released_why == Why.DONOR:
        return _("You leave “%(what)s” to somebody else. Thank you.") % said
    return ""


def of_gift(gift: Donation, *, whole: bool = True) -> str:
    """For the thanks, on the page and in the mail; "" where there is nothing to say."""
    claim = PremiumClaim.objects.select_related("premium", "place", "donation")
    found = claim.filter(donation=gift).first()
    return told(found, whole=whole) if found else ""
