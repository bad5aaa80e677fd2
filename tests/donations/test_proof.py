"""The work that a browser does while the brake is on: what is taken for it, and that giving goes on
without."""

import base64
import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import altcha
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from browser_support import HOST, faults_on_each_screen, opened
from donations import form_tokens, guard, proof
from donations.models import ClosedDoor, Donation, GiftTry
from donations.services import guarding
from form_support import open_fund, typed
from memory_stripe import MemoryStripe
from people import limits, roles
from people.limits import Limit
from treasury_support import member

pytestmark = pytest.mark.django_db
PAGE = "/dona/"
State, Reason, Proof = GiftTry.State, GiftTry.Reason, GiftTry.Proof


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window of a limit ends meanwhile, and Python solves it in a moment."""
    open_fund()
    monkeypatch.setattr(limits, "time", lambda: 6_000_000.0)
    monkeypatch.setattr(proof, "MOST", 50)


@pytest.fixture
def brake() -> ClosedDoor:
    now = timezone.now()
    times = {"at": now, "until": now + timedelta(minutes=30)}
    return ClosedDoor.objects.create(kind="house", reason="declines", **times)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every form has been open for a while."""
    monkeypatch.setattr(guard, "age_of", lambda token: 60.0)


def broken(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("out of order")


def solved(challenge: str) -> str:
    asked = altcha.Challenge.from_dict(json.loads(challenge))
    found = altcha.solve_challenge(asked)
    assert found
    return altcha.Payload(asked, found).to_base64()


def worked(**changes: Any) -> dict[str, Any]:
    """A form whose browser did the work."""
    token = form_tokens.new_token()
    answer = solved(proof.challenge(form_tokens.read_token(token)))
    return typed(token=token, prova=answer, **changes)


def send(form: dict[str, Any], address: str = "192.0.2.7") -> Any:
    return Client().post(PAGE, form, REMOTE_ADDR=address)


def drawn(answer: Any) -> str:
    found = re.search(r'data-prova="([^"]*)"', answer.content.decode())
    return unescape(found[1]) if found else ""


# --- the answer ------------------------------------------------------------------------------------


def test_what_was_worked_out_is_taken_and_cheap_to_check() -> None:
    token = uuid4()
    text = solved(proof.challenge(token))
    read = proof.read(text, token)
    assert read.state == Proof.SOLVED and read.mark and len(text) < proof.LONGEST
    assert proof.works()


def test_a_challenge_is_good_for_one_form_only() -> None:
    assert proof.read(solved(proof.challenge(uuid4())), uuid4()).state == Proof.WRONG


def test_a_challenge_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    token = uuid4()
    text = solved(proof.challenge(token))
    monkeypatch.setattr("altcha.v2.time.time", lambda: proof.time() + proof.LIFE + 5)
    assert proof.read(text, token).state == Proof.WRONG


@pytest.mark.parametrize("how", ["counter", "key", "easier", "longer", "other key", "unsigned"])
def test_what_was_not_worked_out_is_wrong(how: str, settings: Any) -> None:
    token = uuid4()
    found = json.loads(base64.b64decode(solved(proof.challenge(token))))
    asked = found["challenge"]
    if how == "counter":
        found["solution"]["counter"] += 1
    elif how == "key":
        found["solution"]["derivedKey"] = "0" * 64
    elif how == "easier":
        asked["parameters"]["keyPrefix"] = ""
    elif how == "longer":
        asked["parameters"]["expiresAt"] += 9999
    elif how == "other key":
        settings.SECRET_KEY = "another one"
    else:
        asked["signature"] = None
    text = base64.b64encode(json.dumps(found).encode()).decode()
    assert proof.read(text, token).state == Proof.WRONG


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "é",
        "e30=",
        "bnVsbA==",
        "WzFd",
        "x" * 9_999,
        base64.b64encode(b'{"challenge":{"parameters":1},"solution":[]}').decode(),
    ],
)
def test_rubbish_is_wrong_and_switches_nothing_off(text: str) -> None:
    assert proof.read(text, uuid4()).state == Proof.WRONG
    assert proof.works()


def test_nothing_sent_is_nothing_done() -> None:
    assert proof.read("", uuid4()).state == Proof.NONE


def test_it_serves_once() -> None:
    answer = proof.read(solved(proof.challenge(token := uuid4())), token)
    assert [proof.first_use(answer) for _ in range(3)] == [True, False, False]
    other = proof.read(solved(proof.challenge(token)), token)
    assert proof.first_use(other)


# --- the form --------------------------------------------------------------------------------------


def test_without_the_brake_nobody_is_asked(memory_stripe: MemoryStripe) -> None:
    page = Client().get(PAGE)
    assert not drawn(page) and "proof.js" not in page.content.decode()
    assert send(typed()).status_code == 303
    assert GiftTry.objects.get().proof == Proof.UNASKED


def test_the_page_asks_and_whoever_did_the_work_need_not_wait(
    brake: ClosedDoor, memory_stripe: MemoryStripe
) -> None:
    page = Client().get(PAGE)
    text = page.content.decode()
    assert "proof.js" in text and "Stiamo controllando che tu non sia un programma…" in text
    found = re.search(r'name="token" value="([^"]*)"', text)
    assert found
    assert send(typed(token=found[1], prova=solved(drawn(page)))).status_code == 303
    row = GiftTry.objects.get()
    assert (row.state, row.proof) == (State.PASSED, Proof.SOLVED)


def test_without_it_one_waits_and_the_form_comes_back_with_the_work(
    brake: ClosedDoor, memory_stripe: MemoryStripe
) -> None:
    form = typed(nome="Zoe")
    again = send(form)
    assert again.status_code == 429 and 'value="Zoe"' in again.content.decode()
    assert GiftTry.objects.get().proof == Proof.NONE
    assert send({**form, "prova": solved(drawn(again))}).status_code == 303
    row = GiftTry.objects.get()
    assert (row.state, row.proof, row.times) == (State.PASSED, Proof.SOLVED, 2)


def test_after_the_pause_one_passes_without_it(
    brake: ClosedDoor, patient: None, memory_stripe: MemoryStripe
) -> None:
    assert send(typed()).status_code == 303
    assert send(typed(prova="rubbish")).status_code == 303
    assert {row.proof for row in GiftTry.objects.all()} == {Proof.NONE, Proof.WRONG}


def test_used_twice_it_counts_as_not_done(brake: ClosedDoor, memory_stripe: MemoryStripe) -> None:
    form = worked()
    assert send(form).status_code == 303
    assert send({**form, "importo": "15"}).status_code == 429
    assert Donation.objects.count() == 1 and len(memory_stripe.orders) == 1


@pytest.mark.parametrize("place", ["create_challenge", "verify_solution"])
def test_where_it_is_out_of_order_giving_goes_on_as_without_it(
    brake: ClosedDoor,
    patient: None,
    memory_stripe: MemoryStripe,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    form = worked()
    monkeypatch.setattr(altcha, place, broken)
    monkeypatch.setattr(guarding, "UNPROVEN", Limit("t-unproven", 0, 60))
    monkeypatch.setattr(guarding, "UNPROVEN_OF_NETWORK", Limit("t-unproven-network", 0, 600))
    assert Client().get(PAGE).status_code == 200
    assert send(typed()).status_code == 303
    if place == "verify_solution":
        assert send(form).status_code == 303
    assert {row.proof for row in GiftTry.objects.all()} == {Proof.DOWN}
    staff = member(roles.TREASURY, email="elio@example.org")
    assert "Non funziona" in staff.get(reverse("treasury:abuse")).content.decode()


def test_switched_off_the_other_layers_go_on(
    brake: ClosedDoor, memory_stripe: MemoryStripe, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROOF_OF_WORK = False
    monkeypatch.setattr(guarding, "UNPROVEN", Limit("t-unproven", 0, 60))
    assert not drawn(Client().get(PAGE))
    form = typed()
    assert send(form).status_code == 429
    monkeypatch.setattr(guard, "age_of", lambda token: 10.0)
    assert send(form).status_code == 303


def test_testers_without_it_use_up_their_own_share_and_no_donors(
    brake: ClosedDoor, patient: None, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Testers from forty networks, donors with a script, and some without, from places of their own."""
    monkeypatch.setattr(guarding, "UNPROVEN", Limit("t-unproven", 30, 60))
    monkeypatch.setattr(guarding, "UNPROVEN_OF_NETWORK", Limit("t-unproven-network", 2, 600))
    monkeypatch.setattr(guarding, "RUSH", Limit("t-rush", 60, 15))  # the clock stands still here
    donors, scriptless, testers = [], [], []
    for number in range(240):
        form = typed(email=f"x{number}@example.org")
        testers.append(send(form, f"198.51.{number % 10}.{number % 50}").status_code)
        if number % 20 == 0:
            own = worked(email=f"r{number}@example.org")
            donors.append(send(own, f"203.{number // 20}.113.5").status_code)
        if number % 60 == 0:
            own = typed(email=f"s{number}@example.org")
            scriptless.append(send(own, f"192.{number // 60}.2.5").status_code)
    assert donors == [303] * 12 and scriptless == [303] * 4
    assert testers.count(303) == 20
    assert len(memory_stripe.orders) == 36
    stopped = GiftTry.objects.filter(state=State.SLOWED)
    assert {row.reason for row in stopped} == {Reason.PROOF} and stopped.count() == 220


def test_where_their_share_is_used_up_the_work_leads_on(
    brake: ClosedDoor, patient: None, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "UNPROVEN", Limit("t-unproven", 1, 60))
    assert send(typed(), "198.51.100.1").status_code == 303
    form = typed(nome="Zoe")
    again = send(form)
    page = again.content.decode()
    assert again.status_code == 429 and 'value="Zoe"' in page and "Retry-After" in again
    assert "il controllo che il tuo browser fa da solo" in page
    assert send({**form, "prova": solved(drawn(again))}).status_code == 303


def test_those_who_did_the_work_have_a_limit_too(
    brake: ClosedDoor, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "BRAKED", Limit("t-braked", 2, 60))
    answers = [send(worked(), f"198.51.{number}.1").status_code for number in range(4)]
    assert answers == [303, 303, 429, 429]


def test_the_treasury_sees_how_it_stands(brake: ClosedDoor, memory_stripe: MemoryStripe) -> None:
    send(worked())
    send(typed())
    send(typed(prova="rubbish"))
    send(typed(prova="rubbish"))
    staff = member(roles.TREASURY, email="elio@example.org")
    page = staff.get(reverse("treasury:abuse")).content.decode()
    assert "Acceso: il freno è acceso" in page
    found = re.findall(r"<dt>([^<]*)</dt><dd>(\d+)</dd>", page)
    assert found == [("Fatto", "1"), ("Sbagliato, scaduto o già usato", "2"), ("Non fatto", "1")]
    ClosedDoor.objects.all().delete()
    assert "Pronto" in staff.get(reverse("treasury:abuse")).content.decode()


# --- in a browser ----------------------------------------------------------------------------------


def fill_in(page: Any) -> None:
    page.goto(f"{HOST}{PAGE}")
    page.fill("#nome", "Anna")
    page.fill("#cognome", "Esempio")
    page.fill("#email", "anna@example.org")


def passed(page: Any) -> GiftTry:
    """The form has been let through; the payment page that follows is not there in a test."""
    for _turn in range(150):
        if row := GiftTry.objects.filter(state=State.PASSED).first():
            return row
        page.wait_for_timeout(100)
    raise AssertionError(page.inner_text("body"))


def test_the_browser_works_while_one_types(
    browser: Any,
    client: Client,
    brake: ClosedDoor,
    memory_stripe: MemoryStripe,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proof, "MOST", 50_000)
    said: list[str] = []
    with opened(browser, client) as context:
        page = context.new_page()
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        fill_in(page)
        page.get_by_text("Controllo fatto").wait_for()
        assert not [line for line in said if "Content Security" in line]
        assert faults_on_each_screen(page) == []
        page.get_by_role("button", name="Vai al pagamento").click(no_wait_after=True)
        row = passed(page)
    assert row.proof == Proof.SOLVED


def test_a_form_that_is_sent_early_waits_for_the_work(
    browser: Any,
    client: Client,
    brake: ClosedDoor,
    memory_stripe: MemoryStripe,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proof, "randbelow", lambda most: 1_500_000)
    with opened(browser, client) as context:
        page = context.new_page()
        fill_in(page)
        page.get_by_role("button", name="Vai al pagamento").dblclick(no_wait_after=True)
        row = passed(page)
    assert (row.proof, row.times) == (Proof.SOLVED, 1)


def test_without_a_script_one_passes_after_the_pause(
    browser: Any,
    client: Client,
    brake: ClosedDoor,
    memory_stripe: MemoryStripe,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ages = iter([1.0, 6.0])
    monkeypatch.setattr(guard, "age_of", lambda token: next(ages))
    with opened(browser, client, java_script_enabled=False) as context:
        page = context.new_page()
        fill_in(page)
        page.get_by_role("button", name="Vai al pagamento").click()
        assert page.locator("#nome").input_value() == "Anna"
        assert "Stiamo controllando" not in page.inner_text("#contenuto")
        page.get_by_role("button", name="Vai al pagamento").click(no_wait_after=True)
        row = passed(page)
    assert (row.proof, row.times) == (Proof.NONE, 2)
