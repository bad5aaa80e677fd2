"""Events are kept once, word for word, before anybody thinks about them."""

from django.db import connection
from django.utils import timezone

from donations.models import StripeEvent
from donations.stripe_facts import Event

SESSION_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
)
REFUND_TYPES = ("charge.refunded", "refund.created", "refund.updated", "refund.failed")
CHARGE_TYPES = ("charge.updated",)  # brings the fee, when it was not known at once
DECLINE_TYPES = ("charge.failed",)  # for the guard of the form, not for the books
DISPUTE_TYPES = (
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
)
WARNING_TYPES = ("radar.early_fraud_warning.created", "radar.early_fraud_warning.updated")
PAYOUT_TYPES = (
    "payout.paid",
    "payout.failed",
    "payout.canceled",
    "payout.reconciliation_completed",
)
INVOICE_TYPES = ("invoice.paid", "invoice.payment_failed", "invoice.payment_action_required")
SUBSCRIPTION_TYPES = ("customer.subscription.updated", "customer.subscription.deleted")
CUSTOMER_TYPES = ("customer.updated",)  # another card was chosen
MANDATE_TYPES = ("mandate.updated",)  # an account may not be debited any more
PROMISE_TYPES = (*INVOICE_TYPES, *SUBSCRIPTION_TYPES, *CUSTOMER_TYPES)
# the rest is kept and left alone
ACTED_ON = (
    *SESSION_TYPES,
    *REFUND_TYPES,
    *CHARGE_TYPES,
    *DECLINE_TYPES,
    *DISPUTE_TYPES,
    *WARNING_TYPES,
    *PAYOUT_TYPES,
    *PROMISE_TYPES,
    *MANDATE_TYPES,
)

_COLUMNS = (
    "event_id, type, object_id, state, payload, happened_at, received_at, next_at, attempts,"
    " last_error"
)
_STORE = (
    f"INSERT INTO {StripeEvent._meta.db_table} ({_COLUMNS})"  # noqa: S608  names of our own
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, '') ON CONFLICT DO NOTHING"
)


def store(event: Event) -> bool:
    """True when there is something new to do. One statement: all that the web process does."""
    now = timezone.now()
    wanted = event.type in ACTED_ON
    when = connection.ops.adapt_datetimefield_value
    values = [
        event.id,
        event.type[:80],
        event.object_id[:120],
        StripeEvent.State.RECEIVED if wanted else StripeEvent.State.IGNORED,
        event.payload,
        when(event.created),
        when(now),
        when(now) if wanted else None,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)
        return wanted and bool(cursor.rowcount == 1)
