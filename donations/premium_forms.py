"""Which thank-you gift, and how it gets there: as the gift form and the donor's page ask. Each way of
each gift is one answer, so that the question needs no script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brand.figures import euros
from donations.fields import NameField
from donations.models import PickUpPlace, Premium, PremiumClaim
from donations.services.premiums import Choice, Parcel

NONE, POST = "no", "posta"
PARCEL = ("pacco_nome", "pacco_via", "pacco_cap", "pacco_citta", "pacco_provincia")


@dataclass(frozen=True)
class Way:
    """One answer: this gift, at this place or (without one) by post."""

    value: str
    place: PickUpPlace | None


@dataclass(frozen=True)
class Row:
    """`left`: as whoever reads it counts, her own piece among them."""

    premium: Premium
    ways: list[Way]
    left: int


class PremiumFields(forms.Form):
    """`read_premium` says what was chosen: a Choice, or None where there was nothing to choose."""

    omaggio = forms.CharField(label=_("A small thank you"), required=False, max_length=30)
    pacco_nome = NameField(label=_("Name on the parcel"), required=False, max_length=120)
    pacco_via = forms.CharField(label=_("Street and number"), required=False, max_length=160)
    pacco_cap = forms.CharField(label=_("Postcode"), required=False, max_length=5)
    pacco_citta = forms.CharField(label=_("Town"), required=False, max_length=80)
    pacco_provincia = forms.CharField(label=_("Province"), required=False, max_length=40)

    premiums: Sequence[Premium] = ()
    hers: int | None = None  # the one of which she holds a piece already

    def offer(self, premiums: Sequence[Premium]) -> None:
        """What there is to choose from; before the form is asked whether it is valid."""
        self.premiums = premiums

    @property
    def premium_rows(self) -> list[Row]:
        return [Row(one, self._ways(one), self._left(one)) for one in self.premiums]

    @property
    def premium_chosen(self) -> str:
        """Always one of the answers."""
        value = str(self["omaggio"].value() or NONE)
        known = (way.value for row in self.premium_rows if row.left > 0 for way in row.ways)
        return value if value in known else NONE

    @staticmethod
    def premium_typed(claim: PremiumClaim | None) -> dict[str, Any]:
        """As the form has it."""
        if claim is None:
            return {}
        way = POST if claim.by_post else str(claim.place_id)
        return {
            "omaggio": f"{claim.premium_id}-{way}",
            "pacco_nome": claim.recipient,
            "pacco_via": claim.street,
            "pacco_cap": claim.postcode,
            "pacco_citta": claim.city,
            "pacco_provincia": claim.province,
        }

    def clean_pacco_cap(self) -> str:
        code = str(self.cleaned_data["pacco_cap"])
        if code and not re.fullmatch(r"[0-9]{5}", code):
            raise ValidationError(gettext("An Italian postcode has five figures."))
        return code

    def read_premium(self, data: dict[str, Any], *, amount: int | None) -> Choice | None:
        """`amount`: cents, without added costs; None where it could not be read."""
        answer = data.get("omaggio", "")
        if not answer:
            return None
        if answer == NONE:
            return Choice()
        ways = ((row.premium, way) for row in self.premium_rows for way in row.ways)
        found = next(((one, way) for one, way in ways if way.value == answer), None)
        if found is None:
            self.add_error("omaggio", gettext("This is not offered any more: choose again."))
            return None
        premium, way = found
        if amount is not None and amount < premium.minimum:
            words = gettext("“%(what)s” goes with gifts from %(amount)s up.")
            said = {"what": premium.called, "amount": euros(premium.minimum)}
            self.add_error("omaggio", words % said)
        return Choice(premium, way.place, None if way.place else self._parcel(data))

    def _parcel(self, data: dict[str, Any]) -> Parcel:
        """Its own address, or the one written for the receipt."""
        names = PARCEL[1:]
        if not any(data.get(name) for name in names):
            names = ("via", "cap", "citta", "provincia")
        street, postcode, city, province = (data.get(name, "") for name in names)
        own = f"{data.get('nome', '')} {data.get('cognome', '')}".strip()
        for name, there in zip(PARCEL[1:4], (street, postcode, city), strict=True):
            if not there and name not in self.errors:
                self.add_error(name, gettext("Write where the parcel goes, in Italy."))
        if data.get("paese", "IT") != "IT" and names[0] == "via":
            self.add_error("pacco_via", gettext("Write where the parcel goes, in Italy."))
        recipient = data.get("pacco_nome") or data.get("ente") or own
        if not recipient and "pacco_nome" not in self.errors and "nome" not in self.errors:
            self.add_error("pacco_nome", gettext("Write whose name stands on the parcel."))
        return Parcel(recipient[:120], street, postcode, city, province)

    def _ways(self, premium: Premium) -> list[Way]:
        places = [one for one in premium.places.all() if one.active]
        ways = [Way(f"{premium.pk}-{one.pk}", one) for one in places]
        return ways + [Way(f"{premium.pk}-{POST}", None)] if premium.by_post else ways

    def _left(self, premium: Premium) -> int:
        return premium.left + (premium.pk == self.hers)
