"""What the guard of the form is told from outside."""

import json
from typing import Any

from django.utils import timezone

from donations.models import Donation
from donations.services import inbox
from donations.stripe_facts import ATTEMPT, Event


def refuse_card(gift: Donation, number: int, kind: str = "card", **more: Any) -> None:
    """Stripe tells that the bank refused a card at the gift's payment page."""
    attempt = gift.attempts.get()
    thing = {
        "id": f"ch_{gift.pk}_{number}",
        "payment_intent": f"pi_{gift.pk}",
        "metadata": {ATTEMPT: attempt.idempotency_key},
        "payment_method_details": {"type": kind},
        **more,
    }
    name = f"evt_{gift.pk}_{number}"
    body = json.dumps({"id": name, "data": {"object": thing}}).encode()
    assert inbox.store(Event(name, "charge.failed", str(thing["id"]), timezone.now(), body))
