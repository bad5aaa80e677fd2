"""What is done to rows that neither vanish nor get the same words all. Each gets the rows of its part
and says how many they were; said again it changes nothing. All within the caller's transaction."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from attribution.services import bump
from donations.erasure.payloads import redacted
from donations.models import (
    Acknowledgement,
    DonorTag,
    DonorWallEntry,
    PremiumClaim,
    StripeEvent,
    ThanksInPerson,
    Tribute,
)
from donations.models.person import NOBODY
from donations.services import premiums, tributes
from mail.forgetting import doom, empty
from mail.models import Message

NO_LEASE = {"next_at": None, "lease_token": None, "lease_until": None, "last_error": ""}
AT_ONCE = 200


def keep_quiet(rows: "QuerySet[Acknowledgement]") -> int:
    """What she was to hear is not written any more; whoever writes it now loses the lease."""
    states, number = Acknowledgement.State, rows.count()
    rows.exclude(state=states.DUE).update(last_error="")
    rows.filter(state=states.DUE).update(state=states.SKIPPED, **NO_LEASE)
    return number


def off_the_wall(rows: "QuerySet[DonorWallEntry]") -> int:
    """Off every wall at once."""
    hidden = DonorWallEntry.State.HIDDEN
    gone = rows.update(
        name=NOBODY,
        anonymous=False,
        words="",
        state=hidden,
        withdrawn_at=Coalesce("withdrawn_at", Now()),
    )
    if gone:
        bump()
    return gone


def nobody_to_call(rows: "QuerySet[ThanksInPerson]") -> int:
    states = ThanksInPerson.State
    rows.filter(state=states.OPEN).update(state=states.NOT_NEEDED, decided_at=timezone.now())
    return rows.update(note="")


def forget_tributes(rows: "QuerySet[Tribute]") -> int:
    """The card that has not left does not leave; the recipient is forgotten, and whom the gift was
    for."""
    number = rows.update(honouree=NOBODY)
    tributes.forget(rows)
    return number


def forget_as_recipient(rows: "QuerySet[Tribute]") -> int:
    """Of cards that others sent her; one that is still to leave is theirs."""
    return tributes.forget(rows)


def drop_tags(rows: QuerySet[Any]) -> int:
    """A tag that nobody has any more is gone."""
    number: int = rows.count()
    rows.delete()
    links = DonorTag.donors.through._default_manager.filter(donortag=OuterRef("pk"))
    DonorTag.objects.filter(~Exists(links)).delete()
    return number


def forget_parcels(rows: "QuerySet[PremiumClaim]") -> int:
    """Those that are out of our hands."""
    return rows.update(**premiums.NOWHERE, forgotten_at=timezone.now())


def empty_mails(rows: "QuerySet[Message]") -> int:
    return empty(rows)


def redact(rows: "QuerySet[StripeEvent]") -> int:
    """Events stay, and can be run again; what names somebody goes out of them."""
    number = 0
    for event in rows.only("pk", "payload").iterator(chunk_size=AT_ONCE):
        StripeEvent.objects.filter(pk=event.pk).update(
            payload=redacted(bytes(event.payload)), redacted_at=timezone.now(), last_error=""
        )
        number += 1
    return number


def drop_files(rows: QuerySet[Any]) -> int:
    """Of files that came from outside: the row stays, so that the same file is not taken twice."""
    doom(rows.values_list("file", flat=True))
    return rows.update(file="")
