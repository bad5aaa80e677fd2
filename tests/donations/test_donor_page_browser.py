"""A donor on her own page in a real browser, on a phone: from the link in the mail to the end of her
recurring gift, in two clicks. Script on, the strict policy in force."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from area_support import PAGE, link
from browser_support import HOST, faults_on_each_screen, opened
from donations.models import PromiseChange, RecurringDonation
from donations.services import entering, inbox
from donations.services.acknowledging import write_due
from giving_support import process, promised
from mail.services import send_due
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
ORIGIN = "Cross-Origin-Opener-Policy"  # only because this host speaks no https
PHONE = {"viewport": {"width": 390, "height": 844}}


def heard(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()


def says(page: Any, words: str) -> None:
    page.get_by_text(words).first.wait_for()


def test_from_the_link_in_the_mail_to_the_end_in_two_clicks(
    browser: Any, client: Client, memory_stripe: MemoryStripe
) -> None:
    promise = promised(memory_stripe)
    write_due()
    send_due()
    with opened(browser, client, **PHONE) as context:
        page = context.new_page()
        wrong: list[str] = []
        page.on(
            "console",
            lambda told: (
                wrong.append(told.text)
                if told.type == "error" and ORIGIN not in told.text
                else None
            ),
        )
        page.goto(f"{HOST}{PAGE}")
        page.fill("#email", promise.donor.email)
        page.get_by_role("button", name="Mandami il link").click()
        page.get_by_role("status").wait_for()  # its answer is there: nothing is under way any more
        entering.write_due()
        page.goto(f"{HOST}{link()}")
        page.get_by_role("button", name="Entra").click()
        page.get_by_role("link", name="Cambia, metti in pausa o ferma").click()

        page.fill("[name=cifra]", "40")
        page.get_by_role("button", name="Cambia la cifra").click()
        says(page, "Fatto.")
        assert "40,00" in page.inner_text("h1")

        day = timezone.localdate() + timedelta(days=40)
        page.fill("[name=giorno]", day.isoformat())
        page.get_by_role("button", name="Metti in pausa").click()
        says(page, "Fatto.")
        promise.refresh_from_db()
        assert promise.state == RecurringDonation.State.PAUSED
        page.get_by_role("button", name="Riprendi subito").click()
        page.get_by_role("button", name="Salta il prossimo").wait_for()

        memory_stripe.fail(str(promise.subscription_id))
        heard(memory_stripe)
        page.reload()
        promise.refresh_from_db()
        mend = page.get_by_role("link", name="Sistemalo")
        assert mend.get_attribute("href") == promise.repair_url
        assert faults_on_each_screen(page) == []

        page.get_by_role("link", name="Ferma questo dono").click()
        page.get_by_label("Perché").select_option("money")
        assert faults_on_each_screen(page) == []
        page.get_by_role("button", name="Ferma", exact=False).click()
        says(page, "È finito.")
        assert not wrong, wrong
    promise.refresh_from_db()
    assert (promise.state, promise.end_reason) == (RecurringDonation.State.ENDED, "donor")
    done = PromiseChange.objects.values_list("kind", "state", "reason")
    assert list(done) == [
        ("amount", "done", ""),
        ("pause", "done", ""),
        ("resume", "done", ""),
        ("cancel", "done", "money"),
    ]


def test_an_account_that_may_not_be_debited_leads_to_stripes_page(
    browser: Any, client: Client, memory_stripe: MemoryStripe
) -> None:
    promise = promised(memory_stripe)
    memory_stripe.take_leave_back(str(promise.subscription_id))
    heard(memory_stripe)
    entering.ask(email=str(promise.donor.email), language="it")
    entering.write_due()
    with opened(browser, client, **PHONE) as context:
        page = context.new_page()
        page.goto(f"{HOST}{link()}")
        page.get_by_role("button", name="Entra").click()
        page.get_by_role("link", name="Cambia, metti in pausa o ferma").click()
        page.get_by_role("link", name="Scegli un altro conto o una carta").click()
        page.get_by_role("heading", name="Carta o conto").wait_for()
        assert page.url.endswith("#strumento")
        assert faults_on_each_screen(page) == []
        sent = page.locator("form", has=page.get_by_role("button", name="Cambia la carta"))
        assert sent.get_attribute("action").endswith("/carta/")
