"""What falls due on Stripe's side, done in order, each at its own moment.

An object that awaits something carries the moment as ``_due_at``; here its kind says what is done
then. Time passes by itself (a thread looks each second) or is moved from the control page.
"""

import threading
from collections.abc import Callable
from sqlite3 import Connection

from sandbox.stripe import (
    billing,
    charging,
    checkout,
    clock,
    disputes,
    payments,
    payouts,
    refunds,
    sessions,
)
from sandbox.stripe.work import Object, Work
from sandbox.web import World

TICK = 1.0
DOES: dict[str, Callable[[Work, Object], object]] = {
    "charge": payments.book,
    "checkout.session": sessions.close,
    "dispute": disputes.expire,
    "invoice": charging.advance,
    "payment_intent": checkout.collect,
    payouts.KIND: payouts.arrive,
    payouts.SCHEDULE: payouts.on_schedule,
    "refund": refunds.settle,
    "subscription": billing.turn,
}
moving = threading.Lock()


def keep_up(db: Connection) -> None:
    """A store of an older release has sessions that do not tell when they end."""
    db.execute(
        "UPDATE stripe_object SET body = json_set(body, '$._due_at',"
        " json_extract(body, '$.expires_at')) WHERE kind = 'checkout.session'"
        " AND json_extract(body, '$.status') = 'open'"
        " AND json_extract(body, '$._due_at') IS NULL"
    )


def start(world: World, stop: threading.Event) -> None:
    threading.Thread(target=_tick, args=(world, stop), daemon=True, name="clock").start()


def move(world: World, to: int) -> None:
    """Let the time go on to a moment: what falls due until then happens, oldest first."""
    with moving:
        while step(world, to):
            pass
        with world.store.tx() as db:
            clock.reach(db, to)


def step(world: World, until: int) -> bool:
    """Do the first thing that is due by then, in a transaction of its own; whether there was one."""
    with world.store.tx() as db:
        row = db.execute(
            "SELECT id, kind, json_extract(body, '$._due_at') AS due FROM stripe_object"
            " WHERE json_extract(body, '$._due_at') <= ?"
            " ORDER BY json_extract(body, '$._due_at'), seq LIMIT 1",
            (until,),
        ).fetchone()
        if row is None:
            return False
        clock.reach(db, row["due"])
        work = Work(db, world.base_url, bool(world.webhook_url), row["due"])
        waiting = work.get(row["kind"], row["id"])
        del waiting["_due_at"]
        DOES[row["kind"]](work, work.save(waiting))
        return True


def _tick(world: World, stop: threading.Event) -> None:
    while not stop.wait(TICK):
        with world.store.tx() as db:
            now = clock.now(db)
        while not stop.is_set() and step(world, now):
            pass
