"""The privacy notice says what art. 13 GDPR asks for, out of the legal identity."""

import re

import pytest
from django.test import Client

from brand.models import BrandSettings, LegalSettings
from cms import cache as page_cache
from tests.campaigns.pictures import picture

pytestmark = pytest.mark.django_db


def notice(client: Client, language: str = "it") -> str:
    page = client.get("/privacy/", headers={"accept-language": language})
    assert page.status_code == 200 and page.headers["Content-Language"] == language
    return re.sub(r"\s+", " ", page.content.decode())


def test_the_notice_names_who_answers_rights_and_authority(client):
    LegalSettings.objects.update_or_create(
        pk=LegalSettings.load().pk,
        defaults={
            "body": "Rete Vera ETS",
            "address": "Via Lunga 1",
            "fiscal_code": "99999990148",
            "privacy_email": "dati@rete.example",
            "data_protection_officer": "Ada Neri, ada@rete.example",
            "privacy_text": "<p>Il server è di <b>Nuvola srl</b>.</p>",
        },
    )
    page = notice(client)
    for words in (
        "Rete Vera ETS", "Via Lunga 1", "99999990148", "titolare del trattamento",
        'href="mailto:dati@rete.example"', "Ada Neri", "<b>Nuvola srl</b>", "Stripe",
        "art. 6.1.a", "art. 6.1.b", "Dieci anni", "dopo 35 giorni", "csrftoken", "artt. 15 e 20",
        "Garante", "garanteprivacy.it",
    ):  # fmt: skip
        assert words in page, words


def test_the_notice_follows_the_browser_as_the_form_does_and_is_never_kept(client):
    brand = BrandSettings.load()
    brand.email = "ciao@rete.example"
    brand.save()
    assert "Chi risponde dei tuoi dati" in notice(client)
    english = notice(client, "en")
    assert "Who answers for your data" in english and "mailto:ciao@rete.example" in english
    assert "Chi risponde" not in english
    assert f'<span lang="it">{brand.claim}</span>' in english  # what staff wrote stays theirs
    assert "Chi risponde dei tuoi dati" in notice(client)


def test_footer_and_form_lead_to_it(client):
    assert client.get("/dona/").content.decode().count('href="/privacy/"') == 2
    assert client.get("/muro/").content.decode().count('href="/privacy/"') == 1


def test_an_own_favicon_takes_the_place_of_the_plus(client, monkeypatch):
    assert 'type="image/svg+xml"' in client.get("/muro/").content.decode()
    brand = BrandSettings.load()
    brand.favicon = picture()
    brand.save()
    monkeypatch.setattr(page_cache, "cacheable", lambda request: False)
    page = client.get("/muro/").content.decode()
    (icon,) = re.findall(r'<link rel="icon" href="([^"]+)" type="image/png"', page)
    assert "mele" in icon
