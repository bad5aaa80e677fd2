"""A stand-in for Stripe: stateful, driven by the unmodified SDK, with a page one can click.

Written from Stripe's documentation; each rule names its page. What it does not know it refuses.
Agreement with the live service is shown only by tests against Stripe's own test mode.
"""

import threading

from markupsafe import Markup
from werkzeug.routing import Rule

from sandbox.store import Store
from sandbox.stripe import (
    account,
    agenda,
    api,
    catalogue,
    control,
    disputes,
    endpoints,
    hosted,
    idempotency,
    invoice_page,
    invoicing,
    listing,
    outbox,
    payouts,
    people,
    portal,
    portal_page,
    refunds,
    sessions,
    settings,
    subscriptions,
    warnings,
    work,
)
from sandbox.stripe import params as p
from sandbox.stripe.resources import retriever, update_intent
from sandbox.web import World


def rules() -> list[Rule]:
    return [
        *(
            Rule(f"/v1/{path}", methods=[method], endpoint=endpoint)
            for method, path, endpoint in ENDPOINTS
        ),
        Rule("/v1/<path:rest>", endpoint=api.unrecognized),
        *hosted.rules(),
        *invoice_page.rules(),
        *portal_page.rules(),
        *control.rules(),
    ]


def setup(store: Store) -> None:
    store.setup(work.SCHEMA + settings.SCHEMA + outbox.SCHEMA + idempotency.SCHEMA)
    with store.tx() as db:
        outbox.keep_up(db)
        agenda.keep_up(db)


def start(world: World, stop: threading.Event) -> None:
    """Deliver webhooks; let things happen at Stripe when their moment comes."""
    outbox.start(world, stop)
    agenda.start(world, stop)


def panel(world: World) -> Markup:
    return control.panel(world)


def _simple(path: str, kind: str, *filters: str) -> list[tuple[str, str, api.Endpoint]]:
    return [
        ("GET", path, listing.lister(kind, f"/v1/{path}", *filters)),
        ("GET", f"{path}/<id>", retriever(kind)),
    ]


ENDPOINTS: list[tuple[str, str, api.Endpoint]] = [
    ("POST", "checkout/sessions", api.endpoint(sessions.create, sessions.CREATE)),
    (
        "GET",
        "checkout/sessions",
        listing.lister(
            "checkout.session", "/v1/checkout/sessions", "payment_intent", "customer", "status"
        ),
    ),
    ("GET", "checkout/sessions/<id>", api.endpoint(sessions.retrieve)),
    ("POST", "checkout/sessions/<id>", api.endpoint(sessions.update, sessions.UPDATE)),
    ("POST", "checkout/sessions/<id>/expire", api.endpoint(sessions.expire)),
    (
        "GET",
        "checkout/sessions/<id>/line_items",
        api.endpoint(sessions.line_items, listing.PAGE),
    ),
    *_simple("payment_intents", "payment_intent", "customer"),
    ("POST", "payment_intents/<id>", api.endpoint(update_intent, sessions.UPDATE)),
    *_simple("charges", "charge", "payment_intent", "customer"),
    ("GET", "balance_transactions", payouts.transactions()),
    ("GET", "balance_transactions/<id>", retriever("balance_transaction")),
    *_simple("payouts", payouts.KIND, "status"),
    *_simple("refunds", "refund", "charge", "payment_intent"),
    ("POST", "refunds", api.endpoint(refunds.create, refunds.CREATE)),
    ("POST", "refunds/<id>", api.endpoint(refunds.update, refunds.UPDATE)),
    *_simple("disputes", "dispute", "charge", "payment_intent"),
    ("POST", "disputes/<id>", api.endpoint(disputes.update, disputes.UPDATE)),
    ("POST", "disputes/<id>/close", api.endpoint(disputes.close)),
    *_simple("radar/early_fraud_warnings", warnings.KIND, "charge", "payment_intent"),
    ("GET", "customers", api.endpoint(people.listed, people.LIST)),
    ("GET", "customers/<id>", api.endpoint(people.retrieve)),
    ("DELETE", "customers/<id>", api.endpoint(people.delete)),
    ("POST", "customers", api.endpoint(people.create, people.CREATE)),
    ("POST", "customers/<id>", api.endpoint(people.update, people.UPDATE)),
    ("GET", "customers/<id>/payment_methods", api.endpoint(people.methods, people.METHODS)),
    (
        "GET",
        "payment_methods",
        api.endpoint(people.listed_methods, {**people.METHODS, "customer": p.text()}),
    ),
    ("GET", "payment_methods/<id>", retriever("payment_method")),
    ("POST", "payment_methods/<id>", api.endpoint(people.update_method, people.UPDATE_METHOD)),
    ("POST", "payment_methods/<id>/attach", api.endpoint(people.attach_method, people.ATTACH)),
    ("POST", "payment_methods/<id>/detach", api.endpoint(people.detach_method)),
    ("GET", "mandates/<id>", retriever("mandate")),
    ("GET", "billing_portal/configurations", api.endpoint(portal.listed, portal.LIST)),
    ("POST", "billing_portal/configurations", api.endpoint(portal.create, portal.CREATE)),
    ("GET", "billing_portal/configurations/<id>", retriever(portal.KIND)),
    ("POST", "billing_portal/configurations/<id>", api.endpoint(portal.update, portal.UPDATE)),
    ("POST", "billing_portal/sessions", api.endpoint(portal.open_session, portal.OPEN)),
    *_simple("products", "product"),
    ("POST", "products", api.endpoint(catalogue.create_product, catalogue.CREATE_PRODUCT)),
    ("POST", "products/<id>", api.endpoint(catalogue.update_product, catalogue.UPDATE_PRODUCT)),
    *_simple("prices", "price", "product"),
    ("POST", "prices", api.endpoint(catalogue.create_price, catalogue.CREATE_PRICE)),
    ("POST", "prices/<id>", api.endpoint(catalogue.update_price, catalogue.UPDATE_PRICE)),
    ("GET", "subscriptions", api.endpoint(subscriptions.listed, subscriptions.LIST)),
    ("GET", "subscriptions/<id>", api.endpoint(subscriptions.retrieve)),
    ("POST", "subscriptions/<id>", api.endpoint(subscriptions.update, subscriptions.UPDATE)),
    ("DELETE", "subscriptions/<id>", api.endpoint(subscriptions.cancel, subscriptions.CANCEL)),
    ("GET", "invoices", api.endpoint(invoicing.listed, invoicing.LIST)),
    ("GET", "invoices/<id>", api.endpoint(invoicing.retrieve)),
    ("POST", "invoices/<id>", api.endpoint(invoicing.update, invoicing.UPDATE)),
    ("GET", "invoices/<id>/lines", api.endpoint(invoicing.lines, listing.PAGE)),
    ("POST", "invoices/<id>/pay", api.endpoint(invoicing.pay, invoicing.PAY)),
    ("POST", "invoices/<id>/finalize", api.endpoint(invoicing.finalize)),
    ("POST", "invoices/<id>/void", api.endpoint(invoicing.void)),
    (
        "POST",
        "invoices/<id>/mark_uncollectible",
        api.endpoint(invoicing.mark_uncollectible),
    ),
    ("GET", "invoice_payments", api.endpoint(invoicing.payments, invoicing.PAYMENTS)),
    ("GET", "invoice_payments/<id>", retriever("invoice_payment")),
    ("GET", "events", listing.events()),
    ("GET", "events/<id>", retriever("event")),
    ("GET", "account", api.endpoint(account.retrieve)),
    ("GET", "webhook_endpoints", api.endpoint(endpoints.listed, endpoints.LIST)),
    ("POST", "webhook_endpoints", api.endpoint(endpoints.create, endpoints.CREATE)),
    ("GET", "webhook_endpoints/<id>", api.endpoint(endpoints.retrieve)),
    ("POST", "webhook_endpoints/<id>", api.endpoint(endpoints.update, endpoints.UPDATE)),
    ("DELETE", "webhook_endpoints/<id>", api.endpoint(endpoints.delete)),
]
