"""Past gifts, and donors without one, from a file: entered once, some lines a step, as by hand; nobody is
thanked, and there is no receipt unless the treasurer asked for it."""

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from attribution.models import Source
from donations.history import files
from donations.history.judging import ALONE, Judged, judge, same_donor, same_gift, takes
from donations.history.lines import Line, lines, plain
from donations.models import Donor, Fund, GiftImport, ImportedDonor
from donations.services.by_hand import HandGift, enter_gift
from donations.words import of_gift
from outbox.services import LeaseLost, claim, expired, finish
from people.models import User

State = GiftImport.State
LEASE = timedelta(minutes=5)
LINES = 50  # in one step
RUN = 5.0  # seconds after which a task begins no other step: posts and events share the workers

log = logging.getLogger(__name__)


class SameFile(Exception):
    """It is here already: `batch`."""

    def __init__(self, batch: GiftImport) -> None:
        super().__init__(batch.pk)
        self.batch = batch


def load(*, name: str, data: bytes, by: User | None) -> GiftImport:
    """Nothing is entered yet. Raises files.Unreadable and SameFile."""
    table = files.table(data)
    digest = hashlib.sha256(data).hexdigest()
    here = GiftImport.objects.filter(sha256=digest).first()
    if here:
        raise SameFile(here)
    batch = GiftImport(
        sha256=digest,
        name=name[:200],
        columns=files.guess(table.headings),
        lines=len(table.rows),
        by=by,
    )
    try:
        with transaction.atomic():
            batch.file.save(f"{digest}.csv", ContentFile(data), save=False)
            batch.save()
    except IntegrityError:
        raise SameFile(GiftImport.objects.get(sha256=digest)) from None
    return batch


def table_of(batch: GiftImport) -> files.Table:
    """Without a line where the file is gone: with somebody whose gifts it brought (`erasing`)."""
    if not batch.file:
        return files.Table([], [])
    with batch.file.open("rb") as handle:
        return files.table(bytes(handle.read()))


def lines_of(batch: GiftImport) -> list[Line]:
    return lines(
        table_of(batch),
        batch.columns,
        method=batch.method,
        funds=_by_name(Fund.objects.values_list("pk", "slug", "name")),
        campaigns=_by_name(
            Source.objects.filter(kind="campaign").values_list("pk", "key", "label")
        ),
    )


def _by_name(rows: Iterable[tuple[int, str, str]]) -> dict[str, int]:
    """By what a spreadsheet may call them; a name that two of them have is none."""
    names = {(plain(name), pk) for pk, *both in rows for name in both}
    many = Counter(name for name, _pk in names)
    return {name: pk for name, pk in names if name and many[name] == 1}


def dry_run(batch: GiftImport) -> list[Judged]:
    """What would happen, line by line; of one that was imported, what would happen now."""
    return judge(lines_of(batch))


def start(*, batch: GiftImport) -> bool:
    """False when it was begun already, or does not say enough."""
    ready = {"giorno", "cifra"} <= batch.columns.keys() and batch.fund_id
    waiting = GiftImport.objects.filter(pk=batch.pk, state=State.OPEN)
    return bool(ready and waiting.update(state=State.RUNNING, next_at=timezone.now()))


def forget(*, batch: GiftImport) -> bool:
    """The file goes, as long as nothing of it was entered."""
    with transaction.atomic():
        held = GiftImport.objects.select_for_update().filter(pk=batch.pk, state=State.OPEN).first()
        if held is None:
            return False
        held.delete()
    held.file.delete(save=False)
    return True


def work(*, seconds: float = RUN) -> None:
    """Goes on with what was begun, until nothing is left or the time is over."""
    expired(GiftImport.objects.all()).update(lease_token=None, lease_until=None)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        taken = claim(GiftImport.objects.filter(state=State.RUNNING), limit=1, lease=LEASE)
        if not taken:
            return
        try:
            with transaction.atomic():
                _step(taken[0])
        except LeaseLost:
            log.info("import went to another worker", extra={"import": taken[0].pk})


def _step(batch: GiftImport) -> None:
    """Some lines, and how far we are: both or neither. A line that is in the books already by its
    token changes nothing."""
    part = lines_of(batch)[batch.cursor : batch.cursor + LINES]
    if not part:
        finish(batch, state=State.DONE)
        return
    made = alone = 0
    for one in judge(part, batch=batch):
        if takes(one, likely=batch.take_likely):
            made += _enter(batch, one.line)
        elif one.verdict == ALONE:
            alone += _take_down(batch, one.line)
    finish(
        batch,
        cursor=batch.cursor + len(part),
        made=batch.made + made,
        donors=batch.donors + alone,
        left_out=batch.left_out + len(part) - made - alone,
        next_at=timezone.now(),
        attempts=0,
    )


def _enter(batch: GiftImport, line: Line) -> bool:
    assert line.day and batch.fund
    given = HandGift(
        amount=line.amount,
        method=line.method,
        day=line.day,
        fund=Fund.objects.get(pk=line.fund) if line.fund else batch.fund,
        donor=line.donor,
        reference=line.reference,
        note=line.note,
        source=Source.objects.get(pk=line.campaign) if line.campaign else batch.campaign,
        receipt=batch.receipts and bool(line.name),
        thanks=False,
        same_as=same_gift(line),
        known=same_donor(line),
        batch=batch,
    )
    return enter_gift(form_token=line.token, given=given, by=batch.by).made


def _take_down(batch: GiftImport, line: Line) -> bool:
    """The donor alone; False where she came meanwhile."""
    written = asdict(line.donor)
    email = written.pop("email") or None
    if email is None and (same_donor(line) or same_gift(line)):
        return False
    donor, new = (
        Donor.objects.get_or_create(email=email) if email else (Donor.objects.create(), True)
    )
    if new:
        found = "".join(f" {word}" for word in of_gift(written))
        ImportedDonor.objects.create(donor=donor, batch=batch, words=found, **written)
    return new
