"""The supervisor lives apart from beat and worker: it says so when the tick has stopped."""

import logging
import time

from django.contrib.auth import get_user_model
from django.db import DatabaseError, connections

from config import heartbeat
from mail import services as mail
from people import roles

LOOK_EVERY_SECONDS = 15
log = logging.getLogger("segnopiu.alarm")


class Watch:
    """One mail an outage, not a flood: the mail's key is the tick that was the last."""

    def __init__(self) -> None:
        # a start is no outage: the tick gets its two minutes
        self.next_look = time.monotonic() + heartbeat.STALE_AFTER.total_seconds() + 15

    def look(self) -> None:
        if time.monotonic() < self.next_look:
            return
        self.next_look = time.monotonic() + LOOK_EVERY_SECONDS
        try:
            if heartbeat.stale():
                raise_alarm()
        except (DatabaseError, OSError):
            log.exception("the watch could not look")
        finally:
            connections.close_all()


def raise_alarm() -> None:
    """Mails the coordinators directly: the worker that sends mail is what has stopped."""
    last = heartbeat.last()
    log.error("tick_stopped", extra={"last": last and last.isoformat()})
    people = (
        get_user_model()
        .objects.filter(groups__name=roles.COORDINATION, is_active=True)
        .exclude(email="")
    )
    for person in people:
        mail.compose(
            key=f"tick-stopped:{last and last.isoformat()}:{person.pk}",
            kind="tick_stopped",
            to=person.email,
            language="it",
            template="config/mail/tick_stopped",
            context={"last": last},
        )
    mail.send_due()
