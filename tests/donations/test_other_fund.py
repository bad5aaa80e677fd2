"""Another fund, chosen in the gift form: what its amounts mean, and nothing typed is lost."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from browser_support import opened
from donations.models import Donation, Fund, GiftTry, SuggestedAmount
from form_support import open_fund, typed

pytestmark = pytest.mark.django_db
FORM = reverse("donations:give")


@pytest.fixture(autouse=True)
def funds(db: None) -> None:
    emporion = open_fund()
    emporion.suggested_amounts.filter(amount=15_00).update(
        one="spesa sospesa", many="spese sospese"
    )
    yards = Fund.objects.create(
        slug="cantieri", name="Cantieri", description="Muri a secco", position=1
    )
    for amount, meaning in ((30_00, "Due ore di ruspa"), (50_00, "Un giorno di scavo")):
        SuggestedAmount.objects.create(fund=yards, amount=amount, meaning=meaning)


def shown(client: Client, **changes: Any) -> str:
    answer = client.post(FORM, typed(mostra="importi", **changes))
    assert answer.status_code == 200
    return answer.content.decode()


def chosen(page: str) -> list[str]:
    """The values of the ticked amounts."""
    ticked = re.findall(r'<input type="radio" name="importo" value="([^"]*)"[^>]*checked', page)
    assert len(ticked) == 1
    return ticked


def test_the_amounts_are_those_of_the_fund_and_what_was_typed_stays(client: Client) -> None:
    page = shown(client, fondo="cantieri", importo="50", spese="on", lettera="on", cf="xyz")
    assert "Un giorno di scavo" in page and "La spesa di una settimana" not in page
    assert chosen(page) == ["50"]
    assert 'value="Anna"' in page and 'value="anna@example.org"' in page and 'value="xyz"' in page
    assert re.search(r'name="lettera"[^>]* checked', page)
    assert not re.search(r'name="muro"[^>]* checked', page)
    assert 'role="alert"' not in page
    assert not Donation.objects.exists() and not GiftTry.objects.exists()


def test_what_was_sent_after_it_begins_the_gift(client: Client, memory_stripe: Any) -> None:
    page = shown(client, fondo="cantieri", importo="50")
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    answer = client.post(FORM, typed(fondo="cantieri", importo="30", token=token[1]))
    assert answer.status_code == 303
    gift = Donation.objects.get()
    assert (gift.fund.slug, gift.amount) == ("cantieri", 30_00)


@pytest.mark.parametrize(
    ("importo", "fondo", "then"),
    [
        ("15", "cantieri", "50"),  # it has no such amount: the second, as at first
        ("libero", "cantieri", "libero"),
        ("pezzi-1", "cantieri", "50"),
    ],
)
def test_an_amount_that_the_fund_does_not_have(
    client: Client, importo: str, fondo: str, then: str
) -> None:
    page = shown(client, fondo=fondo, importo=importo, cifra="77,50")
    assert chosen(page) == [then]
    assert 'value="77,50"' in page


def test_pieces_come_with_their_fund(client: Client) -> None:
    assert "Spese sospese" not in shown(client, fondo="cantieri")
    row = SuggestedAmount.objects.exclude(many="").get()
    page = shown(client, fondo="emporion", importo=f"pezzi-{row.pk}", quante="3")
    assert "Spese sospese" in page and chosen(page) == [f"pezzi-{row.pk}"]


@pytest.mark.e2e
def test_in_a_browser_they_change_at_once(browser: Any, client: Client) -> None:
    with opened(browser, client, viewport={"width": 390, "height": 900}) as context:
        page = context.new_page()
        page.goto("http://testserver" + FORM + "?fondo=emporion")
        page.fill("[name=nome]", "Ada")
        page.locator("label", has_text="Spese sospese").click()
        page.fill("#quante", "3")
        page.focus("#fondo")
        page.select_option("#fondo", "cantieri")
        page.get_by_text("Un giorno di scavo").wait_for()
        assert not page.get_by_text("La spesa di una settimana").count()
        assert page.get_by_text("Muri a secco").is_visible()  # what it does
        assert page.locator("[name=importo]:checked").get_attribute("value") == "50"
        assert page.locator("#fondo").evaluate("field => field === document.activeElement")
        page.locator("#libero").check()
        page.fill("#cifra", "80")
        assert "80,00" in page.locator("#conto [data-che=amount]:visible").first.inner_text()
        assert page.input_value("[name=nome]") == "Ada"
