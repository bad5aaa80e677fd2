"""Connecting an account: ask the network with the keys just typed, and keep them only if it answers.

Nothing is published; no transaction is open while the network is asked. Until the end the old
access stays as it was.
"""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import vault
from campaigns.channels import registry
from campaigns.channels.base import ChannelError, Identity, Limits, Session
from campaigns.errors import Refused
from campaigns.models import Account
from campaigns.services.accounts import EVERY


@dataclass(frozen=True)
class Trial:
    """The network's answer to a harmless question, with what has to be kept of it."""

    credentials: dict[str, str]
    identity: Identity
    limits: Limits
    session: Session


def try_out(*, channel: str, credentials: dict[str, str]) -> Trial:
    """`credentials` as the channel's `clean` gave them. Raises ChannelError with its sentence."""
    session: Session = {}
    asked = registry.connect(channel, credentials, on_session=session.update)
    identity = asked.verify()
    return Trial(credentials, identity, asked.fetch_limits(), session)


def keep(*, trial: Trial, channel: str, name: str, account: Account | None = None) -> Account:
    """Stores what was tried. Raises Refused for the name of another account, and for the keys of
    another profile."""
    account = account or Account(channel=channel)
    known = account.handle
    if account.pk and known and trial.identity.handle and trial.identity.handle != known:
        raise Refused(
            _("These keys are those of %(other)s, not of %(known)s. Connect it as a new account.")
            % {"other": trial.identity.handle, "known": known}
        )
    account.name, account.handle = name, trial.identity.handle or known
    account.url = trial.identity.url
    account.credentials = trial.credentials
    account.sealed_session = vault.seal(trial.session)
    account.limits = trial.limits.as_dict()
    account.state, account.problem = Account.State.CONNECTED, ""
    account.checked_at, account.active = timezone.now(), True
    account.next_at, account.attempts = account.checked_at + EVERY, 0
    # what is asked now, and the wait that was asked for, are about who it was before
    account.lease_token = account.lease_until = account.rest_until = None
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as problem:
        raise Refused(
            _("There is an account of this name on this network already: choose another name.")
        ) from problem
    return account


def sentence(problem: ChannelError) -> str:
    return f"{problem.message} " + str(_("Nothing has been stored."))


def shown_values(account: Account, fields: Any) -> dict[str, str]:
    """What may be seen of stored credentials: never a secret."""
    try:
        stored = account.credentials
    except vault.Unreadable:
        return {}
    return {item.name: stored.get(item.name, "") for item in fields if not item.secret}
