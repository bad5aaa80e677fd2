"""Rows to measure with, written straight into the tables of a measurement's own database.

Run inside the product (`Product.manage(code=…)`, `python -c`), never against anybody's data.
"""

from datetime import datetime, timedelta
from typing import Any


def campaign(peer: str) -> None:
    """A campaign and an account on the peer."""
    from django.utils import timezone

    from campaigns.models import Account, Campaign

    today = timezone.localdate()
    made = Campaign(
        name="Bench",
        slug="bench",
        hashtags="#Bench",
        start_date=today - timedelta(days=1),
        end_date=today + timedelta(days=2),
    )
    made.full_clean()
    made.save()
    account = Account(channel="mastodon", name="Bench")
    account.credentials = {"instance": peer, "token": "bench-token-0001"}
    account.save()


def posts(number: int, at: datetime) -> list[Any]:
    """So many planned deliveries for that moment, each a post with its source and short link."""
    from attribution.models import ShortLink, Source
    from attribution.services import _code
    from campaigns.models import Account, Campaign, Delivery, Post
    from campaigns.services import content

    owner, account = Campaign.objects.get(), Account.objects.get()
    text = "Sei metri di muro e una polenta: {link} #Bench"
    made = Post.objects.bulk_create(
        [Post(campaign=owner, text=text, planned_at=at, live=True) for _ in range(number)]
    )
    sources = Source.objects.bulk_create(
        [Source(kind="delivery", key=f"{post.pk}", label="Bench", code=_code()) for post in made]
    )
    links = ShortLink.objects.bulk_create(
        [ShortLink(source=source, target="/dona/", code=_code()) for source in sources]
    )
    rows = [
        Delivery(
            post=post,
            account=account,
            source=source,
            planned_at=at,
            next_at=at,
            content=content.content_of(post=post, channel="mastodon", link=link.url),
        )
        for post, source, link in zip(made, sources, links, strict=True)
    ]
    return Delivery.objects.bulk_create(rows)


def gifts(number: int) -> None:
    """Gifts on the payment page, each with the event that says it was paid; all have a source."""
    import json
    import uuid

    from django.utils import timezone

    from attribution import services as attribution
    from donations.models import CheckoutAttempt, Donation, Donor, Fund, StripeEvent

    now = timezone.now()
    fund = Fund.objects.create(name="Bench", slug="bench")
    source = attribution.source(kind="campaign", key="bench", label="Bench")
    donors = Donor.objects.bulk_create([Donor(email=f"d{n}@example.org") for n in range(number)])
    given = Donation.objects.bulk_create(
        [
            Donation(
                form_token=uuid.uuid4(),
                donor=donor,
                fund=fund,
                source=source,
                amount=2500,
                state="checkout_open",
                first_name="Ada",
                last_name="Bianchi",
            )
            for donor in donors
        ]
    )
    CheckoutAttempt.objects.bulk_create(
        [
            CheckoutAttempt(
                donation=gift,
                number=1,
                amount=2500,
                idempotency_key=f"bench-{n}",
                session_id=f"cs_{n}",
                state="open",
            )
            for n, gift in enumerate(given)
        ]
    )
    StripeEvent.objects.bulk_create(
        [
            StripeEvent(
                event_id=f"evt_{n}",
                type="checkout.session.completed",
                object_id=f"cs_{n}",
                payload=json.dumps(
                    {"data": {"object": {"id": f"cs_{n}", "metadata": {"attempt": f"bench-{n}"}}}}
                ).encode(),
                happened_at=now,
                received_at=now,
                next_at=now,
            )
            for n in range(number)
        ]
    )


def charges(number: int) -> None:
    """Promises that hold and whose donors know it, each with the event that says that its second
    month was paid; after `gifts`."""
    import json
    import uuid
    from datetime import timedelta

    from django.utils import timezone

    from attribution import services as attribution
    from donations.models import (
        Acknowledgement,
        CheckoutAttempt,
        Donation,
        Donor,
        Fund,
        RecurringDonation,
        StripeEvent,
    )

    now = timezone.now()
    begun = now - timedelta(days=31)
    fund = Fund.objects.get(slug="bench")
    source = attribution.source(kind="campaign", key="bench", label="Bench")
    donors = Donor.objects.bulk_create([Donor(email=f"p{n}@example.org") for n in range(number)])
    promises = RecurringDonation.objects.bulk_create(
        [
            RecurringDonation(
                donor=donor,
                fund=fund,
                source=source,
                amount=2500,
                interval="month",
                state="active",
                started_at=begun,
                subscription_id=f"sub_{n}",
                customer_id=f"cus_{n}",
            )
            for n, donor in enumerate(donors)
        ]
    )
    given = Donation.objects.bulk_create(
        [
            Donation(
                form_token=uuid.uuid4(),
                promise=promise,
                donor=promise.donor,
                fund=fund,
                source=source,
                amount=2500,
                state="settled",
                method="card",
                created_at=begun,
                settled_at=begun,
                first_name="Ada",
                last_name="Bianchi",
            )
            for promise in promises
        ]
    )
    CheckoutAttempt.objects.bulk_create(
        [
            CheckoutAttempt(
                donation=gift,
                number=1,
                amount=2500,
                idempotency_key=f"bench-p-{n}",
                session_id=f"cs_p{n}",
                state="complete",
            )
            for n, gift in enumerate(given)
        ]
    )
    Acknowledgement.objects.bulk_create(
        [
            Acknowledgement(
                donation=gift,
                kind="promise_started",
                key=f"{gift.promise.public_id}:promise_started",
                state="done",
            )
            for gift in given
        ]
    )
    from bench import peer

    StripeEvent.objects.bulk_create(
        [
            StripeEvent(
                event_id=f"evt_p{n}",
                type="invoice.paid",
                object_id=f"in_{n}",
                payload=json.dumps(
                    {"data": {"object": peer.invoice(f"in_{n}", int(now.timestamp()))}}
                ).encode(),
                happened_at=now,
                received_at=now,
                next_at=now,
            )
            for n in range(number)
        ]
    )


def settle() -> None:
    """Statistics and free space, as PostgreSQL sees to them by itself in the course of time."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def books(number: int) -> None:
    """Gifts that were received, a day apart in fives, each of a donor of its own, with its fee and
    its receipt. One in ten went back whole, and its receipt is void."""
    import uuid

    from django.utils import timezone

    from donations.models import Account, Donation, Donor, Fund, JournalEntry, Receipt, ReceiptLine

    now = timezone.now()
    fund, _made = Fund.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    income, _made = Account.objects.get_or_create(
        fund=fund, defaults={"code": "fund-bench", "name": "Bench", "kind": Account.Kind.INCOME}
    )
    stripe = Account.objects.get(code=Account.STRIPE)
    fees = Account.objects.get(code=Account.FEES)
    first = Donor.objects.count()
    numbers = range(first, first + number)
    donors = Donor.objects.bulk_create(
        [Donor(email=f"donor{n}@example.org") for n in numbers], batch_size=1000
    )
    given = Donation.objects.bulk_create(
        [
            Donation(
                form_token=uuid.uuid4(),
                donor=donor,
                fund=fund,
                amount=2501,
                refunded_amount=0 if n % 10 else 2501,
                state="settled" if n % 10 else "refunded",
                settled_at=now - timedelta(days=n // 5),
                method="card",
                first_name=f"Ada {n}",
                last_name="Bianchi d’Aragona",
            )
            for n, donor in zip(numbers, donors, strict=True)
        ],
        batch_size=1000,
    )
    rows = []
    for n, gift in zip(numbers, given, strict=True):
        common = {"donation": gift, "at": gift.settled_at}
        ch, txn = f"ch_{n:024d}:gift", f"txn_{n:024d}:fee"
        rows.append(JournalEntry(debit=stripe, credit=income, amount=2501, origin=ch, **common))
        rows.append(JournalEntry(debit=fees, credit=stripe, amount=63, origin=txn, **common))
        if n % 10 == 0:
            re = f"re_{n:024d}:refund"
            rows.append(JournalEntry(debit=income, credit=stripe, amount=2501, origin=re, **common))
    JournalEntry.objects.bulk_create(rows, batch_size=1000)
    void = {"state": "void", "voided_at": now, "void_reason": "refund", "void_day": now.date()}
    papers = Receipt.objects.bulk_create(
        [
            Receipt(
                issuer="bench",
                year=2026,
                number=n + 1,
                donation=gift,
                amount=2501,
                data={"donor": gift.donor_name, "address": "Via Roma 1, 00100 Roma" * 20},
                issued_at=now,
                **({} if n % 10 else void),
            )
            for n, gift in zip(numbers, given, strict=True)
        ],
        batch_size=1000,
    )
    lines = [
        ReceiptLine(
            receipt=one, donation=one.donation, amount=one.amount, valid=one.state == "issued"
        )
        for one in papers
    ]
    ReceiptLine.objects.bulk_create(lines, batch_size=1000)
