"""A small cast for the tests of giving: one fund, one donor, a form that was filled in."""

import uuid
from typing import Any

from django.utils import timezone

from donations.models import Donation, Fund, RecurringDonation, StripeEvent
from donations.services import Details, Started, inbox, start_donation
from donations.services.events import process_events
from memory_stripe import MemoryStripe

MARIA = Details(
    email="Maria.Rossi@example.org",
    first_name="Maria",
    last_name="Rossi",
    codice_fiscale="RSSMRA80A41H501Y",
    street="Via Roma 1",
    postcode="00100",
    city="Roma",
    province="RM",
)


def fund() -> Fund:
    return Fund.objects.get_or_create(slug="generale", defaults={"name": "Dove serve"})[0]


def begin(**changes: Any) -> Started:
    given: dict[str, Any] = {
        "form_token": uuid.uuid4(),
        "amount": 25_00,
        "fund": fund(),
        "donor": MARIA,
        "language": "it",
        "consents": {"privacy": "We use your data."},
        **changes,
    }
    return start_donation(**given)


def session_of(donation: Donation) -> str:
    return str(donation.attempts.order_by("-number")[0].session_id)


def process() -> int:
    """As if the waiting time of what is parked were over."""
    StripeEvent.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
    return process_events()


def promised(stripe: MemoryStripe, every: str = "month", **changes: Any) -> RecurringDonation:
    """A promise whose first charge is in the books."""
    gift = begin(every=every, **changes).donation
    stripe.pay_by_card(session_of(gift))
    for event in stripe.events:
        inbox.store(event)
    process()
    gift.refresh_from_db()
    assert gift.promise
    return gift.promise
