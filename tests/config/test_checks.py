"""What `check --deploy` says before a real installation opens, and what `up` refuses."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from config import installation

# a real installation as it should be, and what is changed in it
GOOD = {
    "SANDBOX": False,
    "ON_LOOPBACK": False,
    "MAIL_IN_FILES": False,
    "BEHIND_HTTPS": True,
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
}
BARE = {"BEHIND_HTTPS": False, "SECURE_PROXY_SSL_HEADER": None}


def said(settings, changes):
    for name, value in (GOOD | changes).items():
        setattr(settings, name, value)
    found = run_checks(include_deployment_checks=True)
    return {one.id: one for one in found if (one.id or "").startswith("segnopiu.")}


@pytest.mark.parametrize(
    ("changes", "expected", "word"),
    [
        ({}, "", ""),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "E001", "signing secret"),
        ({"MAIL_IN_FILES": True}, "E002", "EMAIL_URL"),
        ({"MAIL_IN_FILES": True, "ON_LOOPBACK": True}, "", ""),
        ({"SECURE_PROXY_SSL_HEADER": None}, "E003", "TRUST_PROXY_HEADERS=true"),
        ({"SANDBOX": True}, "W001", "STRIPE_SECRET_KEY"),
        ({"SANDBOX": True, "ON_LOOPBACK": True}, "", ""),
        ({"BEHIND_HTTPS": False}, "W003", "SITE_URL"),
        (BARE, "", ""),
    ],
)
def test_each_check_speaks_when_it_should_and_only_then(settings, changes, expected, word):
    found = said(settings, changes)
    assert set(found) == ({f"segnopiu.{expected}"} if expected else set())
    assert all(word in one.hint for one in found.values())


def test_a_stripe_key_alone_does_not_start(settings):
    settings.STRIPE_WEBHOOK_SECRET = "whsec_x"
    installation.refuse_unsigned_webhooks()
    settings.STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(
        ImproperlyConfigured, match=r"STRIPE_WEBHOOK_SECRET is not\. Run: .*stripe_setup"
    ):
        installation.refuse_unsigned_webhooks()
