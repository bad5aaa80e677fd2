"""The daily look at every account: are we still let in, and what are its limits now?

Each account is asked under a lease of its own, in a thread of its own. A run waits a few seconds
for the answers and goes on without the rest: a network that hangs holds up no worker, and its
account is not asked again before the lease has run out.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import vault
from campaigns.channels.base import (
    PUBLISH_SECONDS,
    ChannelError,
    Identity,
    Limits,
    Rejected,
    Unavailable,
)
from campaigns.models import Account
from campaigns.services import outcomes
from campaigns.vault import Unreadable
from outbox.services import LeaseLost, backoff, claim, expired, finish

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=24)
LEASE = timedelta(seconds=2 * PUBLISH_SECONDS + 60)  # two questions, each with its own time
AGAIN = timedelta(minutes=5)  # after no answer, and twice as long after each further one
AT_ONCE = 8
PATIENCE = 10.0

Answer = tuple[Identity, Limits] | ChannelError | Unreadable


def check_accounts(*, seconds: float = PATIENCE) -> int:
    """Asks the accounts whose time has come; how many have answered within `seconds`."""
    expired(Account.objects.all()).update(lease_token=None, lease_until=None)
    due = Account.objects.to_check(timezone.now())
    accounts = claim(due, limit=AT_ONCE, lease=LEASE)
    if not accounts:
        return 0
    pool = ThreadPoolExecutor(len(accounts), thread_name_prefix="account")
    asked = {pool.submit(_ask_alone, account): account for account in accounts}
    done, hanging = wait(asked, timeout=seconds)
    for future in done:
        _finish(asked[future], future.result())
    for future in hanging:
        future.add_done_callback(partial(_finish_alone, asked[future]))
    pool.shutdown(wait=False)
    return len(done)


def check_account(*, account: Account) -> Account:
    """Asks at once, for somebody who waits. Changes nothing on the network."""
    answer = _ask(account)
    fields = _told(account, answer)
    Account.objects.filter(pk=account.pk).update(**fields)
    _rest(account, answer)
    for name, value in fields.items():
        setattr(account, name, value)
    return account


def _ask(account: Account) -> Answer:
    try:
        channel = account.connect()
        return channel.verify(), channel.fetch_limits()
    except (ChannelError, Unreadable) as problem:
        return problem
    except Exception as problem:  # a fault of ours, or an answer nobody foresaw
        logger.exception("account.fault", extra={"account": account.pk})
        what = {"what": type(problem).__name__}
        return Unavailable(_("Something went wrong on our side while we asked (%(what)s).") % what)


def _ask_alone(account: Account) -> Answer:
    try:
        return _ask(account)
    finally:
        connections.close_all()


def _finish(account: Account, answer: Answer) -> None:
    try:
        finish(account, **_told(account, answer))
    except LeaseLost:  # somebody has connected it again meanwhile: this is about who it was before
        logger.warning("account.lease_lost", extra={"account": account.pk})
    else:
        _rest(account, answer)


def _finish_alone(account: Account, late: Future[Answer]) -> None:
    try:
        _finish(account, late.result())
    finally:
        connections.close_all()


def _rest(account: Account, answer: Answer) -> None:
    """How long it is left alone, or that it answers again. Keys that are no good say neither."""
    if isinstance(answer, Rejected | Unreadable):
        return
    told = answer if isinstance(answer, ChannelError) else None
    outcomes.note_rest(account=account, answer=told)


def _told(account: Account, answer: Answer) -> dict[str, Any]:
    """What is written down. A network that cannot be reached leaves the state alone."""
    now = timezone.now()
    known = {"checked_at": now, "next_at": now + EVERY, "attempts": 0}
    if isinstance(answer, Rejected | Unreadable):
        problem = outcomes.storable(str(answer))
        return known | {"state": Account.State.DISCONNECTED, "problem": problem}
    if isinstance(answer, ChannelError):
        asked_to = getattr(answer, "retry_after", None) or timedelta(0)
        wait_for = max(asked_to, backoff(account.attempts, base=AGAIN, cap=EVERY))
        return {"problem": outcomes.storable(str(answer)), "next_at": now + wait_for}
    identity, limits = answer
    return known | {
        "state": Account.State.CONNECTED,
        "problem": "",
        "limits": limits.as_dict(),
        "handle": identity.handle or account.handle,
        "url": identity.url or account.url,
    }


def rotate_secrets() -> tuple[int, list[Account]]:
    """Every account's secrets under the first key; how many, and those that no key opens.

    One transaction an account: whoever is killed has done some of them, and begins again. What no
    key opens is left as it is, for the day the key is found; a lost session alone is only dropped,
    since the next request makes another one.
    """
    number, lost = 0, []
    for key in Account.objects.values_list("pk", flat=True):
        with transaction.atomic():
            account = Account.objects.select_for_update().filter(pk=key).first()
            if account is None:
                continue
            try:
                sealed = vault.rotate(account.sealed_credentials)
            except Unreadable:
                lost.append(account)
                continue
            try:
                session = vault.rotate(account.sealed_session)
            except Unreadable:
                session = ""
            rows = Account.objects.filter(pk=key)
            rows.update(sealed_credentials=sealed, sealed_session=session)
            number += 1
    return number, lost
