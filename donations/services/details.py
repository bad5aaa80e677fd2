"""What a donor last wrote of herself: on her page, or with her newest gift."""

from dataclasses import asdict

from django.db import transaction

from donations.models import Donor, DonorDetails
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


def last_written(*, donor: Donor) -> Details:
    gifts = donor.donations.filter(state__in=STAYING)  # anybody may begin one in her name
    gift = gifts.order_by("-created_at", "-pk").first()
    own = DonorDetails.objects.filter(donor=donor).first()
    hers = own if own and not (gift and gift.created_at > own.updated_at) else gift
    return Details(donor.email or "", **{name: getattr(hers, name, "") for name in NAMES})


@transaction.atomic
def write(*, donor: Donor, details: Details) -> None:
    """For her next gifts; the mail address is how she is known, and stays. Nothing of her who was
    erased meanwhile."""
    fields = {name: value for name, value in asdict(details).items() if name in NAMES}
    if Donor.objects.select_for_update(no_key=True).filter(pk=donor.pk, erased_at=None).first():
        DonorDetails.objects.update_or_create(donor=donor, defaults=fields)
