"""Without a key of Stripe every page says that no payment is real; with one none does."""

import pytest
from django.test import Client

from tests.cms.conftest import PAGES, on_the_wall

pytestmark = pytest.mark.django_db
OTHERS = [
    "/privacy/",
    "/muro/",
    "/dona/",
    "/posta-di-prova/",
    "/non-esiste/",
    "/vietata/",
    "/rotta/",
]


@pytest.mark.parametrize("sandbox", [True, False])
def test_every_page_says_it_and_those_of_errors_too(site, settings, sandbox):
    settings.SANDBOX = sandbox
    settings.ROOT_URLCONF = "tests.cms.broken_urls"
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    shown = [*PAGES.values(), *OTHERS, on_the_wall().get_absolute_url()]
    answers = {address: client.get(address) for address in shown}
    answers["without its key"] = client.post("/admin/login/")
    for address, answer in answers.items():
        said = answer.content.decode()
        if address == "/posta-di-prova/" and not sandbox:
            continue  # there is none
        assert ("Nessun pagamento è reale" in said) is sandbox, address
