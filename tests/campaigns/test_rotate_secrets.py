"""A new SECRETS_KEY, and the day a key is lost."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from campaigns import services
from campaigns.models import Account

pytestmark = pytest.mark.django_db
OLD, NEW, LOST = (Fernet.generate_key().decode() for _number in range(3))


def account(name: str) -> Account:
    made = Account(channel="mastodon", name=name)
    made.credentials = {"instance": "https://example.org", "token": f"segreto-{name}"}
    made.save()
    made.keep_session({"access": f"sessione-{name}"})
    return made


def test_the_old_key_may_go_afterwards(settings, capsys):
    settings.SECRETS_KEYS = [OLD]
    one = account("uno")
    settings.SECRETS_KEYS = [NEW, OLD]
    two = account("due")
    for _again in range(2):
        call_command("rotate_secrets")
        assert capsys.readouterr().out.startswith("2 accounts")
    settings.SECRETS_KEYS = [NEW]
    for made in (one, two):
        made.refresh_from_db()
        assert made.credentials["token"] == f"segreto-{made.name}"
        assert made.connect()


def test_an_account_whose_key_is_lost_is_named_and_left_alone(settings):
    settings.SECRETS_KEYS = [LOST]
    gone = account("perso")
    settings.SECRETS_KEYS = [OLD]
    kept = account("tenuto")
    settings.SECRETS_KEYS = [NEW, OLD]
    before = gone.sealed_credentials
    with pytest.raises(CommandError, match=r"perso \(Mastodon\)"):
        call_command("rotate_secrets")
    gone.refresh_from_db()
    assert gone.sealed_credentials == before
    settings.SECRETS_KEYS = [NEW]
    kept.refresh_from_db()
    assert kept.credentials["token"] == "segreto-tenuto"
    # nobody falls over it: the account says what to do
    assert services.check_account(account=gone).state == Account.State.DISCONNECTED
    assert gone.problem


def test_a_lost_session_is_only_dropped(settings):
    settings.SECRETS_KEYS = [NEW, OLD]
    made = account("uno")
    settings.SECRETS_KEYS = [LOST]
    made.keep_session({"access": "x"})
    settings.SECRETS_KEYS = [NEW, OLD]
    call_command("rotate_secrets")
    made.refresh_from_db()
    assert made.sealed_session == ""
    assert made.credentials["token"] == "segreto-uno"
