"""What the terminal says last: addresses that answer, and the next thing to type."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

from config import advice, demonstration, held
from config.management.commands.up import Command

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.SANDBOX = settings.ON_LOOPBACK = settings.MAIL_IN_FILES = True


def said() -> str:
    return "\n".join(Command().greeting())


def test_the_demonstration_shows_its_logins_and_asks_for_nothing():
    demonstration.make_logins()
    assert "marta / " in said() and "/posta-di-prova/" in said()
    assert "createsuperuser" not in said()


@pytest.mark.parametrize(
    ("name", "why"),
    [("SANDBOX", "STRIPE_SECRET_KEY is set"), ("ON_LOOPBACK", "SITE_URL is not loopback")],
)
def test_a_real_installation_is_told_how_to_begin(settings, name, why):
    setattr(settings, name, False)
    assert f"{why}, so there is no demonstration content." in said()
    assert advice.manage("createsuperuser") in said()
    assert "/posta-di-prova/" not in said()  # it would be a 404
    get_user_model().objects.create_superuser("anna", password="una-parola-sua")
    assert "createsuperuser" not in said() and "no demonstration" not in said()


def test_mails_that_leave_have_no_line(settings):
    settings.MAIL_IN_FILES = False
    assert "Mails" not in said()


def test_a_command_is_told_as_it_must_be_typed(monkeypatch, tmp_path):
    monkeypatch.chdir(advice.BASE_DIR)
    monkeypatch.setattr("sys.executable", str(advice.BASE_DIR / ".venv/bin/python"))
    assert advice.manage("migrate") == ".venv/bin/python manage.py migrate"
    monkeypatch.chdir(tmp_path)
    assert advice.manage("migrate").endswith(f"{advice.BASE_DIR}/manage.py migrate")


def test_a_folder_is_held_once(tmp_path):
    held.hold(tmp_path, "http://127.0.0.1:8000/")
    with pytest.raises(ImproperlyConfigured, match=r"already runs on .*8000/"):
        held.hold(tmp_path, "http://127.0.0.1:8010/")
