"""What was missed: Stripe is asked for the events since its list was last read to the end, and for
the payment pages that should have had an answer by now."""

import logging
from datetime import datetime, timedelta

from django.db.models import Min, Q
from django.utils import timezone

from donations import gateway
from donations.models import CheckoutAttempt, Donation, RecurringDonation, SweepMark
from donations.services import books, inbox, mandates, payouts, promises
from donations.services.charges import charge_rows
from donations.stripe_facts import Rejected, Session, Unavailable

OVERLAP = timedelta(hours=6)  # clocks differ, and Stripe lists an event some moments late
KEPT = timedelta(days=29)  # Stripe keeps events for 30 days
PATIENCE = timedelta(minutes=10)  # how long a page may stay open before we ask
CHARGED = timedelta(hours=6)  # Stripe lets an invoice lie for an hour before it asks for the money
GIVEN_UP = timedelta(hours=25)  # no page lives longer than 24 hours
AT_ONCE = 100

log = logging.getLogger(__name__)


def sweep(*, now: datetime | None = None, patience: timedelta = PATIENCE) -> int:
    """Returns how many things it found that we did not know. `patience`: how long a payment page
    is left alone."""
    now = now or timezone.now()
    found = _given_up(now)  # Stripe is not asked, and cannot be in the way
    try:
        found += fetch_missed(now=now, patience=patience)
    except Unavailable as error:
        log.warning("sweep stopped", extra={"reason": str(error)})
    return found


def fetch_missed(
    *, now: datetime, since: datetime | None = None, patience: timedelta = PATIENCE
) -> int:
    """Asks Stripe; `since`: further back than the list was read to already. Raises Unavailable
    when it falls silent: what came until then is kept."""
    found = _missed_events(now, since) + _missed_sessions(now, patience)
    found += mandates.mark()
    return found + _missed_charges(now) + payouts.fetch_missed(now=now)


def _missed_events(now: datetime, further: datetime | None) -> int:
    """Into the inbox; processing finds them there. The mark moves when the list came to its end:
    whoever is interrupted leaves the older events to the next one. A key that may not list events
    stops nobody from asking for the payment pages, and stands on the treasurer's desk."""
    # never from later on than the mark: it would then pass over what lies between
    since = max(min(further or now, _read_until() or now, now) - OVERLAP, now - KEPT)
    found = 0
    try:
        for event in gateway.get().list_events(since=since, types=list(inbox.ACTED_ON)):
            found += inbox.store(event)
    except Rejected as error:
        log.error("sweep: Stripe does not list its events to us", extra={"reason": str(error)})
        SweepMark.refuse(str(error), at=now)
        return found
    SweepMark.move(now)
    return found


def _read_until() -> datetime | None:
    """The first time: nothing of ours is older than the first payment page we asked for."""
    first = CheckoutAttempt.objects.aggregate(first=Min("created_at"))
    return SweepMark.get() or first["first"]


def _missed_sessions(now: datetime, patience: timedelta) -> int:
    """Of gifts still without an end. Whatever Stripe says of them goes into the books; one that
    cannot be read or booked stands in nobody's way, nor does one at which Stripe falls silent: the
    order is another one each time."""
    waiting = CheckoutAttempt.objects.filter(
        Q(session_id__isnull=False) | Q(invoice_id__isnull=False),
        donation__state__in=Donation.OPEN,
        created_at__lt=now - patience,
    ).exclude(state=CheckoutAttempt.State.EXPIRED)
    found = 0
    for attempt in waiting.select_related("donation").order_by("?")[:AT_ONCE]:
        before = attempt.donation.state
        try:
            (outcome,) = books.record(found=[(attempt.pk, _look(attempt))])
        except Unavailable:
            raise
        except (Rejected, books.WrongMoney) as error:
            log.error("sweep: a person is needed", extra={"reason": str(error)})
            continue
        except Exception:  # a fault of ours: in the log, and tried again by the next sweep
            log.exception("sweep: page not booked", extra={"attempt": attempt.pk})
            continue
        found += outcome.donation.state != before
    return found


def _look(attempt: CheckoutAttempt) -> Session:
    if attempt.session_id:
        return gateway.get().fetch_session(attempt.session_id, thorough=True)
    return gateway.get().fetch_invoice(str(attempt.invoice_id), thorough=True)


def _missed_charges(now: datetime) -> int:
    """Of promises whose next charge is overdue, or whose last one was not paid when we looked."""
    due = Q(next_charge__lt=now - CHARGED) | ~Q(open_invoice="")
    live = Q(state__in=RecurringDonation.LIVE) & (
        Q(looked_at=None) | Q(looked_at__lt=now - CHARGED) | Q(next_charge__lt=now - CHARGED)
    )
    found = 0
    for promise in RecurringDonation.objects.filter(live & due).order_by("?")[:AT_ONCE]:
        try:
            found += _charges_of(promise)
        except Unavailable:
            raise
        except (Rejected, books.WrongMoney, promises.WrongSubscription) as error:
            log.error("sweep: a person is needed", extra={"reason": str(error)})
        except Exception:  # a fault of ours: in the log, and tried again by the next sweep
            log.exception("sweep: promise not read", extra={"promise": promise.pk})
    return found


def _charges_of(promise: RecurringDonation) -> int:
    since = (promise.looked_at or promise.created_at) - KEPT
    told = gateway.get().paid_invoices(str(promise.subscription_id), since=since)
    known = CheckoutAttempt.objects.filter(invoice_id__in=[one.id for one in told])
    missed = {one.id for one in told} - set(known.values_list("invoice_id", flat=True))
    for invoice in told:
        if invoice.id in missed and invoice.paid and not invoice.first:
            attempt = charge_rows(charges=[(promise, invoice)])[invoice.id]
            books.record(found=[(attempt.pk, _look(attempt))])
    promises.look(promise=promise)
    return len(missed)


def _given_up(now: datetime) -> int:
    """Gifts whose payment page was never opened: nobody can pay them any more."""
    there = Q(session_id__isnull=False) | Q(invoice_id__isnull=False)
    opened = CheckoutAttempt.objects.filter(there).values("donation")
    never = Donation.objects.filter(state=Donation.State.STARTED, created_at__lt=now - GIVEN_UP)
    return never.exclude(pk__in=opened).update(state=Donation.State.CANCELLED)
