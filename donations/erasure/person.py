"""Whose data are meant: a donor with all her addresses, and what leads from her to other rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q, QuerySet

from donations.models import (
    BankLine,
    CheckoutAttempt,
    Dispute,
    Donation,
    Donor,
    JournalEntry,
    RecurringDonation,
    StripeEvent,
)
from donations.services.guarding import key_of
from donations.visitors import Visitor

CHUNK = 500
NAMED = re.compile(rb'"([a-z]{2,5}_\w+)"')  # ids within an event
AT_STRIPE = re.compile(r"[a-z]{2,5}_\w+", re.ASCII)


@dataclass(frozen=True)
class Person:
    """As the rows are when it is asked; nothing here writes.

    `withheld`: gifts whose dispute runs on. What is said of them is our defence (art. 17.3.e GDPR),
    and stays until the dispute has ended.
    """

    donors: tuple[Donor, ...]  # the kept one first
    now: datetime
    seen_event: int = 0  # what no gift is known of was looked at up to this event

    @property
    def kept(self) -> Donor:
        return self.donors[0]

    @cached_property
    def keys(self) -> list[int]:
        return [one.pk for one in self.donors]

    @cached_property
    def emails(self) -> list[str]:
        return [one.email for one in self.donors if one.email]

    @cached_property
    def withheld(self) -> list[int]:
        running = Dispute.objects.exclude(status__in=Dispute.ENDED)
        running = running.filter(donation__donor__in=self.keys)
        return sorted(set(running.values_list("donation", flat=True)))

    @cached_property
    def all_gifts(self) -> list[int]:
        rows = Donation.objects.filter(donor__in=self.keys).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    @cached_property
    def gifts(self) -> list[int]:
        """Those that nothing holds back."""
        return [pk for pk in self.all_gifts if pk not in self.withheld]

    @cached_property
    def promises(self) -> list[int]:
        rows = RecurringDonation.objects.filter(donor__in=self.keys).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    @cached_property
    def customers(self) -> list[str]:
        rows = RecurringDonation.objects.filter(donor__in=self.keys).exclude(customer_id="")
        return sorted(set(rows.values_list("customer_id", flat=True)))

    @cached_property
    def at_stripe(self) -> list[str]:
        """What Stripe calls her pages, payments, refunds, promises, herself; nothing of what is
        withheld."""
        found = set(self.customers)
        rows = CheckoutAttempt.objects.filter(donation__in=self.gifts)
        for row in rows.values_list("session_id", "invoice_id", "payment_intent"):
            found.update(one for one in row if one)
        origins = JournalEntry.objects.filter(donation__in=self.gifts).order_by()
        for origin in origins.values_list("origin", flat=True):
            found.add(origin.partition(":")[0])
        kept = RecurringDonation.objects.filter(donor__in=self.keys)
        for both in kept.values_list("subscription_id", "method_id"):
            found.update(one for one in both if one)
        return sorted(one for one in found if AT_STRIPE.fullmatch(one))

    @cached_property
    def ibans(self) -> list[str]:
        """Of the accounts from which her transfers came, or to which they went back."""
        hers = Q(donation__in=self.all_gifts) | Q(refund__donation__in=self.all_gifts)
        lines = BankLine.objects.filter(hers).exclude(iban="")
        return sorted(set(lines.values_list("iban", flat=True)))

    @cached_property
    def mail_digests(self) -> list[str]:
        """Under which the form's guard counts her address."""
        return [one for email in self.emails for one in Visitor(mail=email).known_as("mail")]

    @cached_property
    def form_digests(self) -> list[str]:
        tokens = Donation.objects.filter(pk__in=self.all_gifts)
        return [
            one for token in tokens.values_list("form_token", flat=True) for one in key_of(token)
        ]

    def events(self) -> list[int]:
        """Stripe's events that speak of her: by the gift or the object they are about, and, of those
        that no gift is known of, by what their words hold."""
        rows = StripeEvent.objects.filter(redacted_at=None).exclude(donation__in=self.withheld)
        mine = set(rows.filter(donation__in=self.gifts).values_list("pk", flat=True))
        for part in _chunks(self.at_stripe):
            mine.update(rows.filter(object_id__in=part).values_list("pk", flat=True))
        emails = [one.encode() for one in self.emails]
        known = {one.encode() for one in self.at_stripe}
        unknown = rows.filter(Q(donation=None) & Q(pk__gt=self.seen_event)).order_by()
        for pk, payload in unknown.values_list("pk", "payload").iterator(chunk_size=CHUNK):
            words = bytes(payload).lower()
            if any(one in words for one in emails) or not known.isdisjoint(NAMED.findall(payload)):
                mine.add(pk)
        return sorted(mine)

    def newest_gift(self) -> Donation | None:
        gifts: QuerySet[Donation] = Donation.objects.filter(donor__in=self.keys)
        return gifts.order_by("-created_at", "-pk").first()


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
