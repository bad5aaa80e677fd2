"""What a donor last wrote of herself: on her page, or with her gifts."""

from dataclasses import asdict

from django.db import transaction

from donations.models import Donation, Donor, DonorDetails
from donations.services.entering import STAYING
from donations.services.giving import Details

NAMES = (
    "first_name",
    "last_name",
    "codice_fiscale",
    "street",
    "postcode",
    "city",
    "province",
    "country",
    "phone",
)


TOGETHER = (
    ("first_name", "last_name"),
    ("codice_fiscale",),
    ("street", "postcode", "city", "province", "country"),
    ("phone",),
)
LOOKED_BACK = 50  # gifts


def last_written(*, donor: Donor) -> Details:
    """What a newer gift leaves out is as she wrote it before; what she took away on her page is
    gone."""
    own = DonorDetails.objects.filter(donor=donor).first()
    written: list[Donation | DonorDetails] = [*_gifts(donor, own)]
    if own:
        written.append(own)
    found: dict[str, str] = {}
    for names in TOGETHER:
        known = (one for one in written if any(getattr(one, name) for name in _telling(names)))
        said = next(known, written[-1] if written else None)
        found |= {name: getattr(said, name, "") for name in names}
    return Details(donor.email or "", **found)


def _telling(names: tuple[str, ...]) -> list[str]:
    """A country stands in every form, and a province alone is no address."""
    return [name for name in names if name not in ("country", "province", "postcode")]


def _gifts(donor: Donor, own: DonorDetails | None) -> list[Donation]:
    """Newest first, those after her page. Of gifts that did not come in only where there is no other:
    anybody may begin one in her name. A person's and a body's are not mixed."""
    gifts = donor.donations.order_by("-created_at", "-pk")
    if own:
        gifts = gifts.filter(created_at__gt=own.updated_at)
    rows = list(gifts.filter(state__in=Donation.RECEIVED)[:LOOKED_BACK])
    if not rows and own is None:
        rows = list(gifts.filter(state__in=STAYING)[:1])
    return [one for one in rows if one.organisation == rows[0].organisation]


@transaction.atomic
def write(*, donor: Donor, details: Details) -> None:
    """For her next gifts; the mail address is how she is known, and stays. Nothing of her who was
    erased meanwhile."""
    fields = {name: value for name, value in asdict(details).items() if name in NAMES}
    if Donor.objects.select_for_update(no_key=True).filter(pk=donor.pk, erased_at=None).first():
        DonorDetails.objects.update_or_create(donor=donor, defaults=fields)
