"""The treasurer's month end in a real browser: a payout that does not add up, explained; the bank's
files, line by line; the month looked at, and closed; and a line that comes after."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bank_support import camt_of, csv_of, entry, row
from browser_support import HOST, faults_on_each_screen, opened, visit
from donations.models import Account, BankLine, ClosedMonth, Donation, JournalEntry
from donations.services.by_hand import today
from donations.services.figures import Month
from donations.services.receipts import ROME
from giving_support import begin, session_of
from memory_stripe import MemoryStripe
from people import roles
from transfer_support import IBAN, account, promised
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


def bring(client: Client, page: Any, data: bytes, name: str) -> None:
    """The file goes by the client: of a request that is answered here, the browser shows no file."""
    sent = {"file": SimpleUploadedFile(name, data), "conto": "altro" if data[:1] == b"<" else IBAN}
    answer = client.post(reverse("treasury:bring"), sent)
    page.goto(HOST + answer["Location"])


def test_from_the_banks_files_to_a_closed_month_and_a_late_line(browser: Any) -> None:
    account()
    last = Month((today().replace(day=1) - timedelta(days=1)).replace(day=1))
    day = last.first_day + timedelta(days=9)
    hers, late = promised(), promised(amount=18_00)
    nobody: dict[str, Any] = {"payer": "", "day": day}
    rows = [
        row("25,00", f"BON {hers.transfer.readable}", cro="C1", day=day),
        row("35,00", "EROGAZIONE LIBERALE", name="VERDI UGO", cro="C2", **nobody),
    ]
    fee = entry("15.00", "QUOTA", day=day.isoformat(), name="<Nm>Bruna Galli</Nm>", payer="")
    treasurer = member(roles.TREASURY)
    with opened(browser, treasurer) as context:
        page = context.new_page()
        bring(treasurer, page, csv_of(rows), "banca.csv")
        page.get_by_role("heading", name="Quale colonna è quale?").wait_for()
        page.get_by_role("button", name="Leggilo così").click()
        page.get_by_role("button", name="Importale").click()
        page.get_by_role("button", name="Riconoscila").click()
        page.get_by_text("1 dono riconosciuto").wait_for()
        page.get_by_role("link", name="VERDI UGO").click()
        page.get_by_role("link", name="Un dono di qualcun altro").click()
        page.get_by_label("Nome", exact=True).fill("Ugo")
        page.get_by_label("Cognome", exact=True).fill("Verdi")
        page.get_by_role("button", name="Registra", exact=True).click()
        page.get_by_text("con la ricevuta").first.wait_for()
        bring(treasurer, page, camt_of(fee), "banca.xml")
        page.get_by_role("button", name="Importale").click()
        page.get_by_role("link", name="Bruna Galli").click()
        page.get_by_label("Perché non è un dono").fill("Quota sociale")
        page.get_by_role("button", name="Mettila da parte").click()
        page.get_by_text("Messa da parte").first.wait_for()
        page.goto(
            HOST + reverse("treasury:month", args=[last.first_day.year, last.first_day.month])
        )
        page.get_by_text("Non manca niente").wait_for()
        page.get_by_label("Lo so: resta chiuso").check()
        page.locator("main form button.serious").click()
        page.get_by_text("è chiuso").first.wait_for()
        words = row("18,00", late.transfer.readable, cro="C3", day=day)
        bring(treasurer, page, csv_of([*rows, words]), "banca-di-nuovo.csv")
        page.get_by_text("1 riga nuova").wait_for()  # its columns are known by now
        page.get_by_role("button", name="Importale").click()
        page.get_by_role("link", name="ROSSI MARIA").click()
        page.get_by_role("button", name="è il dono di").first.click()
        page.get_by_text("Riconosciuto").first.wait_for()
    states = dict(BankLine.objects.values_list("amount", "state"))
    assert states == {25_00: "gift", 35_00: "gift", 15_00: "aside", 18_00: "gift"}
    assert Donation.objects.get(amount=35_00).last_name == "Verdi"
    closed, entry_of = ClosedMonth.objects.get(), JournalEntry.objects.of(late).get()
    assert closed.rows == 2 and entry_of.at >= closed.ends_at > entry_of.happened_at
    assert Account.objects.get(code="bank").balance() == 25_00 + 35_00 + 18_00
