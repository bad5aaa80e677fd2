"""Connecting and renewing an account: asked first, kept afterwards, never shown again."""

import pytest
from django.urls import reverse

from campaigns.channels.base import Credential, Identity, Unavailable
from campaigns.models import Account
from people import roles
from tests.campaigns.fakes import Fake

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fields(monkeypatch):
    monkeypatch.setattr(
        Fake,
        "fields",
        (Credential("server", "Server"), Credential("token", "Token", secret=True)),
    )


def connect(client, **values):
    data = {"name": "Nostra", "server": "https://fake.example", "token": "very-secret"} | values
    return client.post(reverse("campaigns_accounts:connect", args=["fake"]), data)


def test_connecting_asks_the_network_and_keeps_the_keys_sealed(as_role):
    assert connect(as_role(roles.COORDINATION)).status_code == 302
    account = Account.objects.get()
    assert account.handle == "@fake"
    assert account.credentials == {"server": "https://fake.example", "token": "very-secret"}
    assert "very-secret" not in account.sealed_credentials
    assert account.checked_at is not None


def test_keys_that_do_not_fit_are_not_kept_and_nothing_typed_is_lost(as_role):
    response = connect(as_role(roles.COORDINATION), token="revoked")
    page = response.content.decode()
    assert "revoked" in page and "https://fake.example" in page
    assert not Account.objects.exists()


def test_a_network_that_is_down_is_said(as_role, monkeypatch):
    def down(self):
        raise Unavailable("Non risponde.")

    monkeypatch.setattr(Fake, "verify", down)
    page = connect(as_role(roles.COORDINATION)).content.decode()
    assert "Non risponde." in page
    assert not Account.objects.exists()


def test_stored_secrets_are_never_shown(as_role):
    client = as_role(roles.COORDINATION)
    connect(client)
    account = Account.objects.get()
    for name in ("index", "renew"):
        arguments = [account.pk] if name == "renew" else []
        page = client.get(reverse(f"campaigns_accounts:{name}", args=arguments))
        assert "very-secret" not in page.content.decode()
    assert "https://fake.example" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


def test_a_renewal_that_fails_leaves_the_old_access(as_role):
    client = as_role(roles.COORDINATION)
    connect(client)
    account = Account.objects.get()
    url = reverse("campaigns_accounts:renew", args=[account.pk])
    client.post(url, {"name": "Nostra", "server": "https://fake.example", "token": "revoked"})
    account.refresh_from_db()
    assert account.credentials["token"] == "very-secret"


def test_keys_of_another_profile_are_refused(as_role, monkeypatch):
    client = as_role(roles.COORDINATION)
    connect(client)
    account = Account.objects.get()
    monkeypatch.setattr(Fake, "verify", lambda self: Identity("2", "@other", ""))
    url = reverse("campaigns_accounts:renew", args=[account.pk])
    page = client.post(url, {"name": "Nostra", "server": "x", "token": "y"}).content.decode()
    assert "@other" in page
    account.refresh_from_db()
    assert account.handle == "@fake"


def test_a_name_is_taken_once(as_role):
    client = as_role(roles.COORDINATION)
    connect(client)
    assert connect(client).status_code == 200
    assert Account.objects.count() == 1


def test_the_harmless_test_and_putting_aside(as_role):
    client = as_role(roles.COORDINATION)
    connect(client)
    account = Account.objects.get()
    client.post(reverse("campaigns_accounts:test", args=[account.pk]))
    client.post(reverse("campaigns_accounts:switch", args=[account.pk]), {"in_uso": "0"})
    account.refresh_from_db()
    assert account.state == "connected"
    assert not account.active


def test_an_unknown_network_is_not_found(as_role):
    client = as_role(roles.COORDINATION)
    assert client.get("/admin/profili/collega/nowhere/").status_code == 404
