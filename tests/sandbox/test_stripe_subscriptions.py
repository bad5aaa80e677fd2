"""Promises as the unmodified SDK sees them: begun at Checkout, billed as time goes on, changed, ended."""

from datetime import UTC, datetime

import pytest
import stripe

from .conftest import until

DAY = 24 * 3600


def day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def to(clock, moment: int) -> None:
    """Until the bill of that moment is charged: it is a draft for an hour."""
    clock(to=moment + 3600)


def test_a_promise_begins_with_a_paid_invoice(client, promise, sandbox, told):
    session = client.v1.checkout.sessions.create(promise())
    assert (session.mode, session.subscription, session.invoice) == ("subscription", None, None)
    sandbox.control("stripe/pay", session=session.id, method="card")
    paths = ["invoice.payments.data.payment", "subscription", "customer"]
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": paths[1:]})
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert session.payment_intent is None
    subscription = session.subscription
    assert (subscription.status, subscription.metadata.to_dict()) == ("active", {"promise": "7"})
    assert subscription.customer == session.customer.id
    item = subscription.items.data[0]
    assert item.price.recurring.interval == "month"
    assert 28 * DAY <= item.current_period_end - item.current_period_start <= 31 * DAY
    paths = ["payments.data.payment.payment_intent"]
    invoice = client.v1.invoices.retrieve(session.invoice, {"expand": paths})
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        1500,
        "subscription_create",
    )
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.parent.subscription_details.metadata.to_dict() == {"promise": "7"}
    intent = invoice.payments.data[0].payment.payment_intent
    charge = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["balance_transaction"]})
    assert (charge.balance_transaction.fee, charge.customer) == (48, session.customer.id)
    (found,) = client.v1.invoice_payments.list(
        {
            "payment": {"type": "payment_intent", "payment_intent": intent.id},
            "expand": ["data.invoice"],
        }
    ).data
    assert (found.invoice.id, found.status) == (invoice.id, "paid")
    assert told(subscription) == [
        "invoice.created",
        "invoice.finalized",
        "customer.subscription.created",
        "invoice.paid",
        "invoice.payment_succeeded",
        "checkout.session.completed",
    ]


def test_time_that_goes_on_bills_what_falls_due_to_the_day(client, begun, clock, bills):
    monthly, yearly = begun(), begun(interval="year", unit_amount=12000)
    first = monthly.items.data[0].current_period_end
    clock(to=first - 1)
    assert len(bills(monthly)) == 1
    clock(to=first)
    assert [bill.status for bill in bills(monthly)] == ["paid", "draft"]
    to(clock, first)
    new = bills(monthly)[-1]
    assert (new.status, new.billing_reason, new.created) == ("paid", "subscription_cycle", first)
    assert new.status_transitions.paid_at == first + 3600
    assert (new.period_end, new.lines.data[0].period.start) == (first, first)
    clock(days=330)
    assert 11 <= len(bills(monthly)) <= 12
    assert len(bills(yearly)) == 1
    days = {day(bill.created)[-2:] for bill in bills(monthly)}
    assert len(days) == 1 or days <= {"28", "29", "30", "31"}
    clock(days=40)
    assert len(bills(yearly)) == 2


def test_a_quarter_is_three_months(begun):
    item = begun(interval="month", interval_count=3).items.data[0]
    assert 89 * DAY <= item.current_period_end - item.current_period_start <= 92 * DAY


def test_a_debit_is_under_way_for_days_each_time(client, begun, clock, bills, told):
    promise = begun("sepa")
    assert (promise.status, bills(promise)[0].status) == ("active", "open")
    session = client.v1.checkout.sessions.list({"limit": 1}).data[0]
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    clock(days=7)
    assert bills(promise)[0].status == "paid"
    session = client.v1.checkout.sessions.retrieve(session.id)
    assert session.payment_status == "paid"
    assert told(promise)[-1] == "checkout.session.async_payment_succeeded"
    to(clock, promise.items.data[0].current_period_end)
    assert bills(promise)[1].status == "open"
    clock(days=7)
    assert bills(promise)[1].status == "paid"
    assert told(promise).count("checkout.session.async_payment_succeeded") == 1


def test_a_card_that_is_refused_later_is_tried_again_and_then_ends_it(client, begun, clock, bills):
    promise = begun("card_fails_later")
    due = promise.items.data[0].current_period_end
    to(clock, due)
    seen = client.v1.subscriptions.retrieve(promise.id)
    bill = bills(promise)[1]
    assert (seen.status, bill.status, bill.attempt_count) == ("past_due", "open", 1)
    assert bill.next_payment_attempt == due + 3600 + 3 * DAY
    clock(days=3)
    assert bills(promise)[1].attempt_count == 2
    clock(days=12)
    seen = client.v1.subscriptions.retrieve(promise.id)
    bill = bills(promise)[1]
    assert (bill.attempt_count, bill.next_payment_attempt, bill.auto_advance) == (4, None, False)
    assert (seen.status, seen.cancellation_details.reason) == ("canceled", "payment_failed")
    assert seen.ended_at == due + 3600 + 15 * DAY
    clock(days=60)
    assert len(bills(promise)) == 2


def test_a_promise_that_failed_and_recovers_is_active_again(client, begun, clock, bills, told):
    promise = begun("card_fails_later")
    to(clock, promise.items.data[0].current_period_end)
    bill = bills(promise)[1]
    with pytest.raises(stripe.CardError) as caught:
        client.v1.invoices.pay(bill.id)
    assert caught.value.code == "card_declined"
    good = begun("card", customer=promise.customer).default_payment_method
    assert client.v1.invoices.pay(bill.id, {"payment_method": good}).status == "paid"
    assert client.v1.subscriptions.retrieve(promise.id).status == "active"
    assert told(promise)[-3:] == [
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    client.v1.subscriptions.update(promise.id, {"default_payment_method": good})
    clock(days=31)
    assert [one.status for one in bills(promise)] == ["paid"] * 3


def test_another_amount_holds_from_the_next_charge_on(client, begun, clock, bills):
    promise = begun()
    item = promise.items.data[0]
    price = {
        "currency": "eur",
        "product": item.price.product,
        "unit_amount": 2000,
        "recurring": {"interval": "month"},
    }
    items = [{"id": item.id, "price_data": price}]
    with pytest.raises(stripe.InvalidRequestError, match="proration_behavior"):
        client.v1.subscriptions.update(promise.id, {"items": items})
    changed = client.v1.subscriptions.update(
        promise.id, {"items": items, "proration_behavior": "none"}
    )
    assert changed.items.data[0].id == item.id
    assert changed.items.data[0].current_period_end == item.current_period_end
    to(clock, item.current_period_end)
    assert [bill.amount_paid for bill in bills(promise)] == [1500, 2000]


def test_another_rhythm_begins_at_once(client, begun, bills):
    promise = begun()
    item = promise.items.data[0]
    price = {
        "currency": "eur",
        "product": item.price.product,
        "unit_amount": 12000,
        "recurring": {"interval": "year"},
    }
    changed = client.v1.subscriptions.update(
        promise.id,
        {"items": [{"id": item.id, "price_data": price}], "proration_behavior": "none"},
    )
    assert [bill.amount_paid for bill in bills(promise)] == [1500, 12000]
    new = changed.items.data[0]
    assert 365 * DAY <= new.current_period_end - new.current_period_start <= 366 * DAY


def test_what_falls_due_in_a_pause_is_void_and_it_goes_on_by_itself(
    client, begun, clock, bills, told
):
    promise = begun()
    due = promise.items.data[0].current_period_end
    pause = {"behavior": "void", "resumes_at": due + 2 * DAY}
    paused = client.v1.subscriptions.update(promise.id, {"pause_collection": pause})
    assert (paused.status, paused.pause_collection.resumes_at) == ("active", due + 2 * DAY)
    clock(to=due + 3 * DAY)
    assert [bill.status for bill in bills(promise)] == ["paid", "void"]
    seen = client.v1.subscriptions.retrieve(promise.id)
    assert seen.pause_collection is None
    assert told(promise)[-3:] == [
        "invoice.finalized",
        "invoice.voided",
        "customer.subscription.updated",
    ]
    to(clock, seen.items.data[0].current_period_end)
    assert [bill.status for bill in bills(promise)] == ["paid", "void", "paid"]


def test_a_pause_can_be_ended(client, begun, clock, bills):
    promise = begun()
    client.v1.subscriptions.update(promise.id, {"pause_collection": {"behavior": "void"}})
    assert (
        client.v1.subscriptions.update(promise.id, {"pause_collection": ""}).to_dict()[
            "pause_collection"
        ]
        is None
    )
    to(clock, promise.items.data[0].current_period_end)
    assert [bill.status for bill in bills(promise)] == ["paid", "paid"]


def test_a_trial_skips_with_an_invoice_of_nothing(client, begun, clock, bills):
    promise = begun()
    until = promise.items.data[0].current_period_end + 30 * DAY
    changed = client.v1.subscriptions.update(
        promise.id, {"trial_end": until, "proration_behavior": "none"}
    )
    assert (changed.status, changed.trial_end) == ("trialing", until)
    assert changed.items.data[0].current_period_end == until
    clock(to=until - 1)
    assert [bill.amount_paid for bill in bills(promise)] == [1500, 0]
    to(clock, until)
    assert [bill.amount_paid for bill in bills(promise)] == [1500, 0, 1500]
    assert client.v1.subscriptions.retrieve(promise.id).status == "active"


def test_cancelling_at_once_and_at_the_end(client, begun, clock, bills, told):
    at_once, later = begun(), begun()
    details = {"feedback": "too_expensive", "comment": "Non ce la faccio"}
    ended = client.v1.subscriptions.cancel(
        at_once.id,
        {"cancellation_details": details, "invoice_now": False, "prorate": False},
    )
    assert (ended.status, ended.cancellation_details.feedback) == ("canceled", "too_expensive")
    assert ended.cancellation_details.reason == "cancellation_requested"
    assert told(at_once)[-1] == "customer.subscription.deleted"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.subscriptions.cancel(at_once.id)
    assert (caught.value.code, caught.value.http_status) == ("resource_missing", 404)
    due = later.items.data[0].current_period_end
    seen = client.v1.subscriptions.update(later.id, {"cancel_at_period_end": True})
    assert (seen.status, seen.cancel_at) == ("active", due)
    to(clock, due)
    seen = client.v1.subscriptions.retrieve(later.id)
    assert (seen.status, seen.ended_at, len(bills(later))) == ("canceled", due, 1)
    listed = [one.id for one in client.v1.subscriptions.list({"limit": 100}).data]
    assert later.id not in listed
    ended = client.v1.subscriptions.list({"limit": 100, "status": "canceled"}).data
    assert later.id in [one.id for one in ended]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
        ({"customer_creation": "always"}, "customer_creation"),
        ({"mode": "payment"}, "subscription_data"),
        ({"line_items": [{"quantity": 1}]}, "price"),
        ({"subscription_data": {"trial_magic": 1}}, "unknown parameter"),
    ],
)
def test_what_does_not_go_with_a_promise_is_refused(client, promise, changes, says):
    with pytest.raises(stripe.InvalidRequestError, match=says):
        client.v1.checkout.sessions.create({**promise(), **changes})


def test_a_card_that_expires_is_refused_after_its_month(client, begun, clock, bills):
    promise = begun("card_expiring")
    card = client.v1.payment_methods.retrieve(promise.default_payment_method).card
    begins = datetime.fromtimestamp(promise.created, UTC)
    assert (card.exp_year, card.exp_month) == (
        begins.year + begins.month // 12,
        begins.month % 12 + 1,
    )
    clock(days=63)
    refused = bills(promise)[-1]
    intent = refused.payments.data[0].payment.payment_intent
    error = client.v1.payment_intents.retrieve(intent).last_payment_error
    assert (refused.status, error.code) == ("open", "expired_card")


def test_a_first_charge_of_another_rhythm_that_fails_leaves_it_due(client, begun, bills, sandbox):
    promise = begun()
    item = promise.items.data[0]
    price = {
        "currency": "eur",
        "product": item.price.product,
        "unit_amount": 12000,
        "recurring": {"interval": "year"},
    }
    sandbox.control("stripe/refuse", subscription=promise.id)
    changed = client.v1.subscriptions.update(
        promise.id,
        {"items": [{"id": item.id, "price_data": price}], "proration_behavior": "none"},
    )
    assert (changed.status, bills(promise)[1].status) == ("past_due", "open")
    assert client.v1.subscriptions.retrieve(promise.id).status == "past_due"


def test_a_promise_begun_in_the_past_is_billed_at_its_own_moments(client, promise, sandbox, bills):
    session = client.v1.checkout.sessions.create(promise())
    past = session.created - 95 * DAY
    story = sandbox.control("stripe/pay", session=session.id, method="card", created=past)
    made = client.v1.subscriptions.retrieve(story["session"]["subscription"])
    assert made.start_date == past
    until(lambda: len(bills(made)) >= 4)
    until(lambda: bills(made)[-1].status == "paid")
    assert all(bill.status_transitions.paid_at == bill.created + 3600 for bill in bills(made)[1:])


def test_a_customer_that_is_deleted_gives_no_more(client, begun):
    promise = begun()
    assert client.v1.customers.delete(promise.customer).deleted
    assert client.v1.customers.retrieve(promise.customer).deleted
    assert client.v1.subscriptions.retrieve(promise.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.billing_portal.sessions.create({"customer": promise.customer})


def test_our_own_keys_never_leave_the_store(client, begun, bills):
    promise = begun()
    seen = [promise, *bills(promise), *client.v1.events.list({"limit": 20}).data]
    assert not [key for one in seen for key in _keys(one.to_dict()) if key.startswith("_")]


def _keys(value):
    if isinstance(value, dict):
        for key, entry in value.items():
            yield key
            yield from _keys(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _keys(entry)
