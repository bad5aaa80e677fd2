"""The pages a person clicks: plain forms, Italian, no script; as a browser without JavaScript."""

import re
from datetime import UTC, datetime

import pytest
import requests

from sandbox.web import in_rome


@pytest.fixture
def session(client, order):
    return client.v1.checkout.sessions.create(order())


def click(session, method, email="anna@example.org"):
    """Send the form of the hosted page; redirects are not followed."""
    data = {"method": method, "email": email}
    return requests.post(session.url, data=data, allow_redirects=False, timeout=5)


def state(client, session):
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})


def test_the_page_says_what_is_paid_and_that_it_is_a_trial(session):
    page = requests.get(session.url, timeout=5)
    assert page.status_code == 200
    assert "Modalità prova" in page.text
    assert "25,00 €" in page.text
    assert "Spesa sospesa" in page.text
    assert 'value="anna@example.org"' in page.text
    assert 'href="http://127.0.0.1:9/dona/"' in page.text


def test_a_form_may_end_at_the_site_that_sent_us(session):
    policy = requests.get(session.url, timeout=5).headers["Content-Security-Policy"]
    assert re.search(r"form-action [^;]*http://127\.0\.0\.1:9( |;|$)", policy)


def test_a_card_that_works_leads_back_with_the_sessions_id(client, session):
    answer = click(session, "card")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://127.0.0.1:9/grazie?s={session.id}"
    assert state(client, session).payment_status == "paid"


def test_a_second_click_charges_nothing_more(client, session):
    click(session, "card")
    again = click(session, "card")
    assert "già concluso" in again.text
    intent = state(client, session).payment_intent.id
    assert len(client.v1.charges.list({"payment_intent": intent}).data) == 1


def test_a_declined_card_stays_on_the_page_and_can_be_tried_again(client, session):
    answer = click(session, "card_declined")
    page = requests.get(f"{session.url}", timeout=5)
    assert answer.headers["Location"].endswith(f"/checkout/{session.id}")
    assert "rifiutata" in page.text
    assert 'role="alert"' in page.text
    assert click(session, "card").headers["Location"].startswith("http://127.0.0.1:9/grazie")


def test_the_bank_asks_and_the_donor_refuses_then_agrees(client, session):
    bank = f"{session.url}/3ds"
    assert click(session, "card_3ds").headers["Location"].endswith("/3ds")
    assert state(client, session).payment_intent.status == "requires_action"
    assert "Autorizza" in requests.get(bank, timeout=5).text
    back = requests.post(bank, data={"answer": "refuse"}, timeout=5)
    assert "Non hai confermato" in back.text
    assert state(client, session).payment_intent.status == "requires_payment_method"

    click(session, "card_3ds")
    answer = requests.post(bank, data={"answer": "authorise"}, allow_redirects=False, timeout=5)
    assert answer.headers["Location"].startswith("http://127.0.0.1:9/grazie")
    assert state(client, session).payment_status == "paid"


def test_a_wrong_address_keeps_what_was_typed(client, session):
    answer = click(session, "sepa", email="anna@")
    assert answer.status_code == 422
    assert 'value="anna@"' in answer.text
    assert re.search(r'value="sepa" checked', answer.text)
    assert state(client, session).payment_intent is None


def test_what_is_typed_never_becomes_markup(session):
    answer = click(session, "card", email='"><script>alert(1)</script>')
    assert "<script" not in answer.text


def test_an_expired_session_says_so(client, session):
    url = session.url
    client.v1.checkout.sessions.expire(session.id)
    page = requests.get(url, timeout=5)
    assert "scaduta" in page.text
    assert 'href="http://127.0.0.1:9/dona/"' in page.text


def test_an_unknown_session_is_not_found(sandbox):
    page = requests.get(sandbox.url + "/checkout/cs_test_none", timeout=5)
    assert page.status_code == 404
    assert "Pagamento non trovato" in page.text


def test_only_the_methods_of_the_session_are_offered(client, order):
    session = client.v1.checkout.sessions.create(order(allowed_payment_method_types=["card"]))
    assert "Addebito SEPA" not in requests.get(session.url, timeout=5).text
    assert click(session, "sepa").status_code == 422


def row_of(page: str, intent: str) -> str:
    """The payment's own row: others of this run stand beside it."""
    return next(row for row in page.split('<li class="row">') if intent in row)


def test_the_control_page_collects_and_refunds(client, session, sandbox):
    click(session, "sepa")
    intent = state(client, session).payment_intent.id
    assert "in lavorazione" in requests.get(sandbox.url + "/_control/", timeout=5).text
    data = {"payment_intent": intent, "outcome": "succeeded"}
    answer = requests.post(sandbox.url + "/_control/stripe/settle", data=data, timeout=5)
    assert answer.url.endswith("/_control/")
    assert state(client, session).payment_status == "paid"
    data = {"payment_intent": intent, "euros": "10,5"}
    page = requests.post(sandbox.url + "/_control/stripe/refund", data=data, timeout=5)
    assert "rimborsato 10,50 €" in page.text
    assert "UTC" not in page.text
    assert "Contesta</button>" in row_of(page.text, intent)
    del data["euros"]
    page = requests.post(sandbox.url + "/_control/stripe/refund", data=data, timeout=5)
    assert "Contesta</button>" not in row_of(page.text, intent)  # all of it has gone back


def test_our_pages_tell_the_time_in_rome():
    summer, winter = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert in_rome(summer.timestamp()) == "01/07/2026 14:00"
    assert in_rome(winter.timestamp()) == "01/12/2026 13:00"


@pytest.mark.parametrize(
    ("path", "data", "says"),
    [
        ("pay", {"session": "cs_test_none"}, "No such checkout.session"),
        ("settle", {"payment_intent": "pi_none"}, "No such payment_intent"),
        ("webhooks", {"mode": "chaos"}, "mode must be one of"),
        ("fault", {"kind": "flood"}, "kind must be one of"),
        ("fault", {"kind": "delay", "seconds": "many"}, "must be numbers"),
        ("refund", {"charge": "ch_x", "euros": "1e3"}, "Write the euros"),
        ("refund", {"refund": "re_x", "outcome": "pending"}, "only succeed or fail"),
    ],
)
def test_a_wrong_control_request_says_what_is_wrong(sandbox, path, data, says):
    answer = requests.post(f"{sandbox.url}/_control/stripe/{path}", json=data, timeout=5)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
