"""A year of gifts as the product leaves it: donors, words, ledger, fees, refunds, receipts, mails,
credits, events and payouts. Written straight into the tables of a measurement's own database.

Run inside the product (`python -c`), never against anybody's data. It can be called again: what it
writes then comes on top.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bench import seed

GIFTS_A_DONOR = 4
PROMISED = 0.2  # of the donors
FUNDS, CAMPAIGNS, POSTS, CHANNELS = 4, 8, 12, ("Mastodon", "Bluesky", "Telegram")
FIRST = (
    "Ada Bruno Carla Dario Elsa Fabio Gina Ivo Livia Marco Nora Olga Piero Rosa Sara Ugo".split()
)
LAST = (
    "Rossi Bianchi Ferrari Esposito Ricci Marino Greco Bruno Gallo Conti Costa Giordano Mancini"
    " Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso D’Aragona Ferrero"
).split()
MAILS = ("posta.example", "mail.example", "lettere.example", "casa.example")
WAYS = ("card", "card", "card", "card", "sepa_debit", "sepa_debit", "bank_transfer", "cash")
BATCH = 2000


def write(gifts: int, *, first: int = 0) -> None:
    """The gifts numbered from `first` on, spread over the twelve months before this one and this one
    up to now; a donor for every four."""
    from django.db import connection, transaction

    chance = random.Random(first)
    with transaction.atomic():
        funds, sources = _funds(), _sources()
        donors = _donors(range(first // GIFTS_A_DONOR, (first + gifts) // GIFTS_A_DONOR))
        promises = _promises(donors, funds, chance)
        _gifts(range(first, first + gifts), donors, promises, funds, sources, chance)
        with connection.cursor() as cursor:
            for statement in REST.split(";\n"):
                cursor.execute(statement)
    seed.settle()


def begins() -> datetime:
    """The first day of the month a year ago."""
    from django.utils import timezone

    today = timezone.localtime()
    return today.replace(year=today.year - 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def name(number: int) -> tuple[str, str]:
    """First and last name of the donor with this number; the last one has a part of its own."""
    return FIRST[number % len(FIRST)], f"{LAST[number // 7 % len(LAST)]} {_own(number)}"


def _own(number: int) -> str:
    """A word for each number: 4711 → “bekola”."""
    sounds = [one + two for one in "bdfgklmnprstv" for two in "aeiou"]
    word = ""
    while number or not word:
        number, part = divmod(number, len(sounds))
        word += sounds[part]
    return word.capitalize() + "ni"


def mail(number: int) -> str:
    first, last = name(number)
    return f"{first}.{last.split()[-1]}{number}@{MAILS[number % len(MAILS)]}".lower()


def code(number: int) -> str:
    """Formed like a codice fiscale; its check character is not right."""
    return f"RSSMRA{number % 100:02d}A{number // 100 % 100:02d}H{number // 10_000 % 1000:03d}Z"


def _funds() -> list[Any]:
    from donations.models import Account, Fund

    made = []
    for n in range(FUNDS):
        fund, _new = Fund.objects.get_or_create(
            slug=f"bench-{n}", defaults={"name": f"Spesa sospesa {n}"}
        )
        Account.objects.get_or_create(
            fund=fund,
            defaults={"code": f"fund-bench-{n}", "name": fund.name, "kind": Account.Kind.INCOME},
        )
        made.append(fund)
    return made


def _sources() -> list[Any]:
    """The deliveries: of each campaign its posts, of each post one a channel."""
    from attribution import services as attribution

    found = []
    for c in range(CAMPAIGNS):
        campaign = attribution.source(kind="campaign", key=f"b{c}", label=f"#Spesa{c}")
        for p in range(POSTS):
            label = f"Sei metri di muro, {c} e {p}"
            post = attribution.source(kind="post", key=f"b{c}.{p}", label=label, parent=campaign)
            for channel in CHANNELS:
                key = f"b{c}.{p}.{channel}"
                found.append(
                    attribution.source(kind="delivery", key=key, label=channel, parent=post)
                )
    return found


def _donors(numbers: range) -> list[Any]:
    """One in ten is another address of the one before, so that each page of a list has some; a few have
    tags."""
    from donations.models import Donor, DonorTag

    made = Donor.objects.bulk_create([Donor(email=mail(n)) for n in numbers], batch_size=BATCH)
    joined = made[1::10]
    for one, kept in zip(joined, made[0::10], strict=False):
        one.kept = kept
    Donor.objects.bulk_update(joined, ["kept"], batch_size=BATCH)
    tag, _new = DonorTag.objects.get_or_create(key="soci", defaults={"name": "Soci"})
    tag.donors.add(*made[::20])
    return made


def _promises(donors: list[Any], funds: list[Any], chance: random.Random) -> dict[int, Any]:
    """By donor. One in ten has ended."""
    from donations.models import RecurringDonation

    begin = begins()
    rows = []
    for one in donors:
        if chance.random() > PROMISED:
            continue
        since = begin + timedelta(days=chance.randrange(300))
        ended = {"state": "ended", "ended_at": since + timedelta(days=60), "end_reason": "donor"}
        rows.append(
            RecurringDonation(
                donor=one,
                fund=chance.choice(funds),
                amount=chance.choice((1000, 1500, 2500)),
                interval=chance.choice(("month", "month", "month", "quarter", "year")),
                started_at=since,
                created_at=since,
                subscription_id=f"sub_{one.pk:024d}",
                **(ended if chance.random() < 0.1 else {"state": "active"}),
            )
        )
    made = RecurringDonation.objects.bulk_create(rows, batch_size=BATCH)
    return {one.donor_id: one for one in made}


def _gifts(
    numbers: range,
    donors: list[Any],
    promises: dict[int, Any],
    funds: list[Any],
    sources: list[Any],
    chance: random.Random,
) -> None:
    """Most were received; some expired on the payment page, failed, went back in part or whole."""
    from django.utils import timezone

    from donations.models import Donation, GiftWord
    from donations.words import of_gift

    begin = begins()
    length = (timezone.now() - begin).total_seconds()
    base = numbers[0] // GIFTS_A_DONOR

    def made() -> Iterator[Any]:
        for n in numbers:
            place = (n - numbers[0]) // GIFTS_A_DONOR
            donor = donors[place]
            first, last = name(base + place)
            at = begin + timedelta(seconds=length * (n * 0.618034 % 1))
            state = chance.choices(
                ("settled", "partly_refunded", "refunded", "expired", "failed"),
                (88, 1, 2, 7, 2),
            )[0]
            amount = chance.choice((500, 1000, 1500, 2500, 5000, 15000))
            back = {"refunded": amount, "partly_refunded": amount // 2}.get(state, 0)
            promise = promises.get(donor.pk)
            yield Donation(
                form_token=uuid.UUID(int=chance.getrandbits(128)),
                donor=donor,
                fund=chance.choice(funds),
                source=chance.choice(sources) if chance.random() < 0.4 else None,
                promise=promise if n % GIFTS_A_DONOR else None,
                amount=amount,
                refunded_amount=back,
                state=state,
                method="" if state in ("expired", "failed") else chance.choice(WAYS),
                created_at=at,
                settled_at=None if state in ("expired", "failed") else at,
                first_name=first,
                last_name=last,
                codice_fiscale=code(base + place) if place % 3 else "",
                city="Trento",
            )

    gifts = Donation.objects.bulk_create(made(), batch_size=BATCH)
    words = (
        GiftWord(donation=gift, word=word)
        for gift in gifts
        for word in of_gift(
            {
                "organisation": "",
                "first_name": gift.first_name,
                "last_name": gift.last_name,
                "codice_fiscale": gift.codice_fiscale,
            }
        )
    )
    GiftWord.objects.bulk_create(words, batch_size=BATCH)


# the gifts that have no rows of this kind yet. Two ledger rows a gift through Stripe (gift, fee), one
# by hand, one more for what went back; a receipt each; a mail each for thanks and receipt; a payout a day
REST = """
CREATE TEMP TABLE fresh ON COMMIT DROP AS
SELECT d.*, a.id AS income, d.method IN ('card', 'sepa_debit') AS online,
    d.amount * 14 / 1000 + 25 AS fee, d.settled_at IS NOT NULL AS got
FROM donations_donation d JOIN donations_account a ON a.fund_id = d.fund_id
WHERE NOT EXISTS (SELECT 1 FROM donations_checkoutattempt c WHERE c.donation_id = d.id);
INSERT INTO donations_checkoutattempt
    (donation_id, number, amount, idempotency_key, session_id, payment_intent, url, state, created_at)
SELECT id, 1, amount, 'bench-' || id, 'cs_' || id, 'pi_' || id, '',
    CASE WHEN got THEN 'complete' ELSE 'expired' END, created_at
FROM fresh;
INSERT INTO donations_journalentry
    (debit_id, credit_id, amount, currency, origin, donation_id, at, written_at)
SELECT (SELECT id FROM donations_account WHERE code = CASE
        WHEN online THEN 'stripe' WHEN method = 'cash' THEN 'cash' ELSE 'bank' END),
    income, amount, 'EUR', CASE WHEN online THEN 'ch_' ELSE 'hand:' END || id || ':gift',
    id, settled_at, settled_at
FROM fresh WHERE got ORDER BY settled_at;
INSERT INTO donations_journalentry
    (debit_id, credit_id, amount, currency, origin, donation_id, at, written_at)
SELECT (SELECT id FROM donations_account WHERE code = 'fees'),
    (SELECT id FROM donations_account WHERE code = 'stripe'),
    fee, 'EUR', 'txn_' || id || ':fee', id, settled_at, settled_at
FROM fresh WHERE got AND online ORDER BY settled_at;
INSERT INTO donations_journalentry
    (debit_id, credit_id, amount, currency, origin, donation_id, at, written_at)
SELECT income, (SELECT id FROM donations_account WHERE code = CASE
        WHEN online THEN 'stripe' WHEN method = 'cash' THEN 'cash' ELSE 'bank' END),
    refunded_amount, 'EUR', 're_' || id || ':refund', id, settled_at, settled_at
FROM fresh WHERE got AND refunded_amount > 0 ORDER BY settled_at;
INSERT INTO attribution_credit (source_id, ref, amount, currency, gift, donor, at)
SELECT source_id, 'ch_' || id || ':gift', amount, 'EUR', public_id, donor_id, settled_at
FROM fresh WHERE got AND source_id IS NOT NULL;
INSERT INTO donations_receipt (issuer, year, number, donation_id, amount, data, issued_at, state,
    voided_at, void_reason, void_day, file, sha256)
SELECT 'bench', date_part('year', settled_at AT TIME ZONE 'Europe/Rome'),
    row_number() OVER (PARTITION BY date_part('year', settled_at AT TIME ZONE 'Europe/Rome')
        ORDER BY settled_at, id) + coalesce((SELECT max(last) FROM donations_receiptcounter c
        WHERE c.year = date_part('year', settled_at AT TIME ZONE 'Europe/Rome')), 0),
    id, amount, jsonb_build_object('donor', first_name || ' ' || last_name,
        'address', repeat('Via Roma 1, 38122 Trento ', 8)), settled_at,
    CASE WHEN refunded_amount > 0 THEN 'void' ELSE 'issued' END,
    CASE WHEN refunded_amount > 0 THEN settled_at END,
    CASE WHEN refunded_amount > 0 THEN 'refund' ELSE '' END,
    CASE WHEN refunded_amount > 0 THEN settled_at::date END, 'receipts/' || id || '.pdf', ''
FROM fresh WHERE got;
INSERT INTO donations_receiptline (receipt_id, donation_id, amount, valid)
SELECT r.id, r.donation_id, r.amount, r.state = 'issued'
FROM donations_receipt r JOIN fresh ON fresh.id = r.donation_id;
INSERT INTO donations_receiptcounter (issuer, year, last)
SELECT issuer, year, max(number) FROM donations_receipt GROUP BY issuer, year
ON CONFLICT (issuer, year) DO UPDATE SET last = excluded.last;
INSERT INTO mail_message (attempts, last_error, key, kind, "to", reply_to, language, subject,
    body_text, body_html, message_id, headers, state, created_at, sent_at)
SELECT 1, '', kind || ':' || id, kind, 'bench@example.org', '', 'it', 'Grazie',
    repeat('Grazie di cuore. ', 40), '', kind || id || '@bench', '{}', 'sent', settled_at, settled_at
FROM fresh, (VALUES ('thank_you'), ('receipt')) AS kinds (kind) WHERE got;
INSERT INTO donations_acknowledgement
    (attempts, last_error, kind, key, state, created_at, mail_id, donation_id)
SELECT 1, '', m.kind, m.key, 'done', m.created_at, m.id, fresh.id
FROM fresh, mail_message m
WHERE m.key IN ('thank_you:' || fresh.id, 'receipt:' || fresh.id);
INSERT INTO donations_stripeevent
    (event_id, type, object_id, payload, state, happened_at, received_at, attempts, last_error)
SELECT 'evt_' || id, 'checkout.session.completed', 'cs_' || id,
    convert_to(repeat('{"data": "as it came"} ', 60), 'UTF8'), 'processed', created_at, created_at,
    1, ''
FROM fresh WHERE online OR NOT got;
INSERT INTO donations_payout (payout_id, amount, currency, status, arrives_on, automatic, complete,
    difference, failure, created_at)
SELECT 'po_' || min(id), sum(amount - fee - refunded_amount), 'EUR', 'paid',
    (settled_at AT TIME ZONE 'Europe/Rome')::date, true, true, 0, '', min(settled_at)
FROM fresh WHERE got AND online GROUP BY 5;
INSERT INTO donations_payoutline (payout_id, transaction_id, kind, type, source, description, amount,
    fee, net, created_at, donation_id)
SELECT p.id, 'txn_' || f.id, 'charge', 'charge', 'ch_' || f.id, '', f.amount, f.fee,
    f.amount - f.fee, f.settled_at, f.id
FROM (SELECT min(id) OVER (PARTITION BY (settled_at AT TIME ZONE 'Europe/Rome')::date) AS head, *
    FROM fresh WHERE got AND online) f
JOIN donations_payout p ON p.payout_id = 'po_' || f.head;
INSERT INTO donations_journalentry
    (debit_id, credit_id, amount, currency, origin, at, written_at)
SELECT (SELECT id FROM donations_account WHERE code = 'bank'),
    (SELECT id FROM donations_account WHERE code = 'stripe'),
    amount, 'EUR', payout_id || ':payout', created_at, created_at
FROM donations_payout WHERE amount > 0 ORDER BY created_at
ON CONFLICT (origin) DO NOTHING
"""
