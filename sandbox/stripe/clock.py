"""The time on Stripe's side: this machine's, moved forward as far as somebody wished.

Only what happens at Stripe follows it. Signatures and idempotency keys keep to the real time, as
the receiver's own clock does; a moved clock never goes back.
"""

import time
from sqlite3 import Connection

from sandbox.stripe import settings


def now(db: Connection) -> int:
    return int(time.time()) + ahead(db)


def ahead(db: Connection) -> int:
    """By how many seconds it was moved."""
    return int(settings.read(db, "clock").get("ahead", 0))


def reach(db: Connection, moment: int) -> None:
    """Move forward to a moment; one that is past already changes nothing."""
    if moment > now(db):
        settings.write(db, "clock", {"ahead": moment - int(time.time())})
