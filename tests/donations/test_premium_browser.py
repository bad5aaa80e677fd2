"""The small thank you in a real browser: with and without a script, and its pages without faults."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from area_support import entered
from browser_support import HOST, faults_on_each_screen, opened, visit
from donations.models import PremiumClaim
from donations.services import packing
from form_support import open_fund
from giving_support import MARIA, session_of
from memory_stripe import MemoryStripe
from people import roles
from premium_support import asked, at_the_shop, by_post, campaign, claim_of, place, seeds
from transfer_support import account
from treasury_support import member, tell

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


def test_the_pages_of_the_thank_you_gifts_have_no_faults(
    browser: Any, memory_stripe: MemoryStripe
) -> None:
    kit = seeds()
    claims = []
    for number in range(6):
        donor = replace(MARIA, email=f"d{number}@example.org", last_name=f"Rossi {number}")
        way = by_post(kit) if number % 2 else at_the_shop(kit)
        gift = asked(kit, way, donor=donor)
        memory_stripe.pay_by_card(session_of(gift))
        claims.append(gift)
    tell(memory_stripe)
    rows = [claim_of(gift) for gift in claims]
    packing.pack(claims=rows[:4], by=None)
    packing.deliver(claims=rows[:2], by=None)
    memory_stripe.give_back(session_of(claims[3]), 10_00)
    tell(memory_stripe)
    staff = member(roles.TREASURY)
    with opened(browser, staff) as context:
        for address in (
            *("?", "?vista=pronti", "?vista=consegnati", "?dove=posta", "?formato=stampa"),
            *("cosa/", "cosa/new/", f"cosa/edit/{kit.pk}/", "punti/", f"punti/edit/{place().pk}/"),
        ):
            assert visit(context, f"/admin/omaggi/{address}") == [], address
        gift = claims[0].public_id
        assert visit(context, f"/admin/tesoreria/donazione/{gift}/") == []
    own = entered(claims[4].donor)
    with opened(browser, own) as context:
        assert visit(context, "/dona/area/") == []
        address = f"/dona/area/omaggio/{claims[4].public_id}/"
        assert visit(context, address) == []
        page = context.new_page()
        page.goto(HOST + address)
        page.get_by_label("Me lo spedite a casa").check()
        page.get_by_role("button", name="Salva").click()
        assert page.locator("#pacco_via-e").is_visible()
        assert faults_on_each_screen(page) == []


def test_a_packer_ticks_many_with_the_keyboard_and_on_a_phone(
    browser: Any, memory_stripe: MemoryStripe
) -> None:
    kit = seeds()
    gifts = [asked(kit, donor=replace(MARIA, email=f"d{n}@example.org")) for n in range(3)]
    for gift in gifts:
        memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    options = {"viewport": {"width": 390, "height": 800}}
    with opened(browser, member(roles.PACKERS), **options) as context:
        page = context.new_page()
        page.goto(f"{HOST}/admin/omaggi/")
        boxes = page.locator("input[name=righe]")
        for number in range(2):
            boxes.nth(number).focus()
            page.keyboard.press("Space")
        page.get_by_role("button", name="Segna come preparati").click()
        page.wait_for_selector("text=Fatto: 2 righe.")
        assert page.locator("input[name=righe]").count() == 1
    assert PremiumClaim.objects.filter(state=PremiumClaim.State.PACKED).count() == 2
