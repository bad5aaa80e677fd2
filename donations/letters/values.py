"""What stands in the place of a placeholder: words made of what a mail knows. "" says nothing in its
place; None leaves out the paragraph that names it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brand.figures import euros
from brand.templatetags.brand_tags import spell

Context = Mapping[str, Any]


def cents(name: str) -> Callable[[Context], str]:
    return lambda known: euros(known[name], always_cents=True)


def page(known: Context) -> str:
    return f"{known['site_url']}{reverse('area:page')}"


def tax(known: Context) -> str:
    gift = known["gift"]
    useful = gift.codice_fiscale and gift.traceable
    return _("You will need it for your tax return.") if useful else ""


def costs(known: Context) -> str:
    covered = known["gift"].covered
    words = _("You took over the costs of the payment too, %(costs)s: so it arrives whole.")
    return words % {"costs": euros(covered, always_cents=True)} if covered else ""


def voided(known: Context) -> str | None:
    receipt = known["voided"]
    if not receipt:
        return None
    said = {"number": receipt.label}
    if known["gift"].traceable:
        words = _("Receipt no. %(number)s is no longer valid: do not use it for your tax return.")
        return words % said
    return _("Receipt no. %(number)s is no longer valid") % said + "."


def of_the_rest(known: Context) -> str | None:
    """The receipt for what stays, when a part of the gift is gone."""
    receipt = known["receipt"]
    if not receipt:
        return None
    said = {"number": receipt.label, "amount": euros(receipt.amount, always_cents=True)}
    if known["voided"]:
        words = _(
            "In its place you find receipt no. %(number)s attached, for the %(amount)s that stay "
            "with us."
        )
    else:
        words = _(
            "Of your gift %(amount)s stay with us: thank you. Receipt no. %(number)s for them is "
            "attached."
        )
    return words % said


def valid_again(known: Context) -> str | None:
    receipt = known["receipt"]
    if not receipt:
        return None
    return _(
        "You find receipt no. %(number)s for %(amount)s attached. For this gift only this one is "
        "valid: do not use the earlier ones."
    ) % {"number": receipt.label, "amount": euros(receipt.amount, always_cents=True)}


def by_year(known: Context) -> str | None:
    if not known["by_year"]:
        return None
    words = _(
        "For your recurring gifts of %(year)s you get one receipt for all of them, once the year "
        "is over. Do you need it earlier? You can ask for it on your page."
    )
    return words % {"year": known["by_year"]}


def on_its_way(known: Context) -> str | None:
    if not known["on_its_way"]:
        return None
    words = _("Your bank is debiting %(amount)s already: this last gift still arrives.")
    return words % {"amount": euros(known["on_its_way"], always_cents=True)}


def next_charge(known: Context) -> str:
    day = known["promise"].first_charge
    words = _("The next charge is on %(day)s.")
    return words % {"day": spell(day, "j F Y")} if day else ""


def how_many(known: Context) -> str:
    number = known["statement"].gifts
    return ngettext("%(number)s gift", "%(number)s gifts", number) % {"number": number}


def replaces(known: Context) -> str | None:
    if not known["statement"].data["replaces"]:
        return None
    return _(
        "It takes the place of the statement we had sent you before: something has changed since."
    )
