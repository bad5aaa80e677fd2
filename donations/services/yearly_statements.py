"""The yearly statements of all donors, as one batch.

What is done is always one small step in one transaction: some donors read, one paper drawn, one
mail written. Whoever is killed between two steps leaves nothing twice and nothing out; any worker
goes on from the rows.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from donations import issuer
from donations.models import Donor, Statement, StatementRun
from donations.models.yearly_statements import SAMPLES
from donations.receipts import render_statement
from donations.services import yearly
from donations.services.by_hand import today
from donations.services.letters import compose
from donations.services.merging import mailbox
from mail import masks
from outbox.services import LeaseLost, backoff, claim, expired, finish
from people.models import User

Run, Paper = StatementRun.State, Statement.State
LEASE = timedelta(minutes=5)
DONORS, PAPERS = 200, 25  # in one step
RUN = 5.0  # seconds after which a task begins no other step: posts and events share the workers
KIND = "yearly_statement"

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """One of that year is under way, or that year has not begun."""


class CannotRelease(Exception):
    """`why`: "state" (somebody was quicker), "year" (it is not over), "samples" (not all opened),
    "differs" (the books have changed since)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def start(*, year: int, by: User | None) -> StatementRun:
    """Raises CannotStart."""
    if year > today().year:
        raise CannotStart(year)
    body = issuer.body()["fiscal_code"]
    try:
        with transaction.atomic():
            runs = StatementRun.objects.filter(issuer=body, year=year)
            last = runs.aggregate(last=Max("version"))["last"] or 0
            return StatementRun.objects.create(
                issuer=body, year=year, version=last + 1, started_by=by, next_at=timezone.now()
            )
    except IntegrityError as error:
        raise CannotStart(year) from error


def work(*, seconds: float = RUN) -> None:
    """Goes on with whatever is under way, until nothing is or the time is over."""
    expired(StatementRun.objects.all()).update(lease_token=None, lease_until=None)
    expired(Statement.objects.all()).update(lease_token=None, lease_until=None)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not (_gather() or _each(_to_draw(), _draw) or _each(_to_post(), _post) or _advance()):
            return


def see(*, statement: Statement) -> None:
    """The treasurer has opened a sample."""
    with transaction.atomic():
        run = StatementRun.objects.select_for_update().get(pk=statement.run_id)
        samples = run.statements.filter(sample=True)
        if samples.filter(pk=statement.pk, seen_at=None).update(seen_at=timezone.now()):
            run.samples_seen = samples.filter(seen_at__isnull=False).count()
            run.save(update_fields=["samples_seen"])


def release(*, run: StatementRun, by: User | None) -> None:
    """The treasurer has seen totals and samples: from now on it is sent. Raises CannotRelease."""
    with transaction.atomic():
        held = StatementRun.objects.select_for_update().get(pk=run.pk)
        if held.state != Run.READY:
            raise CannotRelease("state")
        if held.year >= today().year:
            raise CannotRelease("year")
        if held.samples_seen < held.samples:
            raise CannotRelease("samples")
        good = _adds_up(held)
        if good:
            now = timezone.now()
            held.statements.update(state=Paper.POST, next_at=now)
            held.released_by, held.released_at = by, now
            held.state = Run.SENDING
        else:
            held.state = Run.DIFFERS
        held.save()
    if not good:
        raise CannotRelease("differs")


def give_up(*, run: StatementRun) -> bool:
    """Nothing of it is sent. False when it is too late."""
    before = [Run.GATHERING, Run.DRAWING, Run.DIFFERS, Run.READY]
    waiting = StatementRun.objects.filter(pk=run.pk, state__in=before)
    return bool(
        waiting.update(state=Run.GIVEN_UP, next_at=None, lease_token=None, lease_until=None)
    )


def stored(*, statement: Statement) -> bytes | None:
    """The file's bytes; None when they are missing or not what was drawn."""
    try:
        with statement.file.open("rb") as handle:
            content = bytes(handle.read())
    except (OSError, ValueError):
        return None
    return content if hashlib.sha256(content).hexdigest() == statement.sha256 else None


def _gather() -> bool:
    """Some donors of one run."""
    runs = StatementRun.objects.filter(state=Run.GATHERING)
    for run in claim(runs, limit=1, lease=LEASE):
        try:
            with transaction.atomic():
                _read(run)
        except LeaseLost:
            log.info("statements went to another worker", extra={"run": run.pk})
        return True
    return False


def _read(run: StatementRun) -> None:
    donors = list(Donor.objects.filter(kept=None, pk__gt=run.cursor).order_by("pk")[:DONORS])
    if not donors:
        finish(run, state=Run.DRAWING, next_at=timezone.now())
        return
    now, body = timezone.now(), issuer.body()
    details = yearly.details_of(donors)
    earlier = yearly.gone_back(year=run.year, donors=donors)
    sent_before = _sent_before(run, donors)
    made = []
    for share in yearly.shares(year=run.year, donors=donors):
        if not share.known:
            run.nobody += share.amount
            continue
        if not share.amount:
            continue  # all of it went back
        key = (share.donor.pk, share.organisation)
        data = yearly.snapshot(
            year=run.year,
            share=share,
            details=details.get(share.donor.pk),
            earlier=earlier[key],
            body=body,
            now=now,
        )
        last = sent_before.get(key)
        if last and _same(last, data):
            run.unchanged += share.amount
            continue
        data["replaces"] = last["issued_on"] if last else ""
        made.append(_row(run, share, data, now))
    Statement.objects.bulk_create(made)
    finish(
        run,
        cursor=donors[-1].pk,
        nobody=run.nobody,
        unchanged=run.unchanged,
        next_at=now,
        attempts=0,
    )


def _row(run: StatementRun, share: yearly.Share, data: dict, now: datetime) -> Statement:
    return Statement(
        run=run,
        donor=share.donor,
        organisation=share.organisation,
        name=data["donor"],
        amount=share.amount,
        receipts=share.receipts,
        without_receipt=share.without_receipt,
        gifts=len(share.gifts),
        data=data,
        language=share.gifts[-1].language,
        next_at=now,
    )


def _sent_before(run: StatementRun, donors: list[Donor]) -> dict[tuple[int, str], dict]:
    """The data of what each has of that year already, the newest."""
    told = Statement.objects.told().filter(run__year=run.year, run__issuer=run.issuer)
    rows = told.filter(donor__in=donors).order_by("run__version")
    return {(row.donor_id, row.organisation): row.data for row in rows}


def _same(one: dict, other: dict) -> bool:
    apart = ("issued_on", "replaces")
    return all(one.get(key) == value for key, value in other.items() if key not in apart)


def _to_draw() -> QuerySet[Statement]:
    return Statement.objects.filter(state=Paper.DRAW, run__state=Run.DRAWING)


def _to_post() -> QuerySet[Statement]:
    return Statement.objects.filter(state=Paper.POST, run__state=Run.SENDING)


def _each(rows: QuerySet[Statement], step: Callable[[Statement], None]) -> bool:
    """One that cannot be done must not stop the others."""
    taken = claim(rows.select_related("donor", "run"), limit=PAPERS, lease=LEASE)
    for statement in taken:
        try:
            step(statement)
        except LeaseLost:
            log.info("statement went to another worker", extra={"statement": statement.pk})
        except Exception as error:
            log.exception("statement not done", extra={"statement": statement.pk})
            told = masks.within(f"{type(error).__name__}: {error}")[:500]
            later = timezone.now() + backoff(statement.attempts)
            finish(statement, next_at=later, last_error=told)
    return bool(taken)


def _draw(statement: Statement) -> None:
    """The same data give the same bytes: what a killed worker left behind is written over."""
    drawn = render_statement(statement.data)
    storage = statement.file.storage
    name = f"statements/{statement.run.year}/{statement.run.version}-{statement.pk}.pdf"
    if storage.exists(name):
        storage.delete(name)
    kept = storage.save(name, ContentFile(drawn))
    digest = hashlib.sha256(drawn).hexdigest()
    finish(statement, state=Paper.DRAWN, file=kept, sha256=digest, attempts=0, last_error="")


def _post(statement: Statement) -> None:
    """The mail and the end of the duty are one transaction: both or neither."""
    run, donor = statement.run, statement.donor
    now = yearly.amount_now(year=run.year, donor=donor, organisation=statement.organisation)
    if now != statement.amount:
        finish(statement, state=Paper.OVERTAKEN)
        return
    to, content = mailbox(donor), stored(statement=statement)
    if not to:
        finish(statement, state=Paper.KEPT)
        return
    if content is None:
        raise FileNotFoundError("the paper is missing or altered")
    said = {"statement": statement, "body": issuer.body(), "site_url": settings.SITE_URL}
    with transaction.atomic():
        message = compose(
            key=f"statement:{statement.pk}",
            kind=KIND,
            to=to,
            language=statement.language,
            context=said,
            attachments=[(f"riepilogo-{run.year}.pdf", "application/pdf", content)],
        )
        finish(statement, state=Paper.POSTED, mail=message, last_error="")


def _advance() -> bool:
    """A run whose papers are all drawn, or all sent, goes one step on."""
    for state, rows in ((Run.DRAWING, _to_draw()), (Run.SENDING, _to_post())):
        for run in StatementRun.objects.filter(state=state):
            if not rows.filter(run=run).exists() and _step(run.pk, state):
                return True
    return False


@transaction.atomic
def _step(pk: int, state: str) -> bool:
    run = StatementRun.objects.select_for_update().get(pk=pk)
    if run.state != state:
        return False
    if state == Run.SENDING:
        run.state, run.next_at = Run.SENT, None
        run.save(update_fields=["state", "next_at"])
        return True
    _total(run)
    run.state = Run.READY if _adds_up(run) else Run.DIFFERS
    run.save()
    return True


def _total(run: StatementRun) -> None:
    sums = run.statements.aggregate(
        people=Count("pk"),
        gifts=Sum("gifts"),
        amount=Sum("amount"),
        receipts=Sum("receipts"),
        without_receipt=Sum("without_receipt"),
    )
    for name, value in sums.items():
        setattr(run, name, value or 0)
    chosen = _samples(run)
    run.statements.filter(pk__in=chosen).update(sample=True)
    run.samples = len(chosen)


def _samples(run: StatementRun) -> list[int]:
    """The largest, the one with most gifts and the one in the middle; where these are the same
    paper, the next ones by their amount."""
    keys = list(run.statements.order_by("-amount", "pk").values_list("pk", flat=True))
    most = run.statements.order_by("-gifts", "pk").values_list("pk", flat=True)[:1]
    wanted = [*keys[:1], *most, *keys[len(keys) // 2 :][:1], *keys]
    return list(dict.fromkeys(wanted))[:SAMPLES]


def _adds_up(run: StatementRun) -> bool:
    """As the books stand now: the papers, the receipts and the ledger."""
    run.ledger = yearly.ledger_of(run.year)
    whole = run.ledger == run.amount + run.unchanged + run.nobody
    papers = run.amount == run.receipts + run.without_receipt
    return whole and papers and run.people > 0 and not yearly.differing(run.year).exists()
