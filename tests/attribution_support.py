"""Money on a source, without a gift behind it."""

from django.utils import timezone

from attribution import services
from attribution.models import Credit, Source


def give(source: Source, ref: str, amount: int, donor: str = "anna", gift: str = "") -> None:
    """`gift` holds together what came in and what went back; `ref` where there is just one."""
    row = Credit(
        source=source, ref=ref, gift=gift or ref, amount=amount, donor=donor, at=timezone.now()
    )
    services.add_credits([row])
