"""What waits for a person in the treasury."""

from django.db.models import QuerySet

from donations.models import Acknowledgement, StripeEvent
from donations.services import acknowledging
from mail.models import Message


def stuck_events() -> QuerySet[StripeEvent]:
    """Events that gave up: parked ones wait by themselves, failed ones need somebody."""
    return StripeEvent.objects.filter(state=StripeEvent.State.FAILED).select_related("donation")


def parked_events() -> QuerySet[StripeEvent]:
    return StripeEvent.objects.filter(state=StripeEvent.State.PARKED).select_related("donation")


def doubtful_mails() -> QuerySet[Message]:
    """Mails nobody knows about, and those the server refused."""
    return Message.objects.filter(state__in=[Message.State.UNKNOWN, Message.State.FAILED])


def unwritten() -> QuerySet[Acknowledgement]:
    """What donors should hear and nobody could write."""
    return acknowledging.stuck().select_related("donation")


def waiting() -> int:
    return stuck_events().count() + doubtful_mails().count() + unwritten().count()
