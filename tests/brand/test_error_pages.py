"""When something goes wrong, the page is ours, says what is true, and needs nothing that may be gone."""

import pytest
from django.test import Client

from config import urls


def test_a_wrong_host_gets_our_page_without_the_database(settings):
    settings.ALLOWED_HOSTS = ["www.example.org"]
    answer = Client().get("/", headers={"host": "altrove.example"})
    assert answer.status_code == 400
    assert "Questa richiesta non si legge" in answer.content.decode()
    assert "Modalità di prova" in answer.content.decode()


@pytest.mark.parametrize("sandbox", [True, False])
def test_a_failure_gets_our_page_without_the_database(settings, rf, sandbox):
    settings.SANDBOX = sandbox
    answer = urls.handler500(rf.get("/"))
    said = answer.content.decode()
    assert answer.status_code == 500
    assert "Qualcosa non torna" in said and "brand/site.css" in said
    assert ("Modalità di prova" in said) is sandbox
