"""Errors of the environment name the variable and say what to write."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from config import demonstration
from config.env import Environment


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("PORT", "http", lambda e: e.number("PORT", 8000, low=1, high=65535)),
        ("PORT", "70000", lambda e: e.number("PORT", 8000, low=1, high=65535)),
        ("DEBUG", "perhaps", lambda e: e.flag("DEBUG")),
        ("SITE_URL", "www.example.org", lambda e: e.address("SITE_URL", "http://localhost")),
        ("DATABASE_URL", "nonsense", lambda e: e.database("DATABASE_URL", "sqlite:///x")),
    ],
)
def test_a_wrong_value_is_named(env, monkeypatch, name, value, read):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=rf"{name} .*write"):
        read(env)


def test_a_password_is_never_repeated(env, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "gopher://me:topsecret@host")
    with pytest.raises(ImproperlyConfigured) as caught:
        env.email("EMAIL_URL", "")
    assert "topsecret" not in str(caught.value)


def test_an_empty_value_means_the_default(env, monkeypatch):
    monkeypatch.setenv("PORT", "")
    assert env.number("PORT", 8000, low=1, high=65535) == 8000
    monkeypatch.setenv("SITE_URL", "https://www.example.org/")
    assert env.address("SITE_URL", "") == "https://www.example.org"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("loopback", "sandbox", "wanted"),
    [(True, True, True), (False, True, False), (True, False, False)],
)
def test_an_empty_database_gets_the_demonstration_on_loopback_without_a_key(
    settings, loopback, sandbox, wanted
):
    settings.ON_LOOPBACK, settings.SANDBOX = loopback, sandbox
    assert demonstration.wanted() is wanted


@pytest.mark.django_db
def test_the_demonstration_is_not_loaded_beside_a_real_key(settings):
    settings.SANDBOX = False
    with pytest.raises(CommandError, match="STRIPE_SECRET_KEY is set"):
        call_command("demo")
    assert demonstration.nobody_signs_in()
