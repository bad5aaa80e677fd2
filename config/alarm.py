"""When the tick has stopped, the coordinators get one mail, without the help of beat and worker."""

import logging

from django.contrib.auth import get_user_model

from config import heartbeat
from mail import services as mail
from people import roles

KIND = "tick_stopped"

log = logging.getLogger("segnopiu.alarm")


def look() -> bool:
    """Mails the coordinators when the tick is too old; whether it was.

    One mail an outage, not a flood: the mail's key is the tick that was the last. It is sent from
    here and before all others, since the worker that sends mail is what has stopped.
    """
    last = heartbeat.last()
    if not heartbeat.stale():
        return False
    log.error("tick_stopped", extra={"last": last and last.isoformat()})
    people = (
        get_user_model()
        .objects.filter(groups__name=roles.COORDINATION, is_active=True)
        .exclude(email="")
    )
    for person in people:
        mail.compose(
            key=f"tick-stopped:{last and last.isoformat()}:{person.pk}",
            kind=KIND,
            to=person.email,
            language="it",
            template="config/mail/tick_stopped",
            context={"last": last},
        )
    mail.send_urgent(kind=KIND)
    return True
