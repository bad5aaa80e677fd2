"""The only file that speaks to Stripe (API 2026-10-28, python stripe 16.1).

Everything that leaves here is a dataclass of `stripe_facts`; every failure one of its errors.
"""

import heapq
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

from donations import stripe_answers as answers
from donations import stripe_orders as orders
from donations.stripe_facts import (
    ATTEMPT,
    REQUEST,
    BadKey,
    BadSignature,
    Busy,
    Endpoint,
    Event,
    Invoice,
    Mandate,
    NotAnEvent,
    NotPermitted,
    Order,
    Payout,
    Portal,
    Refund,
    RefundOrder,
    Rejected,
    Session,
    Subscription,
    Unavailable,
)

API_VERSION = "2026-10-28.endive"
TIMEOUT = 10  # seconds; leases are many times as long
IN_USE = 409  # another request under this key is just being answered: docs.stripe.com/api/errors
TOLERANCE = 300  # seconds a signature stays good
CHARGE = "payment_intent.latest_charge"
DEBIT = "sepa_debit"
COLLECTED = "checkout.session.async_payment_succeeded"
TYPES = 20  # of events in one list: docs.stripe.com/api/events/list
WHOLE = ["customer", "default_payment_method", "latest_invoice"]  # of a subscription
# four levels deep, and no deeper: docs.stripe.com/expand
ITS_PROMISE = [f"parent.subscription_details.subscription.{part}" for part in WHOLE]
NOBODYS = "cs_test_nobodys"  # a payment page that does not exist

log = logging.getLogger(__name__)


def verify(*, body: bytes, signature: str) -> None:
    """Raises BadSignature unless `body` was signed with our webhook secret in the last minutes."""
    try:
        stripe.WebhookSignature.verify_header(
            body, signature, settings.STRIPE_WEBHOOK_SECRET, tolerance=TOLERANCE
        )
    except (stripe.SignatureVerificationError, ValueError, TypeError) as error:
        raise BadSignature(type(error).__name__) from error


def get() -> "Gateway":
    """The gateway for the settings as they are now; tests put an in-memory Stripe in its place."""
    return _gateway(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=2)
def _gateway(key: str, base: str) -> "Gateway":
    return Gateway(key=key, base=base)


class Gateway:
    """Safe for several threads: its HTTP sessions are per thread."""

    def __init__(self, *, key: str, base: str = "") -> None:
        self._stripe = stripe.StripeClient(
            key,
            stripe_version=API_VERSION,
            base_addresses={"api": base} if base else {},
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
        ).v1

    def open_checkout(self, order: Order) -> Session:
        """The same order under the same key gives the same session. Raises Busy while Stripe is
        still answering the first of them."""
        with _translated():
            made = self._stripe.checkout.sessions.create(
                orders.checkout(order),  # type: ignore[arg-type]
                {"idempotency_key": order.key},
            )
        return answers.session_of(made.to_dict())

    def fetch_session(
        self,
        session_id: str,
        *,
        thorough: bool = False,
        warned: bool = False,
        collected: datetime | None = None,
    ) -> Session:
        """As it is now, with its charge, fee, refunds and disputes; `thorough`: also those of a
        charge that does not say it has any (a refund that failed is not counted there); `warned`:
        with its early fraud warnings. `collected`: when its debit was collected, where somebody
        knows."""
        wanted = {"expand": [f"{CHARGE}.balance_transaction"]}
        with _translated():
            found = self._stripe.checkout.sessions.retrieve(session_id, wanted).to_dict()  # type: ignore[arg-type]
        if first := answers.id_of(found.get("invoice")):  # it begins a promise
            invoice = self._invoice(first)
            found["payment_intent"] = self._intent_of(invoice)
            collected = answers.paid_at(invoice)
        return self._whole(found, thorough, warned, collected)

    def fetch_invoice(
        self,
        invoice_id: str,
        *,
        thorough: bool = False,
        warned: bool = False,
        collected: datetime | None = None,
    ) -> Session:
        """A promise's later charge, as `fetch_session` tells of a gift, and the promise. `collected`
        is not needed: an invoice says when it was paid."""
        found = self._invoice(invoice_id, *ITS_PROMISE)
        told = answers.session_of_invoice(found, self._intent_of(found))
        session = self._whole(told, thorough, warned, answers.paid_at(found))
        return replace(session, promise=answers.promise_of(found))

    def _invoice(self, invoice_id: str, *parts: str) -> dict:
        wanted: Any = {"expand": ["payments", *parts]}
        with _translated():
            return self._stripe.invoices.retrieve(invoice_id, wanted).to_dict()

    def _intent_of(self, invoice: dict) -> dict | None:
        """Deeper than Stripe lets one expand in the same call."""
        ids = answers.intents_of_invoice(invoice)
        if not ids:
            return None
        wanted = {"expand": ["latest_charge.balance_transaction"]}
        with _translated():
            return self._stripe.payment_intents.retrieve(ids[0], wanted).to_dict()  # type: ignore[arg-type]

    def _whole(
        self, found: dict, thorough: bool, warned: bool, collected: datetime | None
    ) -> Session:
        charge = answers.charge_of(found)
        if charge is None:
            return answers.session_of(found)
        refunds, disputes, warnings = [], [], []
        if thorough or charge.get("amount_refunded"):
            refunds = self._all_of(self._stripe.refunds, charge)
        if thorough or charge.get("disputed"):
            disputes = self._all_of(self._stripe.disputes, charge)
        if warned:
            warnings = self._all_of(self._stripe.radar.early_fraud_warnings, charge)
        late = answers.method_of(charge) == DEBIT
        settled = (collected or self._collected(found, charge)) if late else None
        return answers.session_of(found, refunds, disputes, warnings, settled)

    def _all_of(self, resource: Any, charge: dict) -> list[dict]:
        with _translated():
            answer = resource.list({"charge": charge["id"], "limit": 100})
            return [row.to_dict() for row in answer.auto_paging_iter()]

    def _collected(self, session: dict, charge: dict) -> datetime | None:
        """When the bank paid a debit. Only the event surely says so: the charge is made on the day
        of the promise, and its balance transaction may be (a debit's stands as pending first:
        docs.stripe.com/reports/balance-transaction-types). None when that is too long ago: Stripe
        keeps events for 30 days."""
        since = answers.time_of(charge["created"])
        events = self.list_events(since=since, types=[COLLECTED])
        return next((one.created for one in events if one.object_id == session["id"]), None)

    def expire_session(self, session_id: str) -> None:
        """Nobody can pay this session any more. Raises Rejected when it was completed already."""
        with _translated():
            self._stripe.checkout.sessions.expire(session_id)

    def refund(self, order: RefundOrder) -> Refund:
        """The same order under the same key gives the same refund. Raises Busy while Stripe is
        still answering the first of them."""
        with _translated():
            made = self._stripe.refunds.create(
                {
                    "charge": order.charge,
                    "amount": order.amount,
                    "reason": order.reason,  # type: ignore[typeddict-item]
                    "metadata": {REQUEST: order.request},
                },
                {"idempotency_key": order.key},
            )
        return answers.refund_of(made.to_dict())

    def refund_of(self, *, charge: str, request: str) -> Refund | None:
        """What Stripe made of an order whose answer never came: keys are forgotten after a day, the
        refund's metadata is not."""
        found = map(answers.refund_of, self._all_of(self._stripe.refunds, {"id": charge}))
        return next((one for one in found if one.request == request), None)

    def attempt_of_payment(self, payment_intent: str) -> str:
        """Our idempotency key in the payment's metadata, "" when the payment is not ours."""
        with _translated():
            found = self._stripe.payment_intents.retrieve(payment_intent).to_dict()
        return str((found.get("metadata") or {}).get(ATTEMPT, ""))

    def invoice_of_payment(self, payment_intent: str) -> Invoice | None:
        """The charge of a subscription that was paid with it, whosesoever that is."""
        wanted: Any = {
            "payment": {"type": "payment_intent", "payment_intent": payment_intent},
            "expand": ["data.invoice"],
        }
        with _translated():
            rows = self._stripe.invoice_payments.list(wanted).to_dict()["data"]
        return answers.invoice_of(rows[0]["invoice"]) if rows else None

    def list_events(self, *, since: datetime, types: list[str]) -> Iterator[Event]:
        """Newest first. What is no event we can read is left out, and in the log: the others
        count."""
        lists = [self._events(since, types[at : at + TYPES]) for at in range(0, len(types), TYPES)]
        return heapq.merge(*lists, key=lambda one: one.created, reverse=True)

    def _events(self, since: datetime, types: list[str]) -> Iterator[Event]:
        with _translated():
            answer = self._stripe.events.list(
                {"created": {"gte": int(since.timestamp())}, "types": types, "limit": 100}
            )
            for row in answer.auto_paging_iter():
                data = row.to_dict()
                try:
                    event = answers.event_of(data)
                except NotAnEvent as error:
                    found = {"stripe_event": data.get("id"), "reason": str(error)}
                    log.error("listed, and no event", extra=found)
                    continue
                yield event

    def fetch_payout(self, payout_id: str) -> Payout:
        """As it is now, with its lines once Stripe has put them together."""
        wanted: Any = {"expand": ["failure_balance_transaction"]}
        with _translated():
            found = self._stripe.payouts.retrieve(payout_id, wanted).to_dict()
            if not answers.payout_of(found).told:
                return answers.payout_of(found)
            rows = self._stripe.balance_transactions.list({"payout": payout_id, "limit": 100})
            lines = [row.to_dict() for row in rows.auto_paging_iter()]
        return answers.payout_of(found, lines)

    def list_payouts(self, *, since: datetime) -> list[Payout]:
        """Those that were made since then, without their lines."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        with _translated():
            rows = self._stripe.payouts.list(wanted).auto_paging_iter()
            return [answers.payout_of(row.to_dict()) for row in rows]

    # --- recurring gifts ----------------------------------------------------------------------

    def fetch_subscription(self, subscription_id: str) -> Subscription:
        with _translated():
            found = self._stripe.subscriptions.retrieve(subscription_id, {"expand": WHOLE})
        return answers.subscription_of(found.to_dict())

    def fetch_mandate(self, mandate_id: str) -> Mandate:
        with _translated():
            return answers.mandate_of(self._stripe.mandates.retrieve(mandate_id).to_dict())

    def paid_invoices(self, subscription_id: str, *, since: datetime) -> list[Invoice]:
        """Those that were made since then."""
        wanted: Any = {
            "subscription": subscription_id,
            "status": "paid",
            "created": {"gte": int(since.timestamp())},
            "limit": 100,
        }
        with _translated():
            rows = self._stripe.invoices.list(wanted).auto_paging_iter()
            return [answers.invoice_of(row.to_dict()) for row in rows]

    def change_amount(self, subscription_id: str, amount: int, *, key: str) -> None:
        now = self.fetch_subscription(subscription_id)
        self._update(subscription_id, orders.another_amount(now, amount), key)

    def pause(self, subscription_id: str, until: datetime, *, key: str) -> None:
        self._update(subscription_id, orders.pause(until), key)

    def resume(self, subscription_id: str, *, key: str) -> None:
        self._update(subscription_id, orders.RESUME, key)

    def charge_instead(self, subscription_id: str, method: str, *, key: str) -> None:
        self._update(subscription_id, {"default_payment_method": method}, key)

    def _update(self, subscription_id: str, wanted: Any, key: str) -> None:
        with _translated():
            self._stripe.subscriptions.update(subscription_id, wanted, {"idempotency_key": key})

    def pay_invoice(self, invoice_id: str, *, key: str) -> None:
        """With what the subscription is charged with now, nobody sitting in front of it:
        docs.stripe.com/api/invoices/pay. Raises Rejected where it did not go through; its code is in
        `stripe_facts.CONFIRM` when the bank wants to hear from her."""
        with _translated():
            self._stripe.invoices.pay(invoice_id, {"off_session": True}, {"idempotency_key": key})

    def cancel(self, subscription_id: str, *, key: str) -> None:
        """At once, and nothing is charged or given back for it."""
        wanted: Any = {"invoice_now": False, "prorate": False}
        with _translated():
            self._stripe.subscriptions.cancel(subscription_id, wanted, {"idempotency_key": key})

    def delete_customer(self, customer_id: str) -> None:
        """With what recurs and every card of theirs; payments that were made stay. One that is gone
        already is as good: docs.stripe.com/api/customers/delete."""
        try:
            with _translated():
                self._stripe.customers.delete(customer_id)
        except Rejected as error:
            if error.code != "resource_missing":
                raise

    def open_portal(self, customer: str, *, back: str, language: str) -> str:
        """The address of Stripe's page where the means of payment is changed. Good for minutes, and
        for whoever has it: it is never kept."""
        found = self.portal_configuration()
        wanted: Any = orders.portal(customer, back, language, found.id if found else "")
        with _translated():
            return str(self._stripe.billing_portal.sessions.create(wanted).url)

    def portal_configuration(self) -> Portal | None:
        """Ours; None where there is none yet: then Stripe takes the account's own."""
        with _translated():
            rows = self._stripe.billing_portal.configurations.list({"active": True, "limit": 100})
            for row in rows.auto_paging_iter():
                data = row.to_dict()
                if (data.get("metadata") or {}).items() >= orders.PORTAL.items():
                    return answers.portal_of(data)
        return None

    def make_portal_configuration(self) -> Portal:
        wanted: Any = orders.portal_configuration()
        with _translated():
            made = self._stripe.billing_portal.configurations.create(wanted)
            return answers.portal_of(made.to_dict())

    def change_portal_configuration(self, configuration_id: str) -> Portal:
        wanted: Any = orders.portal_configuration()
        with _translated():
            changed = self._stripe.billing_portal.configurations.update(configuration_id, wanted)
            return answers.portal_of(changed.to_dict())

    # --- setting up: what the commands need -------------------------------------------------

    def time_there(self) -> datetime | None:
        """By the Date header of an answer; a key that may not list endpoints gets it as well."""
        with _translated():
            try:
                answer = self._stripe.webhook_endpoints.list({"limit": 1}).last_response
                headers: Any = answer.headers if answer else {}
            except stripe.PermissionError as error:
                headers = error.headers
        return parsedate_to_datetime(headers["Date"]) if headers.get("Date") else None

    def takes_payments(self) -> bool:
        """Whether Stripe has cleared the account for payments."""
        with _translated():
            return bool(self._stripe.accounts.retrieve_current().charges_enabled)

    def lacking(self) -> dict[str, str]:
        """What we do at Stripe and this key may not, with Stripe's name for the permission.

        Reads of one row, and two writes that can change nothing: what they speak of does not exist.
        """
        v1, one = self._stripe, {"limit": 1}
        tries: dict[str, Callable[[], Any]] = {
            "open and close payment pages": lambda: v1.checkout.sessions.expire(NOBODYS),
            "read payments": lambda: v1.payment_intents.list(one),  # type: ignore[arg-type]
            "read charges": lambda: v1.charges.list(one),  # type: ignore[arg-type]
            "read refunds": lambda: v1.refunds.list(one),  # type: ignore[arg-type]
            "give money back": lambda: v1.refunds.create({"charge": NOBODYS}),
            "read fraud warnings": lambda: v1.radar.early_fraud_warnings.list(one),  # type: ignore[arg-type]
            "read disputes": lambda: v1.disputes.list(one),  # type: ignore[arg-type]
            "read payouts": lambda: v1.payouts.list(one),  # type: ignore[arg-type]
            "read recurring gifts": lambda: v1.subscriptions.list(one),  # type: ignore[arg-type]
            "change recurring gifts": lambda: v1.subscriptions.update(NOBODYS, {}),
            "read mandates": lambda: v1.mandates.retrieve("mandate_nobodys"),
            "read their charges": lambda: v1.invoices.list(one),  # type: ignore[arg-type]
            "pay them at once": lambda: v1.invoices.pay("in_nobodys", {}),
            "open the page that changes a card": lambda: v1.billing_portal.sessions.create(
                {"customer": NOBODYS}
            ),
            "read how the page that changes a card is set up": (
                lambda: v1.billing_portal.configurations.list(one)  # type: ignore[arg-type]
            ),
            "delete the customer of an erased donor": lambda: v1.customers.delete(NOBODYS),
            "read fees": lambda: v1.balance_transactions.list(one),  # type: ignore[arg-type]
            "list events": lambda: v1.events.list(one),  # type: ignore[arg-type]
            "list webhook endpoints": lambda: v1.webhook_endpoints.list(one),  # type: ignore[arg-type]
        }
        found = {}
        for what, attempt in tries.items():
            try:
                with _translated():
                    attempt()
            except NotPermitted as error:
                found[what] = error.permission
            except BadKey:
                raise
            except Rejected:
                continue  # it might, and there is no such page
        return found

    def list_endpoints(self) -> list[Endpoint]:
        with _translated():
            rows = self._stripe.webhook_endpoints.list({"limit": 100}).auto_paging_iter()
            return [answers.endpoint_of(row.to_dict()) for row in rows]

    def make_endpoint(self, *, url: str, types: Iterable[str]) -> Endpoint:
        """The answer alone holds the secret. Raises Rejected with Stripe's own words, which are
        about the address."""
        wanted: Any = {"url": url, "enabled_events": list(types), "api_version": API_VERSION}
        with _translated(in_its_words=True):
            return answers.endpoint_of(self._stripe.webhook_endpoints.create(wanted).to_dict())

    def change_endpoint(self, endpoint_id: str, *, types: Iterable[str]) -> Endpoint:
        """Enabled, and for these types; address and version stay."""
        wanted: Any = {"enabled_events": list(types), "disabled": False}
        with _translated():
            return answers.endpoint_of(
                self._stripe.webhook_endpoints.update(endpoint_id, wanted).to_dict()
            )

    def delete_endpoint(self, endpoint_id: str) -> None:
        with _translated():
            self._stripe.webhook_endpoints.delete(endpoint_id)


@contextmanager
def _translated(*, in_its_words: bool = False) -> Iterator[None]:
    """`in_its_words`: only where they cannot hold what a donor typed."""
    try:
        yield
    except stripe.AuthenticationError as error:
        raise BadKey(_said(error)) from error
    except stripe.PermissionError as error:
        named = re.search(r"'rak_(\w+)'", error.user_message or "")
        permission = named[1] if named else ""
        raise NotPermitted(f"{_said(error)} {permission}".strip(), permission=permission) from error
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unavailable(_said(error)) from error
    except stripe.StripeError as error:
        if error.http_status == IN_USE:
            raise Busy(_said(error)) from error
        if (error.http_status or 500) >= 500:
            raise Unavailable(_said(error), stored=True) from error
        words = str(error.user_message or "")
        message = (words if in_its_words else "") or _said(error)
        raise Rejected(message, code=error.code or "", words=words) from error


def _said(error: stripe.StripeError) -> str:
    return f"{type(error).__name__} {error.http_status or ''} {error.code or ''}".strip()
