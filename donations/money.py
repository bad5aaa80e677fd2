"""Money typed by people and shown to people. Amounts are integer cents of a euro, never floats."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from brand.figures import euros

LEAST = 50  # docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
MINIMUM = 2_00  # to begin with: below it the fees eat the gift, and card testers like it small
MAXIMUM = 10_000_00
LARGEST = 1_000_000_00  # by hand: beyond it, rather a zero too many

_EURO = re.compile(r"^(?:€|eur|euro)?\s*(.*?)\s*(?:€|eur|euro)?$", re.IGNORECASE | re.DOTALL)
_OTHER = re.compile(
    r"[$£¥₽₹₺₿]|\b(?:usd|gbp|chf|jpy|dollar[ios]?|sterlin[ae]|franch[io])\b", re.IGNORECASE
)
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_SPACED = re.compile(r"^[0-9]{1,3}(?:[\s\u00a0\u2007\u2009\u202f][0-9]{3})+(?:,[0-9]{1,2})?$")
_NUMBER = re.compile(
    r"^(?P<whole>[0-9]{1,12}|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,(?P<part>[0-9]{1,2}))?$"
)
_DOT = re.compile(r"^(?P<whole>[0-9]{1,12})\.(?P<part>[0-9]{1,2})$")


class BadAmount(ValueError):
    """What was typed is no amount we can take; its text says why, to the person who typed it."""


@dataclass(frozen=True)
class Limits:
    """What we take online, in cents, the costs of the payment apart."""

    minimum: int = MINIMUM
    maximum: int = MAXIMUM

    def __contains__(self, cents: int) -> bool:
        return self.minimum <= cents <= self.maximum


def parse_amount(text: str, limits: Limits) -> int:
    """Cents of a gift that we take online, from what was typed. Raises BadAmount."""
    return within_limits(parse_cents(text), limits)


def parse_cents(text: str) -> int:
    """Cents from an amount as Italians write it: `25`, `25,50`, `25.50`, `1.000`, `1 000 €`.

    A dot before three digits parts thousands, before one or two it parts cents. Raises BadAmount.
    """
    typed = text.strip()
    if not typed:
        raise BadAmount(_("Write the amount, for example 25 or 25,50."))
    if _OTHER.search(typed):
        raise BadAmount(_("We can only take euros: write the amount in euros."))
    bare = _EURO.sub(r"\1", typed)
    if re.match(r"[-−–]\s*[0-9]", bare):
        raise BadAmount(_("The amount is below zero: write how much you give, for example 25."))
    cents = _cents(_without_spaces(bare))
    if cents is None:
        raise BadAmount(
            _("We do not understand this amount: write it in figures, for example 25 or 25,50.")
        )
    return cents


def parse_large_amount(text: str) -> int:
    """Likewise, of money that came by another way than ours: from a cent up. Raises BadAmount."""
    cents = parse_cents(text)
    if not cents:
        raise BadAmount(_("Write an amount above zero, for example 25 or 25,50."))
    if cents > LARGEST:
        raise BadAmount(
            _("This is more than %(amount)s: is there a zero too many?")
            % {"amount": euros(LARGEST)}
        )
    return cents


def within_limits(cents: int, limits: Limits) -> int:
    """The same cents, when they are an amount we take online. Raises BadAmount."""
    if cents < limits.minimum:
        raise BadAmount(
            _("We can take gifts from %(amount)s up.") % {"amount": euros(limits.minimum)}
        )
    if cents > limits.maximum:
        raise BadAmount(
            _("Online we take up to %(amount)s. For a larger gift, write to us: we help you.")
            % {"amount": euros(limits.maximum)}
        )
    return cents


def _without_spaces(text: str) -> str:
    """Spaces may part thousands and nothing else: `1 000`, not `1 0`."""
    return "".join(_SPACES.split(text)) if _SPACED.match(text) else text


def _cents(text: str) -> int | None:
    found = _NUMBER.match(text) or _DOT.match(text)
    if not found:
        return None
    part = (found["part"] or "").ljust(2, "0")
    return int(found["whole"].replace(".", "")) * 100 + int(part)


def plain(cents: int) -> str:
    """As the form writes it: 25 or 25,50."""
    whole, part = divmod(cents, 100)
    return f"{whole},{part:02d}" if part else str(whole)
