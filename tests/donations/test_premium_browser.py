"""The small thank you in a real browser: with and without a script, and its pages without faults."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from browser_support import HOST, faults_on_each_screen, opened
from donations.models import PremiumClaim
from form_support import open_fund
from memory_stripe import MemoryStripe
from premium_support import campaign, place, seeds
from transfer_support import account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def form(memory_stripe: MemoryStripe) -> None:
    cache.clear()
    open_fund()


def address(amount: str = "15") -> str:
    return f"{HOST}/dona/?campagna={campaign().key}&importo={amount}"


def fill(page: Any) -> None:
    for name, words in (("nome", "Anna"), ("cognome", "Esempio"), ("email", "anna@example.org")):
        page.fill(f"#{name}", words)


def test_shown_once_its_amount_is_reached(browser: Any, client: Client) -> None:
    kit = seeds(minimum=20_00)
    seeds(name="Zucca", pieces=0)
    with opened(browser, client) as context:
        page = context.new_page()
        page.goto(address())
        own = page.locator(f"[data-minimo='{kit.minimum}']")
        assert own.is_hidden() and page.get_by_text("Zucca").is_visible()
        page.locator("label.importo", has_text="50").click()
        assert own.is_visible() and page.locator("#omaggio").is_checked()
        assert not page.locator("#pacco_via").is_visible()
        page.get_by_label("Me lo spedite a casa").first.check()
        assert page.locator("#pacco_via").is_visible()
        assert faults_on_each_screen(page) == []
        page.locator("label.importo", has_text="Altro").click()
        page.fill("#cifra", "19,99")
        assert own.is_hidden() and page.locator("#omaggio").is_checked()
        page.fill("#cifra", "20")
        assert own.is_visible()


def test_without_a_script_it_works_all_the_same(browser: Any, client: Client) -> None:
    kit = seeds(minimum=20_00)
    account()
    with opened(browser, client, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address())
        fill(page)
        assert not page.locator("#pacco_via").is_visible()
        page.locator(f"#omaggio-{kit.pk}-{place().pk}").check()
        page.get_by_role("button", name="Vai al pagamento").click()
        assert "va con i doni da 20" in page.locator("#omaggio-e").inner_text()
        assert page.locator("#nome").input_value() == "Anna"
        page.locator("label.importo", has_text="50").click()
        page.locator("label.importo", has_text="Bonifico").click()
        page.get_by_role("button", name="Vai al pagamento").click()
        page.wait_for_selector("[data-fase=transfer]")
    assert PremiumClaim.objects.get().premium == kit
