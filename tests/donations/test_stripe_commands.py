"""Setting up Stripe and looking after it, with the real SDK against the sandbox."""

import io
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
import stripe
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from donations import gateway
from donations.models import Donation, JournalEntry, StripeEvent, SweepMark
from donations.services import endpoints, inbox, sweeping
from donations.services.examining import Finding, examine
from giving_support import begin, process, session_of
from mail.models import Message
from ports import free_port
from process_support import wait_for
from stripe_sandbox import running
from webhook_receiver import Receiver

pytestmark = pytest.mark.django_db
SITE = "https://www.example.org"
URL = f"{SITE}/stripe/webhook/"
KEY = "rk_test_commands"
State = StripeEvent.State


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("sandbox")) as url:
        yield url


@pytest.fixture(autouse=True)
def here(settings: Any, address: str) -> None:
    settings.SANDBOX, settings.ON_LOOPBACK, settings.SITE_URL = False, False, SITE
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, address
    settings.STRIPE_WEBHOOK_SECRET = "whsec_sandbox"


@pytest.fixture
def control(address: str) -> Iterator[Any]:
    def post(action: str, **data: Any) -> dict:
        answer = requests.post(f"{address}/_control/stripe/{action}", json=data, timeout=10)
        assert answer.ok, answer.text
        return dict(answer.json())

    yield post
    post("fault", kind="none")
    post("key", key=KEY, lacks=[])
    post("account", charges_enabled=True)


@pytest.fixture(autouse=True)
def none_left(address: str) -> Iterator[None]:
    yield
    for key in (KEY, "sk_live_x"):
        client = stripe.StripeClient(key, base_addresses={"api": address}).v1
        for one in client.webhook_endpoints.list().auto_paging_iter():
            client.webhook_endpoints.delete(one.id)
        for portal in client.billing_portal.configurations.list({"active": True}).data:
            client.billing_portal.configurations.update(portal.id, {"active": False})


def run(command: str, *words: str) -> str:
    told = io.StringIO()
    call_command(command, *words, stdout=told)
    return told.getvalue()


def secret_in(told: str) -> str:
    (line,) = [one for one in told.splitlines() if "STRIPE_WEBHOOK_SECRET=" in one]
    return line.strip().removeprefix("STRIPE_WEBHOOK_SECRET=")


def there() -> list[gateway.Endpoint]:
    return gateway.get().list_endpoints()


def make(**changes: Any) -> str:
    """An endpoint that somebody made by hand."""
    wanted = {
        "url": URL,
        "enabled_events": list(inbox.ACTED_ON),
        "api_version": gateway.API_VERSION,
        **changes,
    }
    return str(gateway.get()._stripe.webhook_endpoints.create(wanted).id)


# --- stripe_setup --------------------------------------------------------------------------------


def test_it_makes_one_endpoint_and_shows_its_secret_once() -> None:
    told = run("stripe_setup")
    (made,) = there()
    assert (made.url, made.version, made.enabled) == (URL, gateway.API_VERSION, True)
    assert made.types == frozenset(inbox.ACTED_ON)
    assert secret_in(told).startswith("whsec_") and made.id in told and "test mode" in told
    again = run("stripe_setup")
    assert "as it should be" in again and "whsec_" not in again
    assert [one.id for one in there()] == [made.id]


def test_it_brings_an_endpoint_in_line_and_says_what_was_wrong() -> None:
    kept = make(enabled_events=["charge.updated", "invoice.created"])
    gateway.get()._stripe.webhook_endpoints.update(kept, {"disabled": True})
    told = run("stripe_setup")
    (one,) = there()
    assert (one.id, one.enabled, one.types) == (kept, True, frozenset(inbox.ACTED_ON))
    assert "it is disabled" in told and "invoice.created" in told and "refund.failed" in told
    assert "whsec_" not in told


def test_one_that_sends_everything_is_narrowed() -> None:
    make(enabled_events=["*"])
    assert "every type of event" in run("stripe_setup")
    assert there()[0].types == frozenset(inbox.ACTED_ON)


def test_an_older_version_cannot_be_changed_and_is_replaced_when_asked() -> None:
    old = make(api_version="2025-08-27.basil")
    with pytest.raises(CommandError, match=r"2025-08-27\.basil.*stripe_setup --replace"):
        run("stripe_setup")
    told = run("stripe_setup", "--replace")
    (made,) = there()
    assert made.id != old and made.version == gateway.API_VERSION
    assert old in told and secret_in(told)


def test_two_for_one_address_are_named_and_nothing_is_touched() -> None:
    both = {make(), make(description="somebody else's")}
    with pytest.raises(CommandError, match="2 endpoints") as refused:
        run("stripe_setup")
    assert all(one in str(refused.value) for one in both)
    assert {one.id for one in there()} == both
    run("stripe_setup", "--replace")
    assert len(there()) == 1 and there()[0].id not in both


def test_other_endpoints_of_the_account_are_left_alone() -> None:
    other = make(url="https://shop.example.org/hooks/", enabled_events=["*"])
    run("stripe_setup", "--replace")
    assert other in {one.id for one in there()}


def test_a_live_key_wants_https(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY, settings.SITE_URL = "sk_live_x", "http://www.example.org"
    with pytest.raises(CommandError, match=r"SITE_URL is http://www.*https"):
        run("stripe_setup")
    settings.SITE_URL = SITE
    assert "live mode" in run("stripe_setup")


def test_when_the_secret_is_nowhere_it_says_where_to_get_it(settings: Any) -> None:
    make()
    settings.STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(CommandError, match=r"dashboard.*--replace"):
        run("stripe_setup")


def test_the_secret_was_shown_before_anything_can_go_wrong(control: Any) -> None:
    old = make()
    control("fault", kind="error", method="DELETE", path=f"/v1/webhook_endpoints/{old}", times=5)
    told = io.StringIO()
    with pytest.raises(CommandError, match="Run this again"):
        call_command("stripe_setup", "--replace", stdout=told)
    assert secret_in(told.getvalue())
    assert len(there()) == 2  # and the next run says so


def test_without_a_key_there_is_nothing_to_set_up(settings: Any) -> None:
    settings.SANDBOX = True
    for command in ("stripe_setup", "stripe_doctor"):
        with pytest.raises(CommandError, match="STRIPE_SECRET_KEY is empty"):
            run(command)


def test_a_key_that_may_not_or_is_none(settings: Any, control: Any) -> None:
    control("key", key=KEY, lacks=["webhook_write"])
    with pytest.raises(CommandError, match="webhook_write"):
        run("stripe_setup")
    settings.STRIPE_SECRET_KEY = "pk_test_not_secret"
    with pytest.raises(CommandError, match="does not know the key"):
        run("stripe_setup")
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(CommandError, match="cannot be reached"):
        run("stripe_setup")


# --- the page on which a donor changes her card --------------------------------------------------


@pytest.fixture
def portals() -> Any:
    """At Stripe itself, as the dashboard or another program speaks to it."""
    return gateway.get()._stripe.billing_portal.configurations


def features(portals: Any) -> dict[str, bool]:
    (one,) = portals.list({"active": True}).data
    return {name: given["enabled"] for name, given in one.features.to_dict().items()}


CARD_ONLY = {
    "payment_method_update": True,
    "customer_update": False,
    "invoice_history": False,
    "subscription_cancel": False,
    "subscription_update": False,
}


def by_hand(portals: Any, **changes: bool) -> str:
    """Ours, as somebody else has changed it."""
    run("stripe_setup")
    (one,) = portals.list({"active": True}).data
    wanted = {name: {"enabled": on} for name, on in changes.items()}
    portals.update(one.id, {"features": wanted})
    return str(one.id)


def test_it_makes_the_page_for_cards_once(portals: Any) -> None:
    told = run("stripe_setup")
    (made,) = portals.list({"active": True}).data
    assert f"Made the configuration of the customer portal {made.id}" in told
    assert features(portals) == CARD_ONLY
    again = run("stripe_setup")
    assert f"The configuration of the customer portal {made.id} is as it should be." in again
    (same,) = portals.list({"active": True}).data
    assert same.id == made.id and changes_told() == 0


def test_a_page_that_offers_something_else_is_brought_in_line(portals: Any) -> None:
    kept = by_hand(portals, payment_method_update=False, subscription_cancel=True)
    told = run("stripe_setup")
    assert f"Brought the configuration of the customer portal {kept} in line:" in told
    assert "payment_method_update is off: mended" in told
    assert "subscription_cancel is on: mended" in told and "invoice_history" not in told
    assert features(portals) == CARD_ONLY
    assert changes_told() == 2  # somebody's, and ours
    assert f"{kept} is as it should be." in run("stripe_setup")
    assert changes_told() == 2 and len(portals.list({"active": True}).data) == 1


def changes_told() -> int:
    since = timezone.now() - timedelta(hours=1)
    (one,) = gateway.get()._stripe.billing_portal.configurations.list({"active": True}).data
    types = ["billing_portal.configuration.updated"]
    return sum(
        event.object_id == one.id for event in gateway.get().list_events(since=since, types=types)
    )


def test_the_accounts_own_page_and_a_feature_we_do_not_know_are_left_alone(portals: Any) -> None:
    other = portals.create({"features": {"invoice_history": {"enabled": True}}})
    run("stripe_setup")
    assert portals.retrieve(other.id).features.invoice_history.enabled
    found = gateway.get().portal_configuration()
    assert found and found.id != other.id
    newer = replace(found, enabled=found.enabled | {"a_feature_to_come"})
    assert endpoints.portal_differences(newer) == []


@pytest.mark.parametrize("permission", ["customer_portal_read", "customer_portal_write"])
def test_a_key_that_may_not_touch_the_page_is_told_what_it_lacks(
    control: Any, portals: Any, permission: str
) -> None:
    control("key", key=KEY, lacks=[permission])
    told = run("stripe_setup")
    assert "Customer portal: write" in told and permission in told
    assert "Made the webhook endpoint" in told and "stripe_doctor" in told  # the rest went on
    control("key", key=KEY, lacks=[])
    assert portals.list({"active": True}).data == []
    kept = by_hand(portals, invoice_history=True)
    control("key", key=KEY, lacks=[permission])
    assert "Customer portal: write" in run("stripe_setup")
    control("key", key=KEY, lacks=[])
    assert portals.retrieve(kept).features.invoice_history.enabled


def test_the_page_is_set_up_where_the_endpoint_was_made_by_hand(control: Any, portals: Any) -> None:
    control("key", key=KEY, lacks=["webhook_read", "webhook_write"])
    with pytest.raises(CommandError, match="webhook_read"):
        run("stripe_setup")
    assert features(portals) == CARD_ONLY


def test_the_name_of_that_permission_is_the_one_in_the_handbook() -> None:
    assert "| Customer portal: write |" in (settings.BASE_DIR / "docs/operations.md").read_text()


def test_a_page_that_is_refused_does_not_stop_the_rest(control: Any) -> None:
    path = "/v1/billing_portal/configurations"
    control("fault", kind="error", status=400, method="POST", path=path, times=5)
    told = run("stripe_setup")
    assert "customer portal could not be set up" in told and "stripe_doctor" in told


# --- stripe_doctor -------------------------------------------------------------------------------


def findings(**options: Any) -> list[Finding]:
    return list(examine(**options))


def wrong(**options: Any) -> str:
    return "\n".join(one.what for one in findings(**options) if one.level == "wrong")


@pytest.fixture
def swept() -> None:
    SweepMark.move(timezone.now())


def test_all_is_well(swept: None) -> None:
    run("stripe_setup")
    told = run("stripe_doctor")
    assert told.endswith("Nothing is wrong.\n") and "wrong  " not in told
    assert "restricted" in told and "test mode" in told and "clocks" in told
    assert "no event to send yet" in told


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.end()


def test_the_secret_that_setup_showed_is_the_one_that_fits(
    settings: Any, receiver: Receiver, control: Any, client: Client, swept: None
) -> None:
    """The endpoint is told, the door accepts it, and the doctor sees that it does."""
    settings.SITE_URL = receiver.site
    settings.STRIPE_WEBHOOK_SECRET = secret_in(run("stripe_setup"))
    gift = begin().donation
    control("pay", session=session_of(gift))
    assert wait_for(lambda: "checkout.session.completed" in receiver.types())
    for body, signature in list(receiver.got):
        answer = client.post(
            "/stripe/webhook/", body, "application/json", headers={"Stripe-Signature": signature}
        )
        assert answer.status_code == 200
    process()
    gift.refresh_from_db()
    assert gift.state == Donation.State.SETTLED
    assert wait_for(lambda: not pending())
    later = timezone.now() + timedelta(minutes=5)
    told = [one.what for one in findings(now=later) if one.level == "ok"]
    assert any("signature accepted" in one for one in told)
    assert not wrong(now=later)
    StripeEvent.objects.all().delete()
    assert "not in this database" in wrong(now=later)


def test_it_sees_that_nothing_is_accepted(
    settings: Any, receiver: Receiver, control: Any, swept: None
) -> None:
    settings.SITE_URL = receiver.site
    run("stripe_setup")
    receiver.statuses = [400] * 100
    control("pay", session=session_of(begin().donation))
    assert wait_for(lambda: len(receiver.got) > 1)
    (found,) = [
        one
        for one in findings(now=timezone.now() + timedelta(minutes=5))
        if "could not be delivered" in one.what
    ]
    assert found.level == "wrong" and "400" in found.todo and "STRIPE_WEBHOOK_SECRET" in found.todo


def pending() -> bool:
    since = timezone.now() - timedelta(hours=1)
    newest = next(gateway.get().list_events(since=since, types=["checkout.session.completed"]))
    return bool(json.loads(newest.payload)["pending_webhooks"])


def test_it_ends_with_an_error_and_says_what_to_do() -> None:
    endpoints.set_up_portal()
    told = io.StringIO()
    with pytest.raises(CommandError, match="1 thing is wrong"):
        call_command("stripe_doctor", stdout=told)
    assert "wrong  There is no webhook endpoint" in told.getvalue()
    assert "Run stripe_setup." in told.getvalue()


@pytest.mark.parametrize(
    ("permission", "what"),
    [
        ("checkout_session_write", "open and close payment pages"),
        ("charge_read", "read refunds"),
        ("charge_write", "give money back"),
        ("dispute_read", "read disputes"),
        ("balance_transaction_source_read", "read fees"),
        ("payout_read", "read payouts"),
        ("event_read", "list events"),
        ("payment_intent_read", "read payments"),
        ("radar_early_fraud_warning_read", "read fraud warnings"),
        ("mandate_read", "read mandates"),
        ("invoice_read", "read their charges"),
        ("invoice_write", "pay them at once"),
        ("customer_portal_write", "open the page that changes a card"),
        ("customer_portal_read", "read how the page that changes a card is set up"),
    ],
)
def test_each_permission_that_is_missing_is_named(
    control: Any, swept: None, permission: str, what: str
) -> None:
    run("stripe_setup")
    control("key", key=KEY, lacks=[permission])
    assert f"may not {what}: {permission}" in wrong()


def test_what_giving_does_not_need_is_only_noted(control: Any, swept: None) -> None:
    run("stripe_setup")
    control("key", key=KEY, lacks=["webhook_read", "connected_account_read"])
    notes = "\n".join(one.what for one in findings() if one.level == "note")
    assert "webhook_read" in notes and "account" in notes
    assert not wrong()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"api_version": "2025-08-27.basil"}, "2025-08-27.basil"),
        ({"enabled_events": ["charge.updated"]}, "does not send"),
        ({"url": f"{SITE}/stripe/webhook"}, "no webhook endpoint"),
    ],
)
def test_an_endpoint_that_is_not_right(swept: None, changes: dict, words: str) -> None:
    made = make(**changes)
    assert words in wrong()
    assert made in "\n".join(one.what for one in findings())


def test_two_endpoints_and_one_that_is_off(swept: None) -> None:
    make()
    off = make()
    gateway.get()._stripe.webhook_endpoints.update(off, {"disabled": True})
    assert "2 webhook endpoints" in wrong() and f"{off}: it is disabled" in wrong()


def test_an_account_that_takes_no_payments_yet(control: Any, swept: None) -> None:
    run("stripe_setup")
    control("account", charges_enabled=False)
    assert "does not take payments" in wrong()


def test_the_page_for_cards_is_looked_at(portals: Any, control: Any, swept: None) -> None:
    run("stripe_setup")
    (made,) = portals.list({"active": True}).data
    fine = [one for one in findings() if "customer portal" in one.what]
    assert [(one.level, one.todo) for one in fine] == [("ok", "")] and made.id in fine[0].what
    portals.update(
        made.id,
        {"features": {n: {"enabled": True} for n in ("invoice_history", "subscription_cancel")}},
    )
    (other,) = [one for one in findings() if "customer portal" in one.what]
    assert (other.level, other.todo) == ("wrong", "Run stripe_setup.")
    assert f"{made.id}: invoice_history is on, subscription_cancel is on." in other.what
    portals.update(made.id, {"active": False})
    (gone,) = [one for one in findings() if "customer portal" in one.what]
    assert (gone.level, gone.todo) == ("wrong", "Run stripe_setup.")
    assert "no configuration of ours" in gone.what
    run("stripe_setup")
    assert not wrong()
    control("key", key=KEY, lacks=["customer_portal_read"])  # said once, by what it lacks
    assert [one.level for one in findings() if "is set up: customer_portal_read" in one.what] == [
        "wrong"
    ]
    assert not [one for one in findings() if "customer portal" in one.what]


def test_a_clock_that_is_wrong(monkeypatch: pytest.MonkeyPatch, swept: None) -> None:
    run("stripe_setup")
    real = gateway.Gateway.time_there

    def slow(self: gateway.Gateway) -> Any:
        found = real(self)
        assert found
        return found + timedelta(minutes=4)

    monkeypatch.setattr(gateway.Gateway, "time_there", slow)
    assert re.search("clock is (238|239|240) s", wrong())


def test_a_key_that_stripe_does_not_know_and_a_stripe_that_is_away(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "pk_test_not_secret"
    assert "does not know the key" in wrong()
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{free_port()}"
    assert "does not answer" in wrong()


@pytest.mark.parametrize(
    ("secret", "words"), [("", "is empty"), ("sk_test_x", "is no signing secret")]
)
def test_a_signing_secret_that_cannot_be(settings: Any, secret: str, words: str) -> None:
    settings.STRIPE_WEBHOOK_SECRET = secret
    assert f"STRIPE_WEBHOOK_SECRET {words}" in wrong()


def stored(number: int, **changes: Any) -> StripeEvent:
    now = timezone.now()
    fields = {
        "event_id": f"evt_{number}",
        "type": "checkout.session.completed",
        "object_id": "cs_1",
        "payload": b'{"data": {"object": {"id": "cs_1"}}}',
        "happened_at": now,
        "received_at": now,
        **changes,
    }
    return StripeEvent.objects.create(**fields)


def test_what_waits_here(settings: Any, swept: None) -> None:
    run("stripe_setup")
    stored(1, state=State.FAILED)
    stored(2, state=State.PARKED)
    stored(3, received_at=timezone.now() - timedelta(hours=1))
    stored(4, state=State.PROCESSED)
    found = findings()
    assert "1 event that nobody could work through" in wrong()
    assert "1 event not worked through for more than 5 minutes" in wrong()
    assert any(one.level == "note" and "1 event parked" in one.what for one in found)
    assert "stripe_replay --failed" in "\n".join(one.todo for one in found)


def test_a_sweep_that_has_stopped_or_is_refused(swept: None) -> None:
    run("stripe_setup")
    late = timezone.now() + timedelta(hours=2)
    assert "asked last for what was missed" in wrong(now=late)
    SweepMark.refuse("PermissionError 403 event_read", at=timezone.now())
    assert "refuses to list its events" in wrong()


def test_nothing_secret_and_nothing_of_a_donor_is_printed(
    settings: Any, control: Any, swept: None
) -> None:
    settings.STRIPE_WEBHOOK_SECRET = secret = secret_in(run("stripe_setup"))
    gift = begin().donation
    control("pay", session=session_of(gift))
    sweeping.sweep()
    process()
    told = io.StringIO()
    call_command("stripe_doctor", stdout=told)
    for word in (secret, KEY, "@", "Rossi", str(gift.public_id), session_of(gift)):
        assert word not in told.getvalue()


# --- stripe_replay -------------------------------------------------------------------------------


@pytest.fixture
def settled(control: Any) -> Donation:
    gift = begin().donation
    control("pay", session=session_of(gift))
    sweeping.sweep()
    process()
    gift.refresh_from_db()
    assert gift.state == Donation.State.SETTLED
    return gift


def books() -> tuple[int, int, int]:
    return JournalEntry.objects.count(), Message.objects.count(), StripeEvent.objects.count()


def test_running_all_again_changes_nothing_in_the_books(settled: Donation) -> None:
    before = books()
    told = run("stripe_replay", "--since", "2026-01-01")
    mine = settled.stripe_events.count()
    assert mine and f"{mine:>7}  in the books" in told
    assert books() == before


def test_failed_ones_alone_and_what_became_of_them(settled: Donation) -> None:
    event = settled.stripe_events.earliest("pk")
    StripeEvent.objects.filter(pk=event.pk).update(state=State.FAILED, attempts=12, last_error="x")
    assert "none" in run("stripe_replay", "--parked", "--since", "2999-01-01")
    dry = run("stripe_replay", "--failed", "--dry-run")
    assert "To run again: 1." in dry and "need a person" in dry
    event.refresh_from_db()
    assert event.state == State.FAILED
    told = run("stripe_replay", "--failed")
    event.refresh_from_db()
    assert "Run again: 1." in told and "in the books" in told
    assert (event.state, event.attempts, event.last_error) == (State.PROCESSED, 1, "")


def test_by_id_and_one_that_fails_again(settled: Donation) -> None:
    bad = stored(7, state=State.PARKED, payload=b"[]")
    with pytest.raises(CommandError, match="1 could not be worked through"):
        run("stripe_replay", "evt_7")
    bad.refresh_from_db()
    assert bad.state == State.FAILED


def test_what_cannot_be_run_again_is_named_and_nothing_is_done(settled: Donation) -> None:
    StripeEvent.objects.update(state=State.FAILED)
    known = settled.stripe_events.earliest("pk").event_id
    stored(8, type="invoice.created")
    stored(9, payload=b"{}")  # forgotten with its gift
    with pytest.raises(CommandError, match="evt_8, evt_9, evt_nowhere"):
        run("stripe_replay", known, "evt_nowhere", "evt_8", "evt_9")
    assert not StripeEvent.objects.filter(state=State.PROCESSED).exists()


def test_what_a_worker_holds_is_left_to_it(settled: Donation) -> None:
    held = stored(5, lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(minutes=5))
    told = run("stripe_replay", "evt_5")
    assert "a worker has them" in told
    token = held.lease_token
    held.refresh_from_db()
    assert held.lease_token == token


def test_more_than_one_batch(monkeypatch: pytest.MonkeyPatch, settled: Donation) -> None:
    monkeypatch.setattr("donations.services.replaying.AT_ONCE", 2)
    for number in range(10, 15):
        stored(number, object_id=session_of(settled))
    mine = StripeEvent.objects.filter(object_id=session_of(settled), type__in=inbox.ACTED_ON)
    ids = list(mine.values_list("event_id", flat=True))
    assert len(ids) > 5
    assert f"{len(ids):>7}  in the books" in run("stripe_replay", *ids)


@pytest.mark.parametrize(
    "words",
    [[], ["evt_1", "--failed"], ["evt_1", "--since", "2026-01-01"], ["--since", "2026-02-31"]],
)
def test_a_choice_that_is_none(words: list[str]) -> None:
    with pytest.raises(CommandError):
        run("stripe_replay", *words)


# --- stripe_sweep --------------------------------------------------------------------------------


def test_it_fetches_what_was_missed_and_works_it_through(control: Any) -> None:
    gift = begin().donation
    control("pay", session=session_of(gift))
    told = run("stripe_sweep")
    gift.refresh_from_db()
    assert gift.state == Donation.State.SETTLED
    assert "found that were missed" in told and not told.startswith("0 ")
    assert run("stripe_sweep").startswith("0 found")


def test_further_back_than_the_mark(settled: Donation) -> None:
    StripeEvent.objects.all().delete()
    later = timezone.now() + timedelta(hours=12)
    SweepMark.move(later)
    assert sweeping.fetch_missed(now=later + timedelta(minutes=1)) == 0
    day_before = f"{timezone.localtime() - timedelta(days=1):%Y-%m-%d}"
    assert not run("stripe_sweep", "--since", day_before).startswith("0 ")
    assert settled.entries.count() == 2


def test_since_never_passes_over_what_lies_before_it(settled: Donation) -> None:
    """From later on than the mark: the list is read from the mark all the same."""
    StripeEvent.objects.all().delete()
    later = timezone.now() + timedelta(days=2)
    found = sweeping.fetch_missed(now=later, since=later)
    assert found and StripeEvent.objects.exists()


def test_a_day_too_long_ago_one_to_come_and_a_stripe_that_is_away(settings: Any) -> None:
    assert "30 days" in run("stripe_sweep", "--since", "2026-01-01")
    tomorrow = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%d}"
    with pytest.raises(CommandError, match="future"):
        run("stripe_sweep", "--since", tomorrow)
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(CommandError, match="fell silent"):
        run("stripe_sweep")


def test_a_list_that_is_refused(control: Any) -> None:
    control("key", key=KEY, lacks=["event_read"])
    with pytest.raises(CommandError, match="event_read"):
        run("stripe_sweep")
    assert SweepMark.get() is None
