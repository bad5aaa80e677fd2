"""A warm process that forks a real one for every order, so that each can really be killed.

Orders come as JSON lines on standard input, answers go out as JSON lines. A child has its own
database connections and may get `kill`: the place where it ends itself with SIGKILL, which
nothing can catch.
"""

import contextlib
import json
import os
import signal
import sys
import time
from datetime import timedelta

import django

PLACES = (
    "promoting",  # inside the transaction that says "due"
    "promoted",  # due, nobody has it
    "claimed",  # leased, no intent yet
    "intent",  # intent committed, nothing sent
    "answered",  # the network has answered, nothing written down
    "recording",  # inside the transaction that writes the outcome
    "recorded",  # all written down
)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    import campaigns.services  # noqa: F401  warm before the forks

    for line in sys.stdin:
        order = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            run(order, writer)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            answer = pipe.read()
        _pid, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(json.dumps({"killed": killed, "answer": json.loads(answer or "null")}), flush=True)


def run(order: dict, writer: int) -> None:
    code = 1
    try:
        arm(order.pop("kill", ""))
        answer = globals()[f"do_{order.pop('do')}"](**order)
        os.write(writer, json.dumps(answer, default=str).encode())
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def die(*_arguments, **_options):
    os.kill(os.getpid(), signal.SIGKILL)


def before(module, name):
    setattr(module, name, die)


def after(module, name):
    """Dies after the first call that did something."""
    real = getattr(module, name)

    def call(*arguments, **options):
        if real(*arguments, **options):
            die()

    setattr(module, name, call)


def slowly(module, name):
    real = getattr(module, name)

    def call(*arguments, **options):
        time.sleep(0.05)
        return real(*arguments, **options)

    setattr(module, name, call)


def arm(place: str) -> None:
    from campaigns import services
    from campaigns.channels import bluesky, mastodon
    from campaigns.models import Delivery, Post
    from campaigns.services import outcomes, sending

    if place == "promoting":
        before(Delivery, "entry")
    elif place == "promoted":
        after(sending, "tick")
    elif place == "uploaded":  # the network has the picture, and no post
        after(mastodon.Mastodon, "_upload")
        after(bluesky.Bluesky, "_upload")
    elif place == "yes":  # somebody said yes, the version is not yet approved
        before(Post, "publish")
    elif place == "approved":  # the version is, nothing is planned
        before(services, "plan")
    elif place == "planned":  # the plan is written, its transaction not over
        after(services, "plan")
    elif place == "slow":  # the sender takes its time between claim and intent
        slowly(sending, "_commit")
    elif place == "reading":  # who moves it takes their time to read it
        slowly(Post, "get_latest_revision_as_object")
    elif place == "claimed":
        before(sending, "_commit")
    elif place == "intent":
        after(sending, "_commit")
    elif place == "answered":
        before(outcomes, "record")
    elif place == "recording":
        before(outcomes, "bump")
    elif place == "recorded":
        after(outcomes, "record")
    elif place == "asking":
        before(outcomes, "record")
    elif place:
        raise ValueError(place)


# orders ---------------------------------------------------------------------------------------


def do_post(channel: str, name: str, credentials: dict) -> dict:
    """An approved post, due now, on a new account; with a picture."""
    from django.utils import timezone

    from tests.campaigns.faults import cast

    return cast.due_post(channel=channel, name=name, credentials=credentials, now=timezone.now())


def do_ask(channel: str, name: str, credentials: dict) -> int:
    from django.utils import timezone

    from tests.campaigns.faults import cast

    return cast.asked_post(
        channel=channel, name=name, credentials=credentials, now=timezone.now()
    ).pk


def do_approve(post: int) -> str:
    """Says yes, if somebody still asks."""
    from campaigns.errors import Refused
    from campaigns.models import Post
    from tests.campaigns.faults import cast

    found = Post.objects.get(pk=post)
    if found.current_workflow_state is None:
        return "nobody asks"
    try:
        cast.approve(found)
    except Refused as reason:
        return str(reason)
    return "yes"


def do_plan_of(post: int) -> dict:
    from campaigns.models import Post

    found = Post.objects.get(pk=post)
    rows = list(found.deliveries.all())
    return {
        "approved": found.live,
        "asked": found.current_workflow_state is not None,
        "keys": [row.key for row in rows],
        "log": [entry.after for row in rows for entry in row.log.all()],
    }


def do_tick() -> int:
    from campaigns import services

    return services.tick(limit=20)


def do_each(change: str, keys: list) -> dict:
    """Cancels or moves the post of each, one after the other; what was said to each."""
    from datetime import date
    from datetime import time as clock

    from campaigns import services
    from campaigns.errors import Refused
    from campaigns.models import Delivery

    said = {}
    for row in Delivery.objects.filter(key__in=keys).select_related("post__campaign"):
        try:
            if change == "cancel":
                said[row.key] = "done" if services.cancel(post=row.post) else "out"
            else:
                services.move(post=row.post, day=date(2030, 1, 1), at=clock(9))
                said[row.key] = "done"
        except Refused:
            said[row.key] = "refused"
    return said


def do_logs(keys: list) -> dict:
    from campaigns.models import DeliveryLog

    found: dict[str, list[str]] = {key: [] for key in keys}
    entries = DeliveryLog.objects.filter(delivery__key__in=keys).order_by("pk")
    for key, after in entries.values_list("delivery__key", "after"):
        found[key].append(after)
    return found


def do_many(number: int, accounts: list, seconds: float) -> list:
    from tests.campaigns.faults import cast

    return cast.many(number=number, accounts=accounts, seconds=seconds)


def do_more(like: str, number: int) -> list:
    """So many more posts on the account of that delivery, planned for later."""
    from campaigns.models import Account, Delivery
    from tests.campaigns.faults import cast

    account = Delivery.objects.get(key=like).account
    keys = cast.many(number=number, accounts=[["wall", f"{account.name}+", {}]], seconds=600)
    Delivery.objects.filter(key__in=keys).update(account=account)
    Account.objects.filter(name=f"{account.name}+").delete()
    return keys


def do_make_due(keys: list) -> int:
    from django.utils import timezone

    from campaigns.models import Delivery

    now = timezone.now()
    return Delivery.objects.filter(key__in=keys).update(planned_at=now, next_at=now)


def do_send(seconds: float = 0) -> int:
    from campaigns import services

    return services.send_due(seconds=seconds)


def do_reconcile() -> int:
    from campaigns import services

    return services.reconcile()


def do_time_passes(keys: list) -> int:
    """Leases run out, waits are over, and what is out has had time to be seen."""
    from django.utils import timezone

    from campaigns.models import Account, Delivery

    past = timezone.now() - timedelta(seconds=1)
    rows = Delivery.objects.filter(key__in=keys)
    rows.filter(next_at__isnull=False).update(next_at=past)
    rows.filter(tried_at__isnull=False).update(tried_at=past - timedelta(minutes=15))
    rows.filter(lease_token__isnull=False).update(lease_until=past)
    return Account.objects.update(rest_until=None)


def do_state(key: str) -> dict:
    from campaigns.models import Delivery, WallEntry

    row = Delivery.objects.get(key=key)
    return {
        "state": row.state,
        "attempts": row.attempts,
        "link": row.content["link"],
        "error": row.last_error,
        "log": [f"{entry.after}: {entry.why}" for entry in row.log.all()],
        "on_wall": WallEntry.objects.filter(delivery=row).count(),
    }


def do_states(keys: list) -> dict:
    from collections import Counter

    from campaigns.models import Delivery

    return Counter(Delivery.objects.filter(key__in=keys).values_list("state", flat=True))


def do_doubles(keys: list) -> int:
    """Log rows that say "published" beyond the first of each delivery."""
    from campaigns.models import DeliveryLog

    told = DeliveryLog.objects.filter(delivery__key__in=keys, after="published")
    return told.count() - told.values("delivery").distinct().count()


def do_lateness(keys: list) -> float:
    """Seconds from its minute to the last of them."""
    from campaigns.models import Delivery

    rows = Delivery.objects.filter(key__in=keys)
    return max((row.published_at - row.planned_at).total_seconds() for row in rows)


def do_heartbeat() -> float:
    """Seconds since the worker last found time for it."""
    from django.utils import timezone

    from config import heartbeat

    return (timezone.now() - heartbeat.last()).total_seconds()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
