"""Whoever guesses passwords is stopped, and told so; whoever made a slip loses nothing."""

import re

import pytest
from django.core import mail as django_mail
from django.urls import reverse

from mail.models import Message
from mail.services import send_due
from people import sign_in
from people.limits import Limit
from people.models import User

pytestmark = pytest.mark.django_db
LOGIN, RESET = "/admin/login/", "/admin/password_reset/"


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(sign_in, "SIGN_IN_NAME", Limit("sign-in-name", 3, 10**9))
    monkeypatch.setattr(sign_in, "RESET_MAIL", Limit("reset-mail", 2, 10**9))


@pytest.fixture
def rita():
    return User.objects.create_superuser("rita", "rita@example.org", "segnopositivo")


def guess(client, name="rita", password="wrong", **extra):
    return client.post(LOGIN, {"username": name, "password": password}, **extra)


def test_the_addresses_are_ours():
    assert reverse("wagtailadmin_login") == LOGIN
    assert reverse("wagtailadmin_password_reset") == RESET


def test_guessing_ends_and_says_so(client, rita):
    assert [guess(client, "Rita ").status_code for _time in range(3)] == [200] * 3
    answer = guess(client, password="segnopositivo", REMOTE_ADDR="10.0.0.9")
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert "Troppi tentativi in pochi minuti" in page
    assert 'value="rita"' in page
    assert "_auth_user_id" not in client.session


def test_a_name_that_nobody_has_is_answered_alike(client, rita):
    nobody = [guess(client, "nobody").status_code for _time in range(4)]
    assert nobody == [guess(client, "rita").status_code for _time in range(4)]


def test_an_address_that_tries_one_name_after_the_other_is_stopped(client, rita, monkeypatch):
    monkeypatch.setattr(sign_in, "SIGN_IN_ADDRESS", Limit("sign-in-address", 5, 10**9))
    assert [guess(client, f"name {n}").status_code for n in range(5)] == [200] * 5
    assert guess(client, "rita", "segnopositivo").status_code == 429
    assert guess(client, "rita", "segnopositivo", REMOTE_ADDR="10.0.0.9").status_code == 302


def test_who_signs_in_often_is_never_stopped(client, rita):
    for _time in range(5):
        guess(client)
        assert guess(client, password="segnopositivo").status_code == 302
        client.logout()


def test_a_new_password_comes_by_the_one_way_mails_go(client, rita, settings):
    settings.MAIL_TRANSPORT = "nobody.speaks.to.a.mail.server.in.a.request"
    client.post(RESET, {"email": "rita@example.org"})
    (row,) = Message.objects.all()
    assert (row.to, row.kind, row.state) == ("rita@example.org", "staff", "queued")
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    send_due()
    send_due()
    (sent,) = django_mail.outbox
    link = re.search(r"/admin/password_reset/confirm/\S+", sent.body)
    assert link and sent.extra_headers["Message-ID"] == row.message_id
    row.refresh_from_db()
    assert (row.state, row.body_text, row.body_html) == ("sent", "", "")  # whoever copies the rows
    page = client.get(link[0], follow=True)
    words = {"new_password1": "un-altro-segno", "new_password2": "un-altro-segno"}
    client.post(page.redirect_chain[-1][0], words)
    assert guess(client, password="un-altro-segno").status_code == 302


def test_a_new_password_is_not_asked_for_without_end(client, rita):
    for name in ("rita@example.org", "nobody@example.org"):
        asked = [client.post(RESET, {"email": name}) for _time in range(3)]
        assert [answer.status_code for answer in asked] == [302, 302, 429]
        page = asked[-1].content.decode()
        assert "Una nuova password è stata chiesta troppe volte" in page
        assert f'value="{name}"' in page
        assert asked[-1].headers["Retry-After"] == "3600"
