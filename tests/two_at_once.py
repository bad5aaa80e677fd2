"""Two processes at the same row, held together at the worst moment: the first stops between what it
has read and what it writes, until the second is through or stands before a lock of the first's.

What a unique column would put right by a second try counts as wrong: the lock is what is looked at.
"""

import os
import select
import time
import uuid
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from donations.models import CheckoutAttempt, Donation
from donations.services import books, giving, opening
from donations.services.events import process_events
from donations.services.sweeping import _missed_events
from forks import begun, control, told
from giving_support import begin, session_of
from mail import services as mails
from mail.models import Message
from outbox import services as outbox

PATIENCE = 20.0
ALONE = 1.0  # on SQLite, where nobody can see that the second waits for the file
WAITED_FOR = (
    "SELECT EXISTS (SELECT 1 FROM pg_locks"
    " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)


class Meeting:
    """Made before the forks; each side has its own methods."""

    def __init__(self) -> None:
        self._there, self._through, self._over = os.pipe(), os.pipe(), os.pipe()

    # --- the first one's

    def stop_before(self, owner: Any, name: str) -> None:
        """The next call of it stops, and no other."""
        real = getattr(owner, name)

        @wraps(real)
        def late(*words: Any, **more: Any) -> Any:
            setattr(owner, name, real)
            os.write(self._there[1], b".")
            self._let_the_other_try()
            return real(*words, **more)

        setattr(owner, name, late)

    def _let_the_other_try(self) -> None:
        seen = connection.vendor == "postgresql"
        until = time.monotonic() + (PATIENCE if seen else ALONE)
        while not (_ready(self._through, 0.02) or (seen and _waited_for())):
            if time.monotonic() > until:
                assert not seen, "the other one neither came through nor waits"
                return

    def end(self) -> None:
        os.write(self._over[1], b".")

    # --- the second one's

    def wait_for_the_first(self) -> None:
        assert _ready(self._there, PATIENCE), "the first one does not come"

    def come_through(self) -> None:
        os.write(self._through[1], b".")

    def wait_for_the_end(self) -> None:
        assert _ready(self._over, PATIENCE), "the first one does not end"


def _ready(pipe: tuple[int, int], seconds: float) -> bool:
    return bool(select.select([pipe[0]], [], [], seconds)[0])


def _waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITED_FOR)
        return bool(cursor.fetchone()[0])


def in_step(
    owner: Any, name: str, first: Callable[[], Any], second: Callable[[], Any]
) -> list[Any]:
    """What both say; the second begins when the first stands before `owner.name`."""
    meeting = Meeting()

    def stopping() -> Any:
        meeting.stop_before(owner, name)
        return first()

    def following() -> Any:
        meeting.wait_for_the_first()
        said = second()
        meeting.come_through()
        return said

    answers = [begun(stopping), begun(following)]
    return [answer() for answer in answers]


# --- mails --------------------------------------------------------------------------------------


def turns() -> list[Any]:
    """Whose turn it is to send: one of the two has it."""

    def turn() -> bool:
        return mails._turn() is not None

    told(lambda: mails.finish(row) if (row := mails._turn()) else None)  # the row is there
    told(lambda: mails.Sender.objects.update(next_at=timezone.now()))
    return sorted(in_step(outbox, "_hold", turn, turn))


def one_mail() -> dict[str, Any]:
    """Both have read that it waits; who has it sends it."""
    key, meeting = "in-step", Meeting()

    def write() -> None:
        Message.objects.create(
            key=key,
            kind=key,
            to="anna@example.org",
            language="it",
            subject=key,
            body_text=key,
            message_id=f"<{key}@example.org>",
            next_at=timezone.now(),
        )

    def first() -> int:
        meeting.stop_before(outbox, "_hold")
        tried = mails.send_urgent(kind=key)
        meeting.end()
        return tried

    def second() -> int:
        """Sends what it took when the first one is at its end."""
        meeting.wait_for_the_first()
        real = mails.claim

        def claim(*words: Any, **more: Any) -> Any:
            taken = real(*words, **more)
            meeting.come_through()
            meeting.wait_for_the_end()
            return taken

        mails.claim = claim
        return mails.send_urgent(kind=key)

    told(write)
    answers = [begun(first), begun(second)]
    tried = [answer() for answer in answers]
    out = "".join(one.read_text() for one in Path(settings.EMAIL_FILE_PATH).glob("*.log"))
    return {"tried": tried, "left": out.count(f"Message-ID: <{key}@example.org>")}


# --- gifts --------------------------------------------------------------------------------------


def hear() -> list[str]:
    """What failed at first, though a second try may have mended it."""
    failed: list[str] = []
    real = books.record

    def noting(**found: Any) -> Any:
        try:
            return real(**found)
        except Exception as error:
            failed.append(type(error).__name__)
            raise

    books.record = noting
    _missed_events(timezone.now(), None)
    process_events()
    return failed


def token_of(what: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"two at once: {what}")


def picture(what: str, said: list[Any]) -> dict[str, Any]:
    gift = Donation.objects.get(form_token=token_of(what))
    return {
        "said": said,
        "state": gift.state,
        "attempts": gift.attempts.count(),
        "back": gift.refunded_amount,
        "ledger": sorted(entry.origin.split(":")[1] for entry in gift.entries.all()),
        "receipts": sorted(gift.receipts.values_list("state", flat=True)),
    }


def pay(session: str) -> str:
    return str(control("pay", session=session, method="card")["payment_intent"]["id"])


def two_payments() -> list[Any]:
    """Of one gift: its first page could not be closed."""
    token = token_of("payments")

    def pages() -> list[str]:
        gift = begin(form_token=token).donation
        first = session_of(gift)
        CheckoutAttempt.objects.filter(donation=gift).update(state="expired")
        return [first, session_of(begin(form_token=token, amount=30_00).donation)]

    one, two = told(pages)
    pay(one)
    return in_step(books, "write", hear, lambda: [pay(two), *hear()][1:])


def two_refunds() -> list[Any]:
    token = token_of("refunds")

    def paid() -> str:
        intent = pay(session_of(begin(form_token=token).donation))
        hear()
        return intent

    intent = told(paid)
    control("refund", payment_intent=intent, amount=10_00)

    def another() -> list[str]:
        control("refund", payment_intent=intent, amount=5_00)
        return hear()

    return in_step(books, "write", hear, another)


def two_receipts() -> list[Any]:
    """Of two gifts, out of one roll of numbers."""

    def page(what: str) -> str:
        return session_of(begin(form_token=token_of(what)).donation)

    one, two = told(lambda: [page("receipts"), page("receipts too")])
    pay(one)
    return in_step(books, "write", hear, lambda: [pay(two), *hear()][1:])


def two_clicks() -> list[Any]:
    """On the form's button: both find that no payment page was opened yet."""
    token = token_of("clicks")

    def click() -> str:
        return begin(form_token=token).url

    return in_step(giving, "_numbered", click, click)


def paid_while_opened() -> list[Any]:
    """The answer to a first click comes late: a second one got the page, and it is paid."""
    token = token_of("opened")

    def click() -> list[str]:
        begin(form_token=token)
        return []

    def click_and_pay() -> list[str]:
        pay(session_of(begin(form_token=token).donation))
        return hear()

    return in_step(opening, "_move", click, click_and_pay)


GIFTS = {
    "payments": two_payments,
    "refunds": two_refunds,
    "receipts": two_receipts,
    "clicks": two_clicks,
    "opened": paid_while_opened,
}


def played() -> dict[str, Any]:
    found: dict[str, Any] = {"turns": turns(), "mail": one_mail()}
    for what, play in GIFTS.items():
        said = play()
        found[what] = told(lambda what=what, said=said: picture(what, said))
    return found
