"""The states of a delivery, and what may become of each. Words and colours: the staff's guide."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """planned → due → sending → published | rejected | retry_wait | unknown → reconciling → …"""

    PLANNED = "planned", _("Planned")
    DUE = "due", _("Due")
    SENDING = "sending", _("Sending")
    PUBLISHED = "published", pgettext_lazy("delivery", "Published")
    REJECTED = "rejected", _("Rejected by the network")
    RETRY_WAIT = "retry_wait", _("Will retry")
    UNKNOWN = "unknown", _("Unknown")
    RECONCILING = "reconciling", _("Checking")
    NEEDS_PERSON = "needs_person", _("Needs a person")
    CANCELLED = "cancelled", _("Cancelled")
    HELD = "held", _("Stopped")


class Question(TextChoices):
    """What the person is asked when a delivery needs one."""

    NONE = "", ""
    LATE = "late", _("Its minute has passed: send it all the same?")
    PROOF = "proof", _("Did it go out?")


CERTAINLY_NOT_OUT = frozenset(
    {State.PLANNED, State.DUE, State.RETRY_WAIT, State.REJECTED, State.HELD}
)
"""An edit, a move or a cancellation simply wins."""

OUTCOME_OPEN = frozenset({State.UNKNOWN, State.RECONCILING})
"""It may be out: an edit or a cancellation takes effect once it is proved that it is not."""

WORST_FIRST = (
    State.NEEDS_PERSON,
    State.REJECTED,
    State.UNKNOWN,
    State.RECONCILING,
    State.RETRY_WAIT,
    State.SENDING,
    State.DUE,
    State.HELD,
    State.PLANNED,
    State.PUBLISHED,
    State.CANCELLED,
)
"""A post's state is the worst of its deliveries."""
