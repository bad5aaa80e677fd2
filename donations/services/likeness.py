"""Donors who may be one person with two addresses: proposed with the reason, decided by nobody."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from donations.models import Donation, Donor, GiftWord, ImportedDonor
from donations.services.giving import Details
from donations.services.merging import told_apart
from donations.words import of_name, words

GOOGLE = ("gmail.com", "googlemail.com")  # there dots mean nothing, and the two are one
REASONS = {
    "code": _("the same codice fiscale"),
    "home": _("the same name at the same address"),
    "mail": _("the same mailbox, written otherwise"),
    "phone": _("the same name and telephone"),
    "town": _("the same name in the same town"),
    "name": _("the same name"),
}
AT_MOST = 10


@dataclass(frozen=True)
class Likely:
    donor: Donor
    reason: str  # of REASONS

    @property
    def words(self) -> str:
        return str(REASONS[self.reason])


def alike(*, addresses: list[Donor]) -> list[Likely]:
    """Of a person with all her addresses. The surest reason first, each other person once; nobody of
    whom somebody said that they are two."""
    own = {address.pk for address in addresses}
    apart = {key for pair in told_apart() if pair & own for key in pair}
    gifts = list(Donation.objects.filter(donor__in=own))
    found: dict[int, Likely] = {}
    for reason, others in (
        ("code", _same_code(gifts)),
        ("home", _same_home(gifts)),
        ("mail", _same_mailbox(addresses)),
    ):
        for other in others:
            if other.pk not in own:
                person = other.kept or other
                if person.pk not in apart:
                    found.setdefault(person.pk, Likely(person, reason))
    return list(found.values())[:AT_MOST]


def alike_to(details: Details) -> list[Likely]:
    """Who may be the person that a form names, before she is written down. The name alone is enough:
    whoever types it looks."""
    typed = Donation(
        first_name=details.first_name,
        last_name=details.last_name,
        organisation=details.organisation,
        codice_fiscale=details.codice_fiscale,
        street=details.street,
        postcode=details.postcode,
    )
    found: dict[int, Likely] = {}
    for reason, others in (
        ("code", _same_code([typed])),
        ("home", _same_home([typed])),
        ("mail", _same_mailbox([Donor(email=details.email.strip().lower())])),
        ("name", _same_name(typed)),
    ):
        for other in others:
            person = other.kept or other
            if person.erased_at is None:
                found.setdefault(person.pk, Likely(person, reason))
    return list(found.values())[:AT_MOST]


def _same_name(typed: Donation) -> list[Donor]:
    """On any gift, or in a file that named her without one."""
    if not typed.has_name:
        return []
    name = _name(typed)
    having = Donation.objects.all()
    people = ImportedDonor.objects.all()
    for word in name:
        having = having.filter(pk__in=GiftWord.objects.filter(word=word).values("donation"))
        people = people.filter(words__contains=f" {word}")
    gifts = having.select_related("donor__kept").order_by("-pk")[: 10 * AT_MOST]
    rows: list[Donation | ImportedDonor] = [*gifts, *people.select_related("donor__kept")[:AT_MOST]]
    return [row.donor for row in rows if _name(row) == name]


def _name(of: Donation | ImportedDonor) -> tuple[str, ...]:
    """First and last name the other way round are the same."""
    return tuple(sorted(of_name(of)))


def _same_code(gifts: list[Donation]) -> QuerySet[Donor]:
    codes = {gift.codice_fiscale.lower() for gift in gifts if gift.codice_fiscale}
    having = GiftWord.objects.filter(word__in=codes).values("donation")
    same = Donation.objects.filter(pk__in=having, codice_fiscale__in=[c.upper() for c in codes])
    return Donor.objects.filter(pk__in=same.order_by().values("donor")).select_related("kept")


def _same_home(gifts: list[Donation]) -> list[Donor]:
    homes = {_home(gift) for gift in gifts if gift.has_name and gift.street and gift.postcode}
    surnames = {word for gift in gifts for word in words(gift.organisation or gift.last_name)}
    named = GiftWord.objects.filter(word__in=surnames).values("donation")
    near = Donation.objects.filter(
        pk__in=named, postcode__in={gift.postcode for gift in gifts if gift.postcode}
    )
    return [gift.donor for gift in near.select_related("donor__kept") if _home(gift) in homes]


def _home(gift: Donation) -> tuple[Any, ...]:
    """However it is written: “Via Roma, 1” and “via roma 1”; first and last name the other way
    round."""
    return _name(gift), tuple(words(gift.street)), gift.postcode


def _same_mailbox(addresses: list[Donor]) -> list[Donor]:
    boxes = {mailbox(address.email) for address in addresses if address.email}
    near = Q(pk=None)
    for box in boxes:
        domain = box.rpartition("@")[2]
        for one in GOOGLE if domain in GOOGLE else (domain,):
            near |= Q(email__prefix=box[:1], email__endswith=f"@{one}")
    others = Donor.objects.filter(near).select_related("kept")
    return [other for other in others if other.email and mailbox(other.email) in boxes]


def mailbox(email: str) -> str:
    """Where it arrives: without what stands behind a plus, at Google without dots."""
    name, _at, domain = email.partition("@")
    name = name.partition("+")[0]
    if domain in GOOGLE:
        return f"{name.replace('.', '')}@{GOOGLE[0]}"
    return f"{name}@{domain}"
