"""The daily look at the accounts: it holds nobody up, whatever a network does."""

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns import services
from campaigns.channels.base import Unavailable
from campaigns.models import Account
from tests.campaigns.fakes import Fake

pytestmark = pytest.mark.django_db


def account(name: str, token: str = "") -> Account:
    made = Account(channel="fake", name=name)
    made.credentials = {"token": token}
    made.save()
    return made


@pytest.fixture
def asked(monkeypatch):
    """asked[token] = what to do when that account is asked; asked.names: who was, in order."""

    class Asked(dict):
        names: list[str] = []

    asked, answer = Asked(), Fake.verify
    asked.names = []

    def verify(self):
        token = self.credentials["token"]
        asked.names.append(token)
        asked.get(token, lambda: None)()
        return answer(self)

    monkeypatch.setattr(Fake, "verify", verify)
    return asked


def raises(problem: Exception):
    def fail():
        raise problem

    return fail


def later(row: Account, **fields) -> Account:
    Account.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def test_the_daily_look_at_the_accounts(accounts):
    good, _wall = accounts
    bad = Account(channel="fake", name="Old")
    bad.credentials = {"token": "revoked"}
    bad.save()
    assert services.check_accounts() == 3
    assert services.check_accounts() == 0
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, good.handle, good.limits["text"]) == ("connected", "@fake", 100)
    assert (bad.state, bad.problem) == ("disconnected", "revoked")
    assert "revoked" not in bad.sealed_credentials


def test_a_network_that_is_away_is_asked_again_later_and_later(asked):
    row, past = account("Ours", "ours"), timezone.now() - timedelta(seconds=1)
    asked["ours"] = raises(Unavailable("no answer", rest=timedelta(seconds=30)))
    waits = []
    for _time in range(3):
        services.check_accounts()
        services.check_accounts()  # the beat's next minute
        row.refresh_from_db()
        assert (row.state, row.problem, row.checked_at) == ("connected", "no answer", None)
        assert row.rest_until > timezone.now()  # posts leave it alone as well
        waits.append((row.next_at - timezone.now()).total_seconds())
        later(row, next_at=past, rest_until=past)
    assert asked.names == ["ours"] * 3
    assert 140 < waits[0] < 301 and 290 < waits[1] < 601 and 590 < waits[2] < 1201
    del asked["ours"]
    services.check_accounts()
    row.refresh_from_db()
    assert (row.problem, row.attempts, row.rest_until) == ("", 0, None)
    assert row.next_at > timezone.now() + timedelta(hours=23)


def test_the_networks_own_wish_is_heard(asked):
    row = later(account("Ours", "ours"), rest_until=timezone.now() + timedelta(minutes=5))
    assert services.check_accounts() == 0
    assert asked.names == []
    later(row, rest_until=None)
    asked["ours"] = raises(Unavailable("wait", retry_after=timedelta(hours=7)))
    services.check_accounts()
    row.refresh_from_db()
    assert row.next_at > timezone.now() + timedelta(hours=6, minutes=59)


def test_a_fault_with_one_takes_no_other_along(asked):
    bad, good = account("Bad", "bad"), account("Good", "good")
    asked["bad"] = raises(KeyError("id"))
    assert services.check_accounts() == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.state == "connected" and "KeyError" in bad.problem
    assert bad.next_at > timezone.now() + timedelta(minutes=2)
    assert good.checked_at and not good.problem


@pytest.mark.django_db(transaction=True)
def test_networks_that_hang_hold_up_no_run(asked):
    answer = threading.Event()
    hung = [account(f"Hung {number}", f"hung {number}") for number in range(4)]
    for row in hung:
        asked[row.credentials["token"]] = lambda: answer.wait(30)
    good = account("Good", "good")
    started = time.monotonic()
    assert services.check_accounts(seconds=0.5) == 1
    assert services.check_accounts(seconds=0.5) == 0  # the beat's next minute, another worker
    assert time.monotonic() - started < 10
    assert sorted(asked.names) == ["good", *(f"hung {number}" for number in range(4))]
    good.refresh_from_db()
    assert good.checked_at
    answer.set()
    while Account.objects.filter(checked_at__isnull=True).exists():  # written down all the same
        assert time.monotonic() - started < 30
        time.sleep(0.05)
    assert not Account.objects.filter(lease_token__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_an_answer_after_its_lease_changes_nothing(asked):
    answer, over = threading.Event(), timezone.now() - timedelta(seconds=1)
    row = account("Ours", "ours")
    asked["ours"] = lambda: answer.wait(30)
    assert services.check_accounts(seconds=0.2) == 0
    later(row, lease_until=over)
    asked["ours"] = raises(Unavailable("no answer"))
    assert services.check_accounts() == 1  # its worker died, for all anybody knows
    answer.set()
    for thread in threading.enumerate():
        if thread.name.startswith("account"):
            thread.join(30)
    row.refresh_from_db()
    assert (row.problem, row.checked_at) == ("no answer", None)
