"""The pages in a real browser: without JavaScript, out to the site and back, axe, widths."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import axe_playwright_python
import pytest

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def site():
    """A site of another origin that donors come back to."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<title>site</title>")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def session(client, order, site):
    back = {"success_url": f"{site}/grazie?s={{CHECKOUT_SESSION_ID}}", "cancel_url": f"{site}/"}
    return client.v1.checkout.sessions.create(order(**back))


@pytest.fixture
def plain(browser):
    """A page of a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, locale="it-IT")
    yield context.new_page()
    context.close()


def test_a_donor_pays_and_comes_back(plain, session, site):
    plain.goto(session.url)
    plain.get_by_role("button", name="Dona 25,00 €").click()
    plain.wait_for_url(f"{site}/grazie?s={session.id}")


def test_a_donor_is_declined_then_confirms_to_the_bank(plain, session, site):
    plain.goto(session.url)
    plain.get_by_label("La banca la rifiuta").check()
    plain.get_by_role("button", name="Dona").click()
    assert "rifiutata" in plain.get_by_role("alert").inner_text()
    plain.get_by_label("Chiede la conferma 3-D Secure").check()
    plain.get_by_role("button", name="Dona").click()
    plain.get_by_role("button", name="Autorizza").click()
    plain.wait_for_url(f"{site}/grazie?s={session.id}")


def test_a_donor_changes_their_mind(plain, session, site):
    plain.goto(session.url)
    plain.get_by_role("link", name="Annulla e torna al sito").click()
    plain.wait_for_url(f"{site}/")


def test_a_donor_mends_a_charge_and_changes_card(plain, client, begun, bills, fall_due, site):
    promise = begun("card_fails_later")
    fall_due(promise)
    plain.goto(bills(promise)[1].hosted_invoice_url)
    plain.get_by_label("Chiede la conferma 3-D Secure").check()
    plain.get_by_role("button", name="Paga 15,00 €").click()
    plain.get_by_role("button", name="Autorizza").click()
    assert plain.get_by_role("heading", name="Pagato").is_visible()
    wanted = {"customer": promise.customer, "return_url": f"{site}/area/"}
    plain.goto(client.v1.billing_portal.sessions.create(wanted).url)
    plain.get_by_role("link", name="Cambia metodo di pagamento").click()
    plain.get_by_role("button", name="Salva").click()
    assert plain.get_by_role("status").inner_text() == "Fatto"
    plain.get_by_role("link", name="Torna al sito").click()
    plain.wait_for_url(f"{site}/area/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_pages_fit_and_are_accessible(
    browser, client, session, begun, bills, fall_due, sandbox, width, scheme
):
    promise = begun("card_fails_later")
    sandbox.control("stripe/pay", session=session.id, method="card_declined")
    fall_due(promise)
    bill = bills(promise)[1].hosted_invoice_url
    wanted = {"customer": promise.customer, "return_url": f"{sandbox.url}/"}
    portal = client.v1.billing_portal.sessions.create(wanted).url
    viewport = {"width": width, "height": 900}
    context = browser.new_context(viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    pages = (f"{sandbox.url}/_control/", f"{sandbox.url}/checkout/none", bill)
    cancel = f"{portal}/cancel/{promise.id}"
    for url in (session.url, *pages, portal, f"{portal}/method", cancel):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.evaluate(AXE)
        found = page.evaluate("axe.run()")["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert [text for text in complaints if "404" not in text] == []
    context.close()
