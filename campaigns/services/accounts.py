"""The daily look at every account: are we still let in, and what are its limits now?"""

from datetime import timedelta

from django.utils import timezone

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
