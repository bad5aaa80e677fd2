"""The picture of a card: an addition in column, as all cards of the house are."""

import logging
from dataclasses import replace

from django.utils.translation import gettext as _

from brand.models import BrandSettings
from donations.models import Donation, Tribute
from media.cards import CardProblem, CardSpec, render

NAME, KIND = "cartolina.jpg", "image/jpeg"

log = logging.getLogger(__name__)


def addends(tribute: Tribute, gift: Donation) -> tuple[str, str]:
    """In the language of now."""
    return _whose(tribute), _("a gift of %(name)s") % {"name": gift.donor_name}


def words(tribute: Tribute, gift: Donation) -> str:
    """What the picture says, for who does not see it."""
    return f"{' + '.join(addends(tribute, gift))} = {BrandSettings.load().claim}"


def draw(tribute: Tribute, gift: Donation) -> bytes:
    """Nothing of it is stored but in the mail: it names people. Plainer where a name is too long for
    the sum, and without it where our letters lack one of its."""
    brand = BrandSettings.load()
    spec = CardSpec(
        kind="statement",
        lines=addends(tribute, gift),
        headline=brand.claim,
        language=gift.language,
        **brand.on_cards,
    )
    plainer = (
        spec,
        replace(spec, lines=(_whose(tribute),)),
        replace(spec, lines=(), headline=_whose(tribute)),
        replace(spec, lines=(), headline=_("A gift, and a thought for you")),
    )
    for one in plainer:
        try:
            return render(one)
        except CardProblem as problem:
            log.info("plainer card", extra={"why": f"{type(problem).__name__} {problem.field}"})
    return render(replace(spec, lines=(), headline="+ + +"))


def _whose(tribute: Tribute) -> str:
    said = {"name": tribute.honouree}
    if tribute.kind == Tribute.Kind.MEMORY:
        return _("Remembering %(name)s") % said
    return _("For %(name)s") % said
