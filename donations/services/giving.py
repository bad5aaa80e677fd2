"""From the form to the payment page."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from attribution.models import Source
from donations.models import Donation, Fund

MINIMUM = 200  # cents; below it the fees eat the gift, and card testers like it small
MAXIMUM = 10_000_00


class InvalidAmount(ValueError):
    """Below MINIMUM or above MAXIMUM cents."""


@dataclass(frozen=True)
class Details:
    """The donor, as she wrote it in the form: checked and trimmed by the form."""

    email: str
    first_name: str
    last_name: str
    codice_fiscale: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    province: str = ""
    country: str = "IT"


@dataclass(frozen=True)
class Started:
    """`url`: where the donor goes now (Stripe's page, or our own when the gift is made already)."""

    donation: Donation
    url: str


def start_donation(
    *,
    form_token: UUID,
    amount: int,
    fund: Fund,
    donor: Details,
    language: str,
    consents: Iterable[str],
    text_version: str,
    source: Source | None = None,
) -> Started:
    """One gift per `form_token`, however often the form is sent; the row first, then the call.

    Raises InvalidAmount; gateway.Unavailable (send the same form again, nothing is charged) and
    gateway.Rejected (Stripe will not have it: say so, keep what was typed).
    """
    raise NotImplementedError
