"""The treasurer's month end in a real browser: a payout that does not add up, explained; the month
looked at, and closed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from browser_support import HOST, faults_on_each_screen, opened, visit
from donations.models import ClosedMonth, JournalEntry
from donations.services.by_hand import today
from donations.services.figures import Month
from donations.services.receipts import ROME
from giving_support import begin, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import by_hand, member, tell

pytestmark = pytest.mark.django_db


def test_from_a_red_payout_to_a_closed_month(browser: Any, memory_stripe: MemoryStripe) -> None:
    last = Month((today().replace(day=1) - timedelta(days=1)).replace(day=1))
    day = last.first_day + timedelta(days=9)
    memory_stripe.now = datetime.combine(day, datetime.min.time(), ROME)
    memory_stripe.pay_by_card(session_of(begin().donation))
    memory_stripe.stray(-35)
    memory_stripe.pay_out()
    tell(memory_stripe)
    by_hand(day=day, amount=20_00)
    month = reverse("treasury:month", args=[last.first_day.year, last.first_day.month])
    with opened(browser, member(roles.TREASURY)) as context:
        assert visit(context, month) == []
        page = context.new_page()
        page.goto(HOST + month)
        assert page.locator("[name=per_sempre]").count() == 0
        page.locator("li", has_text="Un accredito non quadra").get_by_role("link").click()
        page.locator("td, th").get_by_role("link").first.click()
        page.get_by_role("heading", name="0,35").wait_for()
        page.get_by_role("button", name="Spiega").click()
        page.get_by_text("Scrivi perché").first.wait_for()
        assert faults_on_each_screen(page) == []
        page.get_by_label("Conto").select_option("fees")
        page.get_by_label("Perché").fill("Costo del conto")
        page.get_by_role("button", name="Spiega").click()
        page.get_by_text("con il tuo nome").first.wait_for()
        assert JournalEntry.objects.filter(origin__contains="correction").count() == 1
        page.goto(HOST + month)
        page.get_by_text("Non manca niente").wait_for()
        page.get_by_label("Lo so: resta chiuso").check()
        page.locator("main form button.serious").click()
        page.get_by_text("è chiuso").first.wait_for()
        page.get_by_role("link", name="Controllala adesso").click()
        page.get_by_text("l’impronta è la stessa").wait_for()
        assert faults_on_each_screen(page) == []
        assert visit(context, reverse("treasury:months")) == []
    assert ClosedMonth.objects.get().closed_by
