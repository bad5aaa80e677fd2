"""A thank-you gift in the story of a gift, and of a donor; and its card on the gift's page."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from donations import premium_words
from donations.models import Donation, PremiumClaim
from donations.treasury.looks import Look, look
from donations.treasury.step import Step
from people.models import User


def steps(claims: QuerySet[PremiumClaim]) -> list[Step]:
    """What happened with each, as far as it came."""
    rows = claims.select_related("premium", "place", "donation", "packed_by", "delivered_by")
    return [step for one in rows for step in _steps(one)]


def _steps(claim: PremiumClaim) -> list[Step]:
    what, told = {"what": claim.premium.name}, []
    asked = _("“%(what)s” put aside") % what
    told.append(Step(claim.reserved_at, _("Thank-you gift"), asked, "go", "sp-planned"))
    packed = _("“%(what)s” prepared") % what
    sent = _("“%(what)s” sent by post") if claim.by_post else _("“%(what)s” handed over")
    back = _("“%(what)s” back in stock") % what
    if claim.packed_at:
        told.append(Step(claim.packed_at, _name(claim.packed_by), packed, "info", "sp-approval"))
    if claim.delivered_at:
        told.append(Step(claim.delivered_at, _name(claim.delivered_by), sent % what))
    if claim.released_at:
        why = str(claim.get_released_why_display())
        told.append(Step(claim.released_at, _("Thank-you gift"), back, "mute", "sp-cancelled", why))
    for one in told:
        one.part, one.row, one.rank = "gift", claim.donation, 3
    return told


def _name(user: User | None) -> str:
    return str(user.get_full_name() or user.get_username()) if user else _("Thank-you gift")


def thanked(gift: Donation, *, user: Any) -> dict[str, Any] | None:
    """For the gift's page; None where none was chosen."""
    rows = PremiumClaim.objects.select_related("premium", "place", "donation")
    claim = rows.filter(donation=gift).first()
    if claim is None:
        return None
    shown = look(claim)
    return {
        "claim": claim,
        "look": Look(shown.tone, shown.icon, premium_words.state(claim)),
        "where": premium_words.where(claim),
        "why": claim.get_released_why_display() if claim.released_why else "",
        "may_list": user.has_perm("donations.view_premiumclaim"),
    }
