"""What the guard of the form saw in the demonstration: a night of card testing, and one donor among
what was held back."""

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone

from donations.models import ClosedDoor, GiftTry

State, Reason = GiftTry.State, GiftTry.Reason
# minutes ago, times, state, reason, where, mail, cents, cards refused
TRIES: tuple[tuple[int, int, str, str, str, str, int | None, int], ...] = (
    (25, 1, State.PASSED, "", "151.38.20", "g•••@example.org", 50_00, 0),
    (70, 1, State.PASSED, "", "93.41.7", "p•••@example.org", 15_00, 0),
    (95, 2, State.QUARANTINED, Reason.BAIT, "2.40.118", "l•••@example.org", 30_00, 0),
    (190, 1, State.PASSED, "", "79.20.44", "m•••@example.org", 25_00, 0),
    (415, 214, State.REFUSED, Reason.FLOOD, "198.51.100", "", None, 0),
    (420, 3, State.SLOWED, Reason.ADDRESS, "198.51.100", "x•••@mail.example", 5_00, 0),
    (430, 1, State.QUARANTINED, Reason.DECLINES, "198.51.100", "q•••@mail.example", 5_00, 0),
    (440, 1, State.PASSED, "", "198.51.100", "t•••@mail.example", 5_00, 7),
    (600, 1, State.PASSED, "", "87.3.201", "s•••@example.org", 100_00, 0),
)


def load() -> None:
    """Once: what is there already stays as it is."""
    now = timezone.now()
    for number, (ago, times, state, reason, network, mail, amount, declines) in enumerate(TRIES):
        at = now - timedelta(minutes=ago)
        values: dict[str, Any] = {"first_at": at, "at": at, "times": times, "state": state}
        values |= {"reason": reason, "amount": amount, "declines": declines}
        values |= {"declined_at": at if declines else None, "address_hint": f"{network}.•••"}
        values |= {"mail_hint": mail, "network": _key(network), "address": _key(f"{network}.7")}
        values |= {"device": _key(f"{network} browser"), "mail": _key(mail) if mail else ""}
        GiftTry.objects.get_or_create(key=_key(f"try {number}"), defaults=values)
    shut: dict[str, Any] = {"reason": ClosedDoor.Reason.DECLINES, "hint": "198.51.100.•••"}
    shut |= {"at": now - timedelta(minutes=435), "until": now + timedelta(hours=20)}
    ClosedDoor.objects.get_or_create(
        kind=ClosedDoor.Kind.DEVICE, key=_key("198.51.100 browser"), defaults=shut
    )


def _key(text: str) -> str:
    """Of nobody: no visitor has such a digest."""
    return hashlib.sha256(f"demonstration {text}".encode()).hexdigest()[:32]
