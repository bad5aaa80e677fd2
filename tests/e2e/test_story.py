"""The whole loop on the running product: post → visit → gift → thanks → euros on the post.

A real Chromium plays everybody; Stripe and Mastodon are the sandbox's, Bluesky is a real server.
"""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
import requests

from tests.e2e.story_cast import (
    CAMPAIGN,
    Stage,
    euros,
    next_minute,
    receipt_in,
    soon,
)
from tests.peers.conftest import bluesky_server  # noqa: F401  a fixture

pytestmark = [pytest.mark.e2e, pytest.mark.peers, pytest.mark.xdist_group("bluesky")]

HANDLE = "piusegni.test"
WORDS = "Sei metri di muro, una polenta e un paio di mani in più. Metti il tuo segno: {link}"
CORRECTED = "Sei metri di muro, due polente e un paio di mani in più. Metti il tuo segno: {link}"
ALT = "Quattro persone tirano su un muro di pietre a secco, una ride."


@pytest.fixture(scope="module")
def stage(browser, product) -> Stage:  # who has no browser need not wait for the product
    return Stage(product, browser)


def test_the_whole_story(bluesky_server: Any, stage: Stage) -> None:  # noqa: F811
    credentials = bluesky_server.account(HANDLE)
    accounts = connect(stage, credentials)
    marta, carla = stage.staff("marta"), stage.staff("carla")
    edit = write(marta, accounts)
    dashboard_asks(carla, edit)
    approve(carla, edit)
    assert not asked_of(carla).count()
    correct_and_approve_again(marta, carla, edit)
    links = published(stage, marta, edit, credentials)
    before = stage.raised()

    card = give_by_card_without_javascript(stage, links["bluesky"])
    debit = give_by_debit(stage, links["mastodon"])
    brought = {"Storia su Bluesky": (1, 25_00), "Storia su Mastodon": (1, 50_00)}
    editor_sees(marta, edit, {"Il muro del sito": (0, 0), **brought})
    thermometer_shows(stage, before + 75_00)
    dashboard_tells(marta)
    treasurer_sees(stage, card)

    stage.stripe("refund", payment_intent=debit.payment_intent)
    editor_sees(marta, edit, {**brought, "Storia su Mastodon": (0, 0)})
    thermometer_shows(stage, before + 25_00)
    treasurer_sees_refund(stage, debit, card)


# --- the accounts -----------------------------------------------------------------------------


def connect(stage: Stage, credentials: dict[str, str]) -> dict[str, str]:
    """Carla connects both networks; the boxes of the three accounts in the composer, by channel."""
    carla = stage.staff("carla")
    keys = {
        "mastodon": {"instance": f"{stage.product.sandbox}/mastodon", "token": "sandbox-storia"},
        "bluesky": credentials,
    }
    for channel, values in keys.items():
        carla.goto(f"{stage.product.url}/admin/profili/collega/{channel}/")
        carla.fill("[name=name]", f"Storia su {channel.capitalize()}")
        for name, value in values.items():
            carla.fill(f"[name={name}]", value)
        carla.get_by_role("button", name="Prova e collega").click()
        carla.locator(".messages .success").wait_for()
    carla.goto(f"{stage.product.url}/admin/post/add/")
    named = {
        "wall": "Il muro del sito",
        "mastodon": "Storia su Mastodon",
        "bluesky": "Storia su Bluesky",
    }
    boxes = {
        channel: carla.get_by_label(name, exact=True).get_attribute("value")
        for channel, name in named.items()
    }
    carla.context.close()
    return boxes


# --- the post ---------------------------------------------------------------------------------


def write(marta: Any, accounts: dict[str, str]) -> str:
    """The post of the campaign, with what stands in its way told while she writes; its edit page."""
    marta.goto(marta.url + "post/add/")
    marta.select_option("[name=campaign]", label="DonoDay 2026")
    for box in marta.locator("[name=accounts]").all():
        box.set_checked(box.get_attribute("value") in accounts.values())
    marta.fill("[name=text]", WORDS + " ancora" * 40)
    problem = marta.locator(f"#sp-problems-{accounts['bluesky']} .sp-bad")
    problem.get_by_text("su 300").wait_for()
    assert not marta.locator(f"#sp-problems-{accounts['mastodon']} .sp-bad").count()
    marta.fill("[name=text]", WORDS)
    problem.wait_for(state="detached")
    marta.get_by_role("button", name="Scegli una immagine").click()
    marta.locator(".modal-body [data-chooser-modal-choice]").first.click()
    marta.locator(".modal-body").wait_for(state="detached")
    marta.locator("#sp-verdict .sp-bad").wait_for()  # nobody has said what the picture shows
    marta.fill("[name=alt_text]", ALT)
    marta.locator("[data-card=photo][src^='blob:']").wait_for()
    marta.locator("label:has([name=card][value=photo])").click()
    when = next_minute(at_least=600)
    marta.fill("[name=planned_date]", f"{when:%d/%m/%Y}")
    marta.fill("[name=planned_time]", f"{when:%H:%M}")
    marta.keyboard.press("Escape")
    marta.locator("#sp-verdict .sp-ok").wait_for()
    previews(marta)
    marta.locator("[name=action-submit]").first.click()
    marta.wait_for_url("**/admin/post/")
    marta.get_by_role("link", name=WORDS[:40]).click()
    marta.wait_for_url("**/admin/post/edit/**")
    return str(marta.url)


def previews(marta: Any) -> None:
    """Each network's look, in the panel beside the form."""
    marta.locator("[data-side-panel-toggle=preview]").click()
    for mode in ("wall", "mastodon", "bluesky"):
        marta.locator(f"[data-sp-mode={mode}]").click()
        sheet = marta.frame_locator(f"#w-preview-iframe[src*='mode={mode}']")
        sheet.get_by_text("Sei metri di muro").first.wait_for()
    marta.locator("[data-side-panel-toggle=preview]").click()


def approve(carla: Any, edit: str) -> None:
    carla.goto(edit)
    carla.get_by_role("button", name="Sì, può uscire").click()
    carla.locator(".messages .success").wait_for()


def correct_and_approve_again(marta: Any, carla: Any, edit: str) -> None:
    """An edit after the yes holds the post; only another yes lets it go."""
    marta.goto(edit)
    when = next_minute(at_least=30)
    marta.fill("[name=text]", CORRECTED)
    marta.fill("[name=planned_date]", f"{when:%d/%m/%Y}")
    marta.fill("[name=planned_time]", f"{when:%H:%M}")
    marta.keyboard.press("Escape")
    marta.locator("#sp-verdict .sp-ok").wait_for()
    marta.locator("[name=action-submit]").first.click()
    marta.wait_for_url("**/admin/post/")
    marta.goto(edit)
    marta.get_by_text("Fermo: non esce niente").wait_for()
    assert states(marta, edit) == {"Fermo"}
    approve(carla, edit)
    assert states(marta, edit) == {"Pianificato"}


def rows(page: Any, edit: str) -> dict[str, list[str]]:
    """Of each account: state, visits, gifts, euros."""
    page.goto(edit)
    page.locator(".sp-postpage").wait_for()
    table = page.locator(".sp-postpage table tbody tr")
    return {
        row.locator("th").inner_text().split("\n")[-1].strip(): [
            row.locator(".sp-state").inner_text().strip(),
            *row.locator("td.sp-num").all_inner_texts(),
        ]
        for row in table.all()
    }


def states(page: Any, edit: str) -> set[str]:
    return {row[0] for row in rows(page, edit).values()}


# --- at its minute ----------------------------------------------------------------------------


def published(stage: Stage, marta: Any, edit: str, credentials: dict[str, str]) -> dict[str, str]:
    """Each network has it once, each with a short link of its own; the links."""
    soon("it goes out", lambda: states(marta, edit) == {"Uscito"}, 150)
    texts = {
        "wall": [entry["content_text"] for entry in stage.get("/muro/feed.json").json()["items"]],
        "mastodon": mastodon(stage),
        "bluesky": bluesky(credentials),
    }
    links = {}
    for channel, found in texts.items():
        (text,) = [text for text in found if "due polente" in text]
        (links[channel],) = re.findall(r"https?://[^\s\"<]+/s/[\w-]+", text)
    assert len(set(links.values())) == 3
    assert not [
        text for found in texts.values() for text in found if "una polenta e un paio" in text
    ]
    assert "due polente" in stage.get("/muro/").text
    assert stage.get("/muro/feed.atom").text.count("due polente") >= 1
    return links


def mastodon(stage: Stage) -> list[str]:
    base, keys = (
        f"{stage.product.sandbox}/mastodon/api/v1",
        {"Authorization": "Bearer sandbox-storia"},
    )
    me = requests.get(f"{base}/accounts/verify_credentials", headers=keys, timeout=20).json()["id"]
    found = requests.get(f"{base}/accounts/{me}/statuses", headers=keys, timeout=20).json()
    assert all(status["media_attachments"][0]["description"] for status in found)
    return [status["content"] for status in found]


def bluesky(credentials: dict[str, str]) -> list[str]:
    """From the server's own records: the text, and where its link leads."""
    found = requests.get(
        f"{credentials['service']}/xrpc/com.atproto.repo.listRecords",
        params={"repo": credentials["handle"], "collection": "app.bsky.feed.post"},
        timeout=20,
    ).json()["records"]
    values = [record["value"] for record in found]
    assert all(value["embed"]["images"][0]["alt"] for value in values)
    return [value["text"] for value in values]


# --- the donors -------------------------------------------------------------------------------


def follow(stage: Stage, page: Any, link: str) -> None:
    """From the post to the campaign's page with its thermometer, and on to its own form."""
    page.goto(link)
    assert page.url == stage.product.url + CAMPAIGN
    assert page.locator(".quanto b.num").first.inner_text()
    page.get_by_role("link", name="Dona per #DonoDay2026").first.click()
    page.get_by_role("heading", level=1).wait_for()


def fill_in(page: Any, *, amount: str, name: str, mail: str) -> None:
    page.check("#libero", force=True)
    page.fill("[name=cifra]", amount)
    page.fill("[name=nome]", name)
    page.fill("[name=cognome]", "Storia")
    page.fill("[name=email]", mail)
    page.get_by_role("button", name="Vai al pagamento").click()


@dataclass(frozen=True)
class Given:
    """A gift as its donor knows it."""

    page: str  # where she is thanked
    letter: EmailMessage
    receipt: str
    payment_intent: str = ""

    @property
    def at_the_treasury(self) -> str:
        return self.page.replace("/dona/grazie/", "/admin/tesoreria/donazione/")


def numbered(paper: str) -> str:
    (number,) = set(re.findall(r"\b20\d\d/\d{6}\b", paper))
    return str(number)


def give_by_card_without_javascript(stage: Stage, link: str) -> Given:
    """One mail with one numbered receipt."""
    mail = "lia@storia.example"
    page = stage.visitor(java_script_enabled=False, viewport={"width": 390, "height": 844})
    follow(stage, page, link)
    fill_in(page, amount="25,00", name="Lia", mail=mail)
    assert page.url.startswith(stage.product.sandbox)
    page.get_by_label("Carta", exact=False).first.check()
    page.get_by_role("button", name="25,00").click()
    page.wait_for_url(f"{stage.product.url}/dona/grazie/**")
    # no script: the page looks again by itself
    page.get_by_role("heading", name="Grazie, Lia.").wait_for(timeout=45_000)
    (letter,) = soon("thanks by mail", lambda: stage.mails(mail))
    paper = receipt_in(letter)
    assert "25,00" in paper and "Lia Storia" in paper
    return Given(str(page.url), letter, numbered(paper))


def give_by_debit(stage: Stage, link: str) -> Given:
    """In progress first, without a receipt; thanks when the bank has paid."""
    mail = "ugo@storia.example"
    page = stage.visitor(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    follow(stage, page, link)
    fill_in(page, amount="50", name="Ugo", mail=mail)
    page.get_by_label("SEPA", exact=False).first.check()
    page.get_by_role("button", name="50,00").click()
    page.wait_for_url(f"{stage.product.url}/dona/grazie/**")
    page.locator("[data-fase=processing]").wait_for(timeout=30_000)
    (first,) = soon("a word that it is in progress", lambda: stage.mails(mail))
    assert not list(first.iter_attachments())
    payment = newest_payment(stage)
    stage.stripe("settle", payment_intent=payment, outcome="succeeded")
    # days later, as a rule: nobody watches the page, one comes back to it
    soon(
        "thanks on the page", lambda: page.reload() and page.locator("[data-fase=settled]").count()
    )
    letters = soon("thanks by mail", lambda: (got := stage.mails(mail)) and len(got) == 2 and got)
    paper = receipt_in(letters[-1])
    assert "50,00" in paper
    return Given(str(page.url), letters[-1], numbered(paper), payment)


def newest_payment(stage: Stage) -> str:
    """As a person would copy it from Stripe's dashboard."""
    found = requests.get(
        f"{stage.product.sandbox}/v1/payment_intents",
        params={"limit": 1},
        auth=("sk_test_sandbox", ""),
        timeout=20,
    ).json()
    return str(found["data"][0]["id"])


# --- what everybody sees of it ----------------------------------------------------------------


def thermometer_shows(stage: Stage, cents: int) -> None:
    """A page may be some seconds older than the books, and no more."""
    soon(f"the thermometer at {cents} cents", lambda: stage.raised() == cents, 5)


def editor_sees(marta: Any, edit: str, wanted: dict[str, tuple[int, int]]) -> None:
    """Of each account: gifts and euros; whoever was followed has visits."""

    def seen() -> bool:
        told = rows(marta, edit)
        return all(
            (int(told[account][2]), euros(told[account][3])) == (gifts, cents)
            and (int(told[account][1]) > 0) == (account != "Il muro del sito")
            for account, (gifts, cents) in wanted.items()
        )

    soon(f"on the post: {wanted}", seen)


def asked_of(carla: Any) -> Any:
    """On her dashboard, under what waits for her: this post."""
    carla.goto(carla.url.split("/admin/")[0] + "/admin/")
    waiting = carla.locator("section[aria-labelledby=needs-me]")
    waiting.get_by_role("heading", name="Aspetta te").wait_for()
    return waiting.locator("li", has_text="Un post aspetta il tuo sì").filter(has_text=WORDS[:30])


def dashboard_asks(carla: Any, edit: str) -> None:
    asked_of(carla).get_by_role("link", name="Leggi e rispondi").click()
    carla.wait_for_url(edit)


def dashboard_tells(marta: Any) -> None:
    """What went out and what came in; nothing of it needs her."""
    marta.goto(marta.url.split("/admin/")[0] + "/admin/")
    out = marta.locator("section[aria-labelledby=goes-out] li", has_text="due polente")
    assert "Uscito" in out.inner_text()
    came = marta.locator("section[aria-labelledby=came-in] tr")
    for account, cents in (("Storia su Bluesky", 25_00), ("Storia su Mastodon", 50_00)):
        assert euros(came.filter(has_text=account).locator(".sp-num").inner_text()) == cents
    waiting = marta.locator("section[aria-labelledby=needs-me]")
    assert not waiting.get_by_text("due polente").count()


def treasurer_sees(stage: Stage, card: Given) -> None:
    """Donation, ledger, receipt, and exactly what was mailed."""
    elio = stage.staff("elio")
    elio.goto(card.at_the_treasury)
    heading = elio.locator("h1.sp-title").inner_text()
    assert "25,00" in heading and "Lia Storia" in heading
    elio.get_by_text(f"Emessa la ricevuta {card.receipt}").wait_for()
    elio.get_by_role("link", name="Leggi la mail esattamente com’è").click()
    elio.wait_for_url("**/admin/tesoreria/posta/**")
    mailed(elio, card.letter)
    rows = ledger_of(elio, stage, card)
    assert {title: cents for title, (_from, _to, cents) in rows.items()} == {
        "Dono": 25_00,
        "Commissione Stripe": 63,
    }
    assert "Annullata" not in receipt_row(elio, stage, card)
    elio.context.close()


def mailed(elio: Any, letter: EmailMessage) -> None:
    """The page of the mail shows what went over the wire, to the letter and the byte."""
    assert elio.locator("h1.sp-title").inner_text() == letter["Subject"]
    elio.get_by_text(letter["Message-ID"], exact=True).wait_for()
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text and html
    shown = elio.locator(".sp-mail").text_content()
    assert shown.split() == text.get_content().split()
    address = elio.locator("iframe.giving-mail").get_attribute("src")
    body = elio.request.get(elio.url.split("/admin/")[0] + address)
    assert body.text().split() == html.get_content().split()
    (paper,) = letter.iter_attachments()
    link = elio.get_by_role("link", name=str(paper.get_filename()), exact=True)
    file = elio.request.get(elio.url.split("/admin/")[0] + link.get_attribute("href"))
    assert file.body() == paper.get_content()


def ledger_of(elio: Any, stage: Stage, gift: Given) -> dict[str, tuple[str, str, int]]:
    """Of each of the gift's rows by what it is called: debit, credit, cents."""
    elio.goto(f"{stage.product.url}/admin/tesoreria/prima-nota/")
    path = gift.at_the_treasury.removeprefix(stage.product.url)
    rows = {}
    for row in elio.locator("main tbody tr", has=elio.locator(f'a[href="{path}"]')).all():
        _when, debit, credit, amount = row.locator("td").all_inner_texts()
        title = row.locator("th").inner_text().splitlines()[0].strip()
        rows[title] = (debit, credit, euros(amount))
    return rows


def receipt_row(elio: Any, stage: Stage, gift: Given) -> str:
    elio.goto(f"{stage.product.url}/admin/tesoreria/ricevute/?cerca={gift.receipt}")
    named = elio.locator("th", has_text=gift.receipt)
    return str(elio.locator("main tbody tr", has=named).inner_text())


def treasurer_sees_refund(stage: Stage, debit: Given, card: Given) -> None:
    """Of this gift and of no other."""
    elio = stage.staff("elio")
    elio.goto(debit.at_the_treasury)
    told = elio.locator("main").inner_text()
    assert "−50,00" in told, told
    assert f"Annullata la ricevuta {debit.receipt}" in told, told
    rows = ledger_of(elio, stage, debit)
    assert rows.keys() == {"Dono", "Commissione Stripe", "Rimborso"}
    debited, credited, cents = rows["Dono"]
    assert cents == 50_00 and rows["Rimborso"] == (credited, debited, 50_00)
    assert "Annullata" in receipt_row(elio, stage, debit)
    assert "Annullata" not in receipt_row(elio, stage, card)
    soon("a mail about the refund", lambda: len(stage.mails(debit.letter["To"])) == 3)
    elio.context.close()
