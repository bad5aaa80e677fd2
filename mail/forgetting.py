"""What a mail said and to whom, taken away again: that it left stays.

Rows first, files afterwards: the name of a file is written down with the change that makes it
nobody's, so that whoever is killed in between leaves it to the tick.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from mail.models import Attachment, GoneFile, Message
from mail.storage import private_storage

State = Message.State
NOT_LEFT = (State.QUEUED, State.RETRY_WAIT)
AT_ONCE = 200
EMPTY = {"to": "", "subject": "–", "body_text": "", "body_html": "", "last_error": ""}

log = logging.getLogger(__name__)


@transaction.atomic
def empty(messages: "QuerySet[Message]") -> int:
    """Address, words and attachments; what has not left yet never does. Returns how many."""
    keys = list(messages.order_by("pk").values_list("pk", flat=True))
    rows = Message.objects.filter(pk__in=keys)
    attached = Attachment.objects.filter(message__in=keys)
    doom(attached.values_list("file", flat=True))
    attached.delete()
    over = {"state": State.FAILED, "next_at": None, "lease_token": None, "lease_until": None}
    rows.filter(state__in=NOT_LEFT).update(**over)
    return rows.update(**EMPTY)


def empty_old(*, before: datetime, kinds_kept: Iterable[str] = (Message.STAFF,)) -> int:
    """Mails that were written before then and wait for nobody; how many of them."""
    done = Message.objects.filter(created_at__lt=before).exclude(to="")
    done = done.exclude(state__in=[*NOT_LEFT, State.SENDING]).exclude(kind__in=kinds_kept)
    keys = list(done.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return empty(Message.objects.filter(pk__in=keys))


def doom(names: Iterable[str]) -> None:
    """These files of the private storage go, once the caller's transaction stands."""
    rows = [GoneFile(name=name) for name in names if name]
    if rows:
        GoneFile.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(partial(_try_files, [row.name for row in rows]))


def delete_files(*, limit: int = AT_ONCE) -> int:
    """What was left over; how many."""
    names = list(GoneFile.objects.order_by("pk").values_list("name", flat=True)[:limit])
    return sum(_deleted(name) for name in names)


def _try_files(names: list[str]) -> None:
    with suppress(OSError):  # the tick tries again
        for name in names:
            _deleted(name)


def _deleted(name: str) -> bool:
    """A file that is not there any more is gone, too."""
    try:
        private_storage().delete(name)
    except OSError:
        log.exception("file not deleted")
        return False
    GoneFile.objects.filter(name=name).delete()
    return True
