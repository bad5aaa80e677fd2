"""The pages of giving in a real browser: accessibility, looks, life without a script."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from area_support import PAGE, ask, entered, link
from bank_support import brought, csv_of, imported, row
from browser_support import HOST, faults_on_each_screen, opened, visit
from donations.models import (
    ClosedDoor,
    Donation,
    GiftTry,
    Payout,
    RecurringDonation,
    RefundRequest,
    SuggestedAmount,
    Tribute,
)
from donations.services import (
    alerting,
    entering,
    erasing,
    erasure_requests,
    importing,
    yearly_statements,
)
from donations.services.bank_lines import recognise_promise
from donations.services.knowing import add_note, tag
from donations.services.statements import bring
from donations.services.tributes import Wish
from erasure_support import everything, removal
from form_support import open_fund
from giving_support import MARIA, begin, session_of
from giving_support import promised as promised_again
from mail.models import Message
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from transfer_support import IBAN, account, promised
from treasury_support import asked_back, by_hand, gifts, lost_event, member, suspected, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_tried() -> None:
    cache.clear()


def test_the_public_pages_have_no_faults(
    browser: Any, client: Client, memory_stripe: MemoryStripe
) -> None:
    open_fund()
    gift, cast = begin().donation, gifts(memory_stripe)
    with opened(browser, client) as context:
        for address in ("/dona/", "/dona/?importo=33&annullato=x"):
            assert visit(context, address) == []
        for state in ("checkout_open", "processing", "failed", "expired"):
            Donation.objects.filter(pk=gift.pk).update(state=state)
            assert visit(context, gift.get_absolute_url()) == [], state
        for received in (cast.settled, cast.refunded):
            assert visit(context, received.get_absolute_url()) == []
        account()
        promise = promised()
        for address in ("/dona/", promise.get_absolute_url()):
            assert visit(context, address) == [], address
        Donation.objects.filter(pk=promise.pk).update(state="expired")
        assert visit(context, promise.get_absolute_url()) == []


def test_the_donors_own_page_has_no_faults(
    browser: Any, client: Client, memory_stripe: MemoryStripe
) -> None:
    cast = gifts(memory_stripe)
    donor = cast.settled.donor
    with opened(browser, client) as context:
        for address in (PAGE, f"{PAGE}?inviata", f"{PAGE}?scaduta", f"{PAGE}entra/gone/"):
            assert visit(context, address) == [], address
        ask(client, donor.email)
        assert visit(context, link()) == []
    hers = entered(donor)
    hers.post(f"{PAGE}lettera/", {"lettera": "si"})
    promise = promised_again(memory_stripe)
    erasure_requests.ask(donor=donor, language="it")
    with opened(browser, hers) as context:
        for address in (PAGE, f"{PAGE}?salvati", f"{PAGE}dati/", f"{PAGE}cancellazione/"):
            assert visit(context, address) == [], address
        its = f"{PAGE}promessa/{promise.public_id}/"
        for state in ("active", "paused", "failing"):
            RecurringDonation.objects.update(state=state)
            for address in (its, f"{its}?done=amount", f"{its}fine/"):
                assert visit(context, address) == [], (state, address)


def test_cards_reports_and_the_guard_have_no_faults(
    browser: Any, client: Client, memory_stripe: MemoryStripe
) -> None:
    open_fund()
    gift = gifts(memory_stripe).settled
    day = timezone.localdate() + timedelta(days=9)
    wish = Wish("memory", "Nonna Rosa", "Lucia", "lucia@example.org", "Grazie.", day, time(9, 30))
    Tribute.objects.create(donation=gift, due_at=timezone.now() + timedelta(days=9), **vars(wish))
    Donation.objects.filter(pk=gift.pk).update(receipt_by_year=True)
    tried = GiftTry.objects.create(key="a" * 64, state="quarantined", mail="m", device="d")
    now = timezone.now()
    times = {"at": now, "until": now + timedelta(days=1)}
    ClosedDoor.objects.create(kind="mail", key="m", hint="m•••", **times)
    names = ("abuse", "yearly_receipts", "reports", "wall")
    staff = [reverse(f"treasury:{name}") for name in names]
    staff += [f"{reverse('treasury:reports')}?rapporto={name}" for name in ("canale", "ricorrenti")]
    staff += [reverse("treasury:abuse_try", args=[tried.pk])]
    staff += [reverse("treasury:donation", args=[gift.public_id])]
    with opened(browser, member(roles.TREASURY)) as context:
        for address in staff:
            assert visit(context, address) == [], address
    hers = [PAGE, reverse("area:tribute", args=[gift.public_id]), gift.get_absolute_url()]
    with opened(browser, entered(gift.donor)) as context:
        for address in hers:
            assert visit(context, address) == [], address
    with opened(browser, client) as context:
        page = context.new_page()
        page.goto(f"{HOST}/dona/")
        page.get_by_text("In onore o in memoria di qualcuno").click()
        assert page.locator("[name=dedicato]").is_visible()
        assert faults_on_each_screen(page) == []


def test_entering_without_a_script(
    browser: Any, client: Client, memory_stripe: MemoryStripe
) -> None:
    cast = gifts(memory_stripe)
    with opened(browser, client, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{HOST}{PAGE}")
        page.fill("#email", cast.settled.donor.email)
        page.get_by_role("button", name="Mandami il link").click()
        assert "Guarda la posta" in page.inner_text("h1")
        entering.write_due()
        page.goto(f"{HOST}{link()}")
        page.get_by_role("button", name="Entra").click()
        assert cast.receipt.label in page.inner_text("#contenuto")
        page.get_by_role("button", name="Esci").click()
        assert cast.receipt.label not in page.inner_text("#contenuto")


def test_the_form_with_errors_has_no_faults(browser: Any, client: Client) -> None:
    open_fund()
    with opened(browser, client) as context:
        page = context.new_page()
        page.goto(f"{HOST}/dona/")
        page.get_by_role("button", name="Vai al pagamento").click()
        page.wait_for_selector("#riepilogo-errori")
        assert page.locator(".errore").count() == 3
        assert faults_on_each_screen(page) == []


def test_the_treasurys_pages_have_no_faults(browser: Any, memory_stripe: MemoryStripe) -> None:
    treasurer = member(roles.TREASURY)
    lists = (
        *(
            "donations",
            "promises",
            "donors",
            "doubles",
            "ledger",
            "payouts",
            "months",
            "bank",
            "bring",
        ),
        *("receipts", "letters", "desk"),
    )
    empty = [reverse(f"treasury:{name}") for name in lists]
    empty += [reverse("treasury:letter", args=["thank_you", "it"])]
    empty += [reverse(f"treasury_funds:{name}") for name in ("index", "add")]
    with opened(browser, treasurer) as context:
        for address in empty:
            assert visit(context, address) == [], address
        cast = gifts(memory_stripe)
        erasure_requests.ask(donor=cast.settled.donor, language="it")
        memory_stripe.stray(-35)
        memory_stripe.pay_out()
        tell(memory_stripe)
        payout = reverse("treasury:payout", args=[Payout.objects.get().pk])
        lost_event(state="failed")
        lost_event(event_id="evt_parked", state="parked")
        story = reverse("treasury:donation", args=[cast.refunded.public_id])
        mail = reverse("treasury:mail", args=[cast.mail.pk])
        carried = by_hand(amount=700_00, reference="7", note="Al banchetto").public_id
        hand = [reverse(f"treasury:{name}", args=[carried]) for name in ("donation", "reverse")]
        bank = bank_pages()
        person = cast.settled.donor
        tag(donor=person, name="Socia")
        add_note(donor=person, author=User.objects.get(), text="Preferisce il telefono.")
        twin = replace(MARIA, email="maria.rossi+casa@example.org")
        begin(donor=twin)
        donor = reverse("treasury:donor", args=[person.public_id])
        again = reverse("treasury:promise", args=[promised_again(memory_stripe).public_id])
        for address in [*empty, story, mail, *hand, *bank, donor, payout, again]:
            assert visit(context, address) == [], address


def test_erasing_a_donor_has_no_faults(browser: Any, memory_stripe: MemoryStripe) -> None:
    """What would happen, the word forgotten, the proof, and what Stripe would not forget."""
    treasurer, hers = member(roles.TREASURY), everything(memory_stripe)
    donor = hers.card.donor
    erasure_requests.ask(donor=donor, language="it")
    preview = reverse("treasury:erase", args=[donor.public_id])
    with opened(browser, treasurer) as context:
        assert visit(context, preview) == []
        erasing.erase(donor=donor, reason="page", by=User.objects.first(), end_promises=True)
        other = by_hand(donor=replace(MARIA, email="altra@posta.example")).donor
        removal(other)
        for address in (
            reverse("treasury:donor", args=[donor.public_id]),
            "/admin/tesoreria/da-decidere/",
        ):
            assert visit(context, address) == [], address


def test_the_years_end_has_no_faults(browser: Any, memory_stripe: MemoryStripe) -> None:
    """Statements, the report to the Agenzia, an import and a correction, empty and filled."""
    treasurer, last = member(roles.TREASURY), timezone.now().year - 1
    first = [reverse(f"treasury:{name}") for name in ("statements", "agenzia", "imports")]
    with opened(browser, treasurer) as context:
        for address in first:
            assert visit(context, address) == [], address
        for amount, one in enumerate((MARIA, replace(MARIA, email="", codice_fiscale="")), 1):
            day = date(last, amount, 3)
            by_hand(amount=amount * 100, day=day, donor=one, method="cheque", thanks=False)
        run = yearly_statements.start(year=last, by=None)
        yearly_statements.work(seconds=600)
        gift = Donation.objects.first()
        assert gift
        text = f"Data;Importo;Nome\n01/02/{last};10;Anna\n31/02/{last};x;Bea\n"
        batch = importing.load(name="storico.csv", data=text.encode(), by=None)
        filled = [
            *first,
            reverse("treasury:statement_run", args=[run.pk]),
            reverse("treasury:import", args=[batch.pk]),
            reverse("treasury:correct", args=[gift.public_id]),
        ]
        for address in filled:
            assert visit(context, address) == [], address


def bank_pages() -> list[str]:
    """A line that is sure, one that is decided, a file with faults, one whose columns are unknown."""
    account()
    gift, paid = promised(), promised(amount=30_00)
    line, done = imported(
        row("25,00", gift.transfer.readable), row("30,00", paid.transfer.readable)
    )
    recognise_promise(line=done, donation=paid, by=None)
    faulty = brought(csv_of([row("dieci"), row("40,00")]))
    new, _made = bring(data=csv_of([row()], header="a;b;c;d;e;f;g"), name="x", iban=IBAN, by=None)
    lines = [reverse("treasury:bank_line", args=[one.pk]) for one in (line, done)]
    files = [reverse("treasury:bank_statement", args=[one.pk]) for one in (faulty, new)]
    enter = f"{reverse('treasury:enter')}?riga={line.pk}"
    return [*lines, *files, enter, f"{reverse('treasury:bank')}?vista=riconosciute"]


def test_giving_back_has_no_faults(browser: Any, memory_stripe: MemoryStripe) -> None:
    cast = gifts(memory_stripe)
    address = reverse("treasury:refund", args=[cast.settled.public_id])
    with opened(browser, member(roles.TREASURY)) as context:
        page = context.new_page()
        page.goto(HOST + address)
        page.get_by_role("button", name="Fammi vedere che cosa succede").click()
        page.get_by_text("Scegli perché").wait_for()
        assert faults_on_each_screen(page) == []
        page.get_by_label("Quanto, in euro").fill("7,50")
        page.get_by_label("Lo chiede chi ha donato").check()
        page.get_by_role("button", name="Fammi vedere che cosa succede").click()
        page.get_by_role("heading", name="Restituire 7,50").wait_for()
        assert faults_on_each_screen(page) == []
        page.get_by_role("button", name="Cambia").click()
        assert page.get_by_label("Quanto, in euro").input_value() == "7,50"
        page.get_by_role("button", name="Fammi vedere che cosa succede").click()
        page.get_by_role("button", name="Sì, restituisci 7,50").click()
        page.get_by_text("Stripe restituisce 7,50").wait_for()
        asked_back(cast.settled)
        RefundRequest.objects.filter(state="asked").update(last_error="down")
        suspected(cast.settled)
        for where in (address, reverse("treasury:desk")):
            assert visit(context, where) == [], where


def test_the_form_for_what_comes_by_hand_has_no_faults(browser: Any) -> None:
    open_fund()
    with opened(browser, member(roles.TREASURY)) as context:
        assert visit(context, reverse("treasury:enter")) == []
        page = context.new_page()
        page.goto(HOST + reverse("treasury:enter"))
        page.get_by_role("button", name="Registra", exact=True).click()
        page.get_by_text("Non è ancora registrato niente").wait_for()
        assert faults_on_each_screen(page) == []


def test_what_is_mailed_can_be_read(
    browser: Any, client: Client, memory_stripe: MemoryStripe
) -> None:
    cast = gifts(memory_stripe)
    member(roles.TREASURY, email="elio@example.org")
    memory_stripe.warn(session_of(cast.settled))
    tell(memory_stripe)
    alerting.tell()
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    alerting.tell()
    donor = cast.settled.donor
    ask(client, donor.email)
    erasure_requests.ask(donor=donor, language="it")
    erasure_requests.answer(request=donor.erasure_requests.get(), words="Uno.\n\nDue.", by=None)
    with opened(browser, client) as context:
        page = context.new_page()
        mails = list(Message.objects.all())
        assert {mail.kind for mail in mails} >= {"thank_you", "refund", "treasury_alert"}
        for mail in mails:
            page.set_content(mail.body_html)
            assert faults_on_each_screen(page) == [], mail.kind


def test_the_summary_follows_the_choice_without_a_script(browser: Any, client: Client) -> None:
    fund = open_fund()
    SuggestedAmount.objects.create(fund=fund, amount=150_00, meaning="Un mese")
    with opened(browser, client, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{HOST}/dona/")
        total = page.locator(".somma-dono .tot dd")
        assert "50,00" in total.inner_text()
        page.locator("label.importo", has_text="150 €").click()
        assert "150,00" in total.inner_text()
        assert not page.locator("#cifra").is_visible()
        page.locator("label.importo", has_text="Altro").click()
        assert page.locator("#cifra").is_visible()


def test_the_summary_follows_the_free_amount_while_it_is_typed(
    browser: Any, client: Client
) -> None:
    open_fund()
    with opened(browser, client) as context:
        page = context.new_page()
        page.goto(f"{HOST}/dona/")
        page.locator("label.importo", has_text="Altro").click()
        total = page.locator(".somma-dono .tot dd")
        for typed, said in (
            ("25", "25,00\u00a0€"),
            ("1.250,5 €", "1.250,50\u00a0€"),
            ("1 000", "1.000,00\u00a0€"),
            ("1", "al prossimo passo"),
            ("venti", "al prossimo passo"),
        ):
            page.fill("#cifra", typed)
            assert total.inner_text().strip() == said


def test_errors_come_back_without_a_script_and_nothing_is_lost(
    browser: Any, client: Client
) -> None:
    open_fund()
    with opened(browser, client, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{HOST}/dona/")
        page.fill("#nome", "Zoe")
        page.fill("#email", "zoe@esempio")
        page.get_by_role("button", name="Vai al pagamento").click()
        links = page.locator("#riepilogo-errori a")
        assert links.count() == 2
        assert page.locator("#nome").input_value() == "Zoe"
        assert page.locator("#email").input_value() == "zoe@esempio"
        links.filter(has_text="E-mail").click()
        assert page.url.endswith("#email")


@pytest.mark.parametrize("script", [True, False])
def test_the_thanks_page_learns_the_truth_by_itself(
    browser: Any, client: Client, memory_stripe: MemoryStripe, script: bool
) -> None:
    gift = begin().donation
    with opened(browser, client, java_script_enabled=script) as context:
        page = context.new_page()
        page.goto(HOST + gift.get_absolute_url())
        assert page.locator("#stato").get_attribute("data-fase") == "waiting"
        Donation.objects.filter(pk=gift.pk).update(state="processing")
        page.wait_for_selector("[data-fase=processing]", timeout=15_000)
