"""The desk and what leads from it, in a real browser: accessibility, and a click."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from bank_support import brought, camt_of, entry, imported, row
from browser_support import HOST, opened, visit
from donations.models import Donation
from donations.services import letters, tributes
from donations.services.statements import take_in
from giving_support import MARIA, begin, promised, session_of
from memory_stripe import MemoryStripe
from people import roles
from transfer_support import account
from treasury_support import by_hand, member, past_gifts, tell

pytestmark = pytest.mark.django_db


def test_what_waits_for_a_person_has_no_faults(browser: Any, memory_stripe: MemoryStripe) -> None:
    """Recurring gifts that cannot be charged, who is back, a card held up, a likely double."""
    cache.clear()
    treasurer = member(roles.TREASURY)
    failing = promised(memory_stripe)
    memory_stripe.fail(str(failing.subscription_id))
    over = promised(memory_stripe, donor=replace(MARIA, email="elsa@posta.example"))
    memory_stripe.take_leave_back(str(over.subscription_id))
    tell(memory_stripe)
    Donation.objects.filter(donor=failing.donor).update(
        settled_at=timezone.now() - timedelta(days=900)
    )
    by_hand(amount=20_00, receipt=False)
    gift = begin(amount=25_00, donor=replace(MARIA, email="pia@posta.example")).donation
    tributes.dedicate(
        gift=gift, wish=tributes.Wish("honour", "Nonna Rosa", "Lucia", "lucia@posta.example")
    )
    memory_stripe.pay_by_card(session_of(gift))
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    tell(memory_stripe)
    memory_stripe.decide_dispute(session_of(gift), dispute, "won")
    tell(memory_stripe)
    account()
    imported(row())
    statement = brought(camt_of(entry(ref="")), name="novembre.xml")
    take_in(statement=statement)
    addresses = [reverse("treasury:desk"), reverse("treasury:bank")]
    addresses += [reverse("treasury:bank_line", args=[statement.lines.get().pk])]
    addresses += [reverse("treasury:promise", args=[over.public_id])]
    addresses += [reverse("treasury:letter", args=[kind, "it"]) for kind in letters.APART]
    addresses += [reverse("treasury:import", args=[past_gifts().pk])]
    with opened(browser, treasurer) as context:
        for address in addresses:
            assert visit(context, address) == [], address
        page = context.new_page()
        page.goto(HOST + addresses[0])
        told = page.inner_text("main")
        for words in ("non è passato", "non è più autorizzato", "è di nuovo qui", "Una cartolina"):
            assert words in told, words
        page.get_by_role("button", name="Me ne sono occupato").first.click()
        page.get_by_text("Segnato: torna qui").wait_for()
