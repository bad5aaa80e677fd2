"""A payment that failed, or needs the donor: what the product is told, and the page that mends it."""

import re

import pytest
import requests
import stripe

DAY = 24 * 3600


def click(url, **data):
    return requests.post(url, data=data, timeout=5)


def reason(client, bill):
    intent = bill.payments.data[0].payment.payment_intent
    return client.v1.payment_intents.retrieve(intent).last_payment_error


def test_the_next_charge_can_be_made_to_fail_once(client, begun, fall_due, clock, bills, sandbox):
    promise = begun()
    sandbox.control("stripe/refuse", subscription=promise.id, how="insufficient_funds")
    fall_due(promise)
    bill = bills(promise)[1]
    assert (bill.status, reason(client, bill).decline_code) == ("open", "insufficient_funds")
    assert client.v1.subscriptions.retrieve(promise.id).status == "past_due"
    clock(days=3)
    assert bills(promise)[1].status == "paid"
    assert client.v1.subscriptions.retrieve(promise.id).status == "active"


def test_a_donor_mends_it_on_the_page(client, begun, fall_due, clock, bills):
    promise = begun("card_fails_later")
    fall_due(promise)
    url = bills(promise)[1].hosted_invoice_url
    page = requests.get(url, timeout=5).text
    assert "15,00 €" in page
    assert "rifiutata" in page
    again = click(url, method="card_declined")
    assert "rifiutata" in again.text
    bill = bills(promise)[1]
    assert (bill.status, bill.attempt_count) == ("open", 1)
    assert bill.next_payment_attempt is not None
    assert "Pagato" in click(url, method="card", keep="yes").text
    assert "Pagato" in click(url, method="card").text
    seen = client.v1.subscriptions.retrieve(promise.id)
    assert (seen.status, seen.default_payment_method != promise.default_payment_method) == (
        "active",
        True,
    )
    clock(days=31)
    assert [one.status for one in bills(promise)] == ["paid"] * 3


def test_the_page_speaks_english_to_who_reads_it(begun, fall_due, bills):
    promise = begun("card_fails_later")
    fall_due(promise)
    url = bills(promise)[1].hosted_invoice_url
    page = requests.get(url, headers={"Accept-Language": "en-GB,en"}, timeout=5).text
    assert '<html lang="en">' in page
    assert "€15.00" in page
    assert "The card was refused" in page
    wrong = requests.get(url[:-3] + "xyz", headers={"Accept-Language": "en"}, timeout=5)
    assert (wrong.status_code, "Page not found" in wrong.text) == (404, True)


def test_a_bank_that_wants_to_hear_the_donor(client, begun, fall_due, bills, told):
    promise = begun("card_asks")
    fall_due(promise)
    bill = bills(promise)[1]
    intent = client.v1.payment_intents.retrieve(bill.payments.data[0].payment.payment_intent)
    assert (bill.status, intent.status) == ("open", "requires_action")
    assert told(promise)[-3:] == [
        "invoice.payment_action_required",
        "invoice.payment_failed",
        "customer.subscription.updated",
    ]
    assert client.v1.subscriptions.retrieve(promise.id).status == "past_due"
    with pytest.raises(stripe.CardError) as caught:
        client.v1.invoices.pay(bill.id)
    assert caught.value.code == "invoice_payment_intent_requires_action"
    page = requests.get(bill.hosted_invoice_url, timeout=5).text
    bank = re.search(r'href="([^"]*/3ds)"', page)
    assert bank
    assert "Non hai confermato" in click(bank[1], answer="refuse").text
    click(bill.hosted_invoice_url, method="card_asks")
    assert "Pagato" in click(bank[1], answer="authorise").text
    assert client.v1.subscriptions.retrieve(promise.id).status == "active"


@pytest.mark.parametrize(("afterwards", "state"), [("unpaid", "unpaid"), ("past_due", "past_due")])
def test_what_comes_after_the_last_try_is_a_setting(
    client, begun, fall_due, clock, bills, sandbox, afterwards, state
):
    sandbox.control("stripe/retries", afterwards=afterwards)
    try:
        promise = begun("card_fails_later")
        fall_due(promise)
        clock(days=16)
        assert client.v1.subscriptions.retrieve(promise.id).status == state
        clock(days=32)
        assert bills(promise)[2].status == ("draft" if state == "unpaid" else "open")
    finally:
        sandbox.control("stripe/retries", afterwards="cancel")


def test_a_debit_that_fails_days_later_and_one_without_a_mandate(
    client, begun, fall_due, clock, bills, sandbox, told
):
    promise = begun("sepa_fails_later")
    clock(days=8)
    fall_due(promise)
    assert client.v1.subscriptions.retrieve(promise.id).status == "active"
    clock(days=7)
    assert client.v1.subscriptions.retrieve(promise.id).status == "past_due"
    assert told(promise)[-2:] == ["invoice.payment_failed", "customer.subscription.updated"]

    promise = begun("sepa")
    clock(days=8)
    method = client.v1.payment_methods.retrieve(promise.default_payment_method)
    made = sandbox.control("stripe/mandate", payment_method=method.id, status="inactive")
    assert client.v1.mandates.retrieve(made["mandate"]["id"]).status == "inactive"
    (event,) = client.v1.events.list({"type": "mandate.updated", "limit": 1}).data
    assert event.data.object.payment_method == method.id
    fall_due(promise)
    clock(days=7)
    assert bills(promise)[1].status == "open"


@pytest.mark.parametrize(
    ("outcome", "state", "bill"),
    [("succeeded", "active", "paid"), ("failed", "incomplete_expired", "void")],
)
def test_a_first_debit_may_leave_a_promise_incomplete(
    client, begun, bills, sandbox, clock, outcome, state, bill
):
    sandbox.control("stripe/debits", begins="incomplete")
    try:
        promise = begun("sepa")
    finally:
        sandbox.control("stripe/debits", begins="active")
    assert promise.status == "incomplete"
    intent = bills(promise)[0].payments.data[0].payment.payment_intent
    sandbox.control("stripe/settle", payment_intent=intent, outcome=outcome)
    seen = client.v1.subscriptions.retrieve(promise.id)
    assert (seen.status, bills(promise)[0].status) == (state, bill)
    clock(days=33)
    assert len(bills(promise)) == (2 if state == "active" else 1)


def test_the_network_sends_a_cards_new_date(client, begun, sandbox):
    promise = begun("card_expiring")
    new = {"exp_month": 5, "exp_year": 2033}
    sandbox.control("stripe/card", subscription=promise.id, **new)
    card = client.v1.payment_methods.retrieve(promise.default_payment_method).card
    assert (card.exp_month, card.exp_year) == (5, 2033)
    (event,) = client.v1.events.list({"type": "payment_method.automatically_updated"}).data
    assert event.data.object.id == promise.default_payment_method


def test_refunds_and_disputes_of_a_promises_charge(client, begun, sandbox, bills):
    intent = bills(begun())[0].payments.data[0].payment.payment_intent
    client.v1.refunds.create({"payment_intent": intent, "amount": 500})
    dispute = sandbox.control("stripe/dispute", payment_intent=intent, amount=1000)["dispute"]
    assert dispute["status"] == "needs_response"


def test_an_invoice_can_be_voided_and_given_up(client, begun, fall_due, bills, told):
    promise, other = begun("card_fails_later"), begun("card_fails_later")
    fall_due(other)
    void, lost = bills(promise)[1], bills(other)[1]
    assert client.v1.invoices.void_invoice(void.id).status == "void"
    assert client.v1.invoices.mark_uncollectible(lost.id).status == "uncollectible"
    assert "Annullato" in requests.get(void.hosted_invoice_url, timeout=5).text
    assert "Pagato" in click(lost.hosted_invoice_url, method="card").text
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        client.v1.invoices.pay(lost.id)
