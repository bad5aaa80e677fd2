"""The daily look at every account: are we still let in, and what are its limits now?"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns import vault
from campaigns.channels.base import ChannelError, Rejected
from campaigns.models import Account
from campaigns.vault import Unreadable

EVERY = timedelta(hours=24)


def check_accounts() -> int:
    """Asks each account that nobody has asked for a day; how many."""
    accounts = list(Account.objects.to_check(timezone.now() - EVERY))
    for account in accounts:
        check_account(account=account)
    return len(accounts)


def check_account(*, account: Account) -> Account:
    """Changes nothing on the network. A network that cannot be reached leaves the state alone."""
    now = timezone.now()
    fields: dict[str, object]
    try:
        channel = account.connect()
        identity = channel.verify()
        limits = channel.fetch_limits().as_dict()
    except (Rejected, Unreadable) as problem:
        fields = {
            "state": Account.State.DISCONNECTED,
            "problem": str(problem),
            "checked_at": now,
        }
    except ChannelError as problem:
        fields = {"problem": str(problem)}
    else:
        fields = {
            "state": Account.State.CONNECTED,
            "problem": "",
            "checked_at": now,
            "limits": limits,
            "handle": identity.handle or account.handle,
            "url": identity.url or account.url,
        }
    Account.objects.filter(pk=account.pk).update(**fields)
    for name, value in fields.items():
        setattr(account, name, value)
    return account


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
