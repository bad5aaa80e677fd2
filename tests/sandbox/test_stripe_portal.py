"""The customer portal: another card, no more of this, and nothing of anybody else's."""

import pytest
import requests
import stripe

CARD_ONLY = {
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": False},
}
BACK = "http://127.0.0.1:9/dona/area/"


@pytest.fixture
def door(client):
    """Open the portal for a promise's donor."""

    def open_for(promise, **more):
        wanted = {"customer": promise.customer, "return_url": BACK, "locale": "it", **more}
        return client.v1.billing_portal.sessions.create(wanted)

    return open_for


def click(url, **data):
    return requests.post(url, data=data, allow_redirects=False, timeout=5)


def test_a_configuration_is_made_found_and_changed(client):
    wanted = {"features": CARD_ONLY, "metadata": {"site": "1"}}
    made = client.v1.billing_portal.configurations.create(wanted)
    assert made.features.payment_method_update.enabled
    assert not made.features.customer_update.enabled
    listed = client.v1.billing_portal.configurations.list({"active": True}).data
    assert made.id in [one.id for one in listed]
    changed = client.v1.billing_portal.configurations.update(
        made.id, {"active": False, "features": {"invoice_history": {"enabled": True}}}
    )
    assert (changed.active, changed.features.invoice_history.enabled) == (False, True)
    assert changed.features.payment_method_update.enabled
    with pytest.raises(stripe.InvalidRequestError, match="features"):
        client.v1.billing_portal.configurations.create({})


def test_a_change_is_told_with_what_was_there_before_and_leaves_the_rest(client):
    own = client.v1.billing_portal.configurations
    made = own.create({"features": CARD_ONLY, "metadata": {"site": "1"}})
    off = {"subscription_update": {"enabled": False}, "subscription_cancel": {"enabled": True}}
    changed = own.update(made.id, {"features": off, "metadata": {"more": "2"}})
    seen = own.retrieve(made.id)
    assert seen.features.to_dict() == changed.features.to_dict()
    assert seen.features.subscription_update.enabled is False
    assert seen.features.subscription_cancel.mode == "at_period_end"
    assert seen.metadata.to_dict() == {"site": "1", "more": "2"}
    (told,) = client.v1.events.list({"limit": 1}).data
    assert told.type == "billing_portal.configuration.updated"
    before = told.data.previous_attributes
    assert before["features"]["subscription_cancel"]["enabled"] is False
    assert before["metadata"].to_dict() == {"site": "1"}
    assert told.data.object["features"]["subscription_cancel"]["enabled"] is True


def test_only_those_that_are_wanted_are_listed(client):
    own = client.v1.billing_portal.configurations
    kept, off = (own.create({"features": CARD_ONLY}).id for _ in range(2))
    own.update(off, {"active": False})
    for active, there, absent in ((True, kept, off), (False, off, kept)):
        ids = [one.id for one in own.list({"active": active, "limit": 100}).auto_paging_iter()]
        assert there in ids and absent not in ids
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        own.update("bpc_nobodys", {"active": False})


def test_another_card_is_the_customers_and_the_promise_keeps_its_own(
    client, begun, door, fall_due, bills
):
    promise = begun()
    flow = {
        "type": "payment_method_update",
        "after_completion": {"type": "redirect", "redirect": {"return_url": BACK}},
    }
    session = door(promise, flow_data=flow)
    page = requests.get(session.url, timeout=5)
    assert page.url.endswith("/method")
    assert "Cambia metodo di pagamento" in page.text
    refused = click(page.url, method="card_declined")
    assert (refused.status_code, "rifiutata" in refused.text) == (422, True)
    assert click(page.url, method="card_expiring").headers["Location"] == BACK
    customer = client.v1.customers.retrieve(promise.customer)
    chosen = customer.invoice_settings.default_payment_method
    types = [event.type for event in client.v1.events.list({"limit": 2}).data]
    assert types == ["customer.updated", "payment_method.attached"]
    seen = client.v1.subscriptions.retrieve(promise.id)
    assert seen.default_payment_method == promise.default_payment_method != chosen
    listed = client.v1.customers.payment_methods.list(promise.customer, {"type": "card"}).data
    assert [one.id for one in listed] == [chosen, promise.default_payment_method]
    client.v1.subscriptions.update(promise.id, {"default_payment_method": chosen})
    fall_due(promise)
    intent = bills(promise)[1].payments.data[0].payment.payment_intent
    assert client.v1.payment_intents.retrieve(intent).payment_method == chosen


def test_a_donor_cancels_and_thinks_again(client, begun, door):
    promise = begun()
    session = door(promise)
    page = requests.get(session.url, timeout=5).text
    assert "15,00 € ogni mese" in page
    assert f'href="{BACK}"' in page
    cancel = f"{session.url}/cancel/{promise.id}"
    assert "fino alla fine del periodo" in requests.get(cancel, timeout=5).text
    click(cancel)
    seen = client.v1.subscriptions.retrieve(promise.id)
    assert (seen.cancel_at_period_end, seen.cancel_at) == (
        True,
        promise.items.data[0].current_period_end,
    )
    assert seen.cancellation_details.reason == "cancellation_requested"
    click(f"{session.url}/renew/{promise.id}")
    seen = client.v1.subscriptions.retrieve(promise.id)
    assert (seen.cancel_at_period_end, seen.cancel_at) == (False, None)


def test_a_flow_that_cancels_at_once_with_a_reason(client, begun, door):
    promise = begun()
    cancelling = {
        "enabled": True,
        "mode": "immediately",
        "cancellation_reason": {"enabled": True, "options": ["other"]},
    }
    made = client.v1.billing_portal.configurations.create(
        {"features": {"subscription_cancel": cancelling}}
    )
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": promise.id},
        "after_completion": {
            "type": "hosted_confirmation",
            "hosted_confirmation": {"custom_message": "Grazie di tutto."},
        },
    }
    session = door(promise, configuration=made.id, flow_data=flow, locale="en")
    page = requests.get(session.url, timeout=5)
    assert "It ends at once" in page.text
    assert "Grazie di tutto." in requests.post(page.url, data={"why": "Trasloco"}, timeout=5).text
    seen = client.v1.subscriptions.retrieve(promise.id)
    assert (seen.status, seen.cancellation_details.comment) == ("canceled", "Trasloco")


def test_nobody_reaches_what_is_not_hers_or_not_allowed(client, begun, door):
    mine, other = begun(), begun()
    session = door(mine)
    assert click(f"{session.url}/cancel/{other.id}").status_code == 404
    assert client.v1.subscriptions.retrieve(other.id).cancel_at is None
    made = client.v1.billing_portal.configurations.create({"features": CARD_ONLY})
    session = door(mine, configuration=made.id)
    assert click(f"{session.url}/cancel/{mine.id}").status_code == 404
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": mine.id},
    }
    with pytest.raises(stripe.InvalidRequestError, match="disabled"):
        door(mine, configuration=made.id, flow_data=flow)
    flow["subscription_cancel"] = {"subscription": other.id}
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription"):
        door(mine, flow_data=flow)


def test_an_address_is_good_for_minutes_and_for_an_hour_once_opened(begun, door, clock):
    promise = begun()
    late, used = door(promise), door(promise)
    requests.get(used.url, timeout=5)
    clock(seconds=6 * 60)
    assert requests.get(late.url, timeout=5).status_code == 404
    assert requests.get(used.url, timeout=5).status_code == 200
    clock(hours=2)
    gone = requests.get(used.url, timeout=5)
    assert (gone.status_code, "non vale" in gone.text) == (404, True)
