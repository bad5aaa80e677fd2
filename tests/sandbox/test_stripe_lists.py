"""Lists, as a sweep uses them: newest first, cursors, bounds, types."""

import time

import pytest
import stripe


@pytest.fixture(scope="module")
def gifts(client, sandbox):
    """Five gifts, one a minute, in the past; their moments, oldest first."""
    start = int(time.time()) - 5000
    moments = [start + 60 * place for place in range(5)]
    for moment in moments:
        price = {"currency": "eur", "unit_amount": 1500, "product_data": {"name": "Dono"}}
        session = client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "line_items": [{"price_data": price, "quantity": 1}],
                "success_url": "http://127.0.0.1:9/",
            }
        )
        sandbox.control("stripe/pay", session=session.id, created=moment)
    return moments


def test_charges_come_newest_first_page_by_page(client, gifts):
    found = client.v1.charges.list({"limit": 2, "created": {"lte": gifts[-1]}})
    assert len(found.data) == 2
    assert found.has_more
    assert [charge.created for charge in found.auto_paging_iter()] == gifts[::-1]


def test_a_page_can_be_turned_back(client, gifts):
    newest, second, third = client.v1.charges.list({"limit": 3}).data
    back = client.v1.charges.list({"limit": 10, "ending_before": third.id})
    assert [charge.id for charge in back.data] == [newest.id, second.id]


def test_events_are_filtered_by_time_and_type(client, gifts):
    asked = {"type": "checkout.session.completed", "created": {"gt": gifts[0], "lte": gifts[3]}}
    found = client.v1.events.list(asked)
    assert [event.created for event in found.data] == [gifts[3], gifts[2], gifts[1]]
    both = client.v1.events.list(
        {"types": ["charge.succeeded", "charge.failed"], "created": {"lte": gifts[-1]}}
    )
    assert {event.type for event in both.data} == {"charge.succeeded"}
    some = client.v1.events.list({"type": "payment_intent.*", "limit": 100})
    assert {event.type for event in some.data} == {
        "payment_intent.created",
        "payment_intent.succeeded",
    }


def test_an_event_can_be_read_again(client, gifts):
    event = client.v1.events.list({"type": "checkout.session.completed"}).data[0]
    again = client.v1.events.retrieve(event.id)
    assert again.data.object["payment_status"] == "paid"
    assert again.api_version == "2026-10-28.endive"


def test_sessions_are_found_by_their_payment(client, gifts):
    session = client.v1.checkout.sessions.list({"limit": 1}).data[0]
    found = client.v1.checkout.sessions.list({"payment_intent": session.payment_intent})
    assert [entry.id for entry in found.data] == [session.id]


def test_what_a_list_holds_can_be_expanded(client, gifts):
    found = client.v1.checkout.sessions.list(
        {"limit": 1, "expand": ["data.payment_intent.latest_charge.balance_transaction"]}
    )
    assert found.data[0].payment_intent.latest_charge.balance_transaction.net == 1500 - 48


def test_names_of_ours_in_metadata_come_back(client):
    made = client.v1.customers.create({"metadata": {"_fund": "3"}})
    assert client.v1.customers.retrieve(made.id).metadata.to_dict() == {"_fund": "3"}


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_one_to_a_hundred_entries(client, limit):
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        client.v1.charges.list({"limit": limit})
