"""The yearly statements: what adds up is sent once, after somebody has looked; the rest is not."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from area_support import PAGE, entered
from donations.models import Donation, Statement, StatementRun
from donations.services import merging, yearly, yearly_statements
from donations.services.by_hand import reverse_gift
from donations.services.correcting import correct
from donations.services.yearly_statements import CannotRelease, CannotStart
from giving_support import MARIA, begin
from mail.models import Message
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import by_hand, member, tell

pytestmark = pytest.mark.django_db
LAST = timezone.now().year - 1
ELSA = replace(MARIA, email="elsa@posta.example", first_name="Elsa", codice_fiscale="")
ADA = replace(MARIA, email="", first_name="Ada")
NOBODY = replace(MARIA, email="", first_name="", last_name="")


def gave(amount: int, month: int, **changes: Any) -> Donation:
    day = date(changes.pop("year", LAST), month, 10)
    return by_hand(**{"method": "bank_transfer", "thanks": False} | changes, amount=amount, day=day)


@pytest.fixture
def year() -> list[Donation]:
    """Maria thrice, once as her firm; Elsa in cash without a receipt; Ada without a mail; a box."""
    return [
        gave(20_00, 1),
        gave(30_00, 12),
        gave(99_00, 6, donor=replace(MARIA, organisation="Officine S.r.l.")),
        gave(5_00, 3, donor=ELSA, method="cash", receipt=False),
        gave(7_50, 4, donor=ADA),
        gave(11_00, 4, donor=NOBODY, method="cash", receipt=False),
        gave(40_00, 5, year=LAST - 1),
    ]


def drawn() -> StatementRun:
    run = yearly_statements.start(year=LAST, by=None)
    yearly_statements.work(seconds=600)
    run.refresh_from_db()
    return run


def looked_at() -> StatementRun:
    run = drawn()
    for sample in run.statements.filter(sample=True):
        yearly_statements.see(statement=sample)
    run.refresh_from_db()
    return run


def sent() -> StatementRun:
    run = looked_at()
    yearly_statements.release(run=run, by=None)
    yearly_statements.work(seconds=600)
    run.refresh_from_db()
    return run


def test_papers_receipts_and_ledger_say_the_same(year: list[Donation]) -> None:
    run = drawn()
    assert run.state == "ready"
    assert (run.people, run.gifts, run.amount) == (4, 5, 161_50)
    assert (run.receipts, run.without_receipt, run.nobody) == (156_50, 5_00, 11_00)
    assert run.ledger == yearly.ledger_of(LAST) == 172_50
    rows = {(row.name, row.organisation): row for row in run.statements.all()}
    assert {key: row.amount for key, row in rows.items()} == {
        ("Maria Rossi", ""): 50_00,
        ("Officine S.r.l.", "Officine S.r.l."): 99_00,
        ("Elsa Rossi", ""): 5_00,
        ("Ada Rossi", ""): 7_50,
    }
    maria = rows["Maria Rossi", ""].data
    assert [row["receipt"] for row in maria["rows"]] == [
        gift.receipts.get().label for gift in year[:2]
    ]
    assert rows["Elsa Rossi", ""].data["traceable"] == 0
    assert all(yearly_statements.stored(statement=row) for row in rows.values())


def test_what_went_back_is_off_and_what_was_a_mistake_is_nowhere(
    year: list[Donation], memory_stripe: MemoryStripe
) -> None:
    gift = begin(amount=50_00, donor=ELSA).donation
    memory_stripe.pay_by_card(gift.attempts.get().session_id)
    tell(memory_stripe)
    memory_stripe.give_back(gift.attempts.get().session_id, 20_00)
    tell(memory_stripe)
    reverse_gift(donation=by_hand(donor=ELSA), reason="Due volte", by=None)
    run = yearly_statements.start(year=LAST + 1, by=None)
    yearly_statements.work(seconds=600)
    run.refresh_from_db()
    (elsa,) = run.statements.all()
    assert (run.state, elsa.amount, run.receipts) == ("ready", 30_00, 30_00)
    (row,) = elsa.data["rows"]
    assert (row["amount"], row["back"]) == (50_00, 20_00)
    with pytest.raises(CannotRelease, match="year"):
        yearly_statements.release(run=run, by=None)


def test_a_corrected_receipt_is_the_one_that_stands_there(year: list[Donation]) -> None:
    written = {name: value for name, value in asdict(MARIA).items() if name != "email"}
    new = correct(donation=year[0], written=written | {"last_name": "Bianchi"}, tell=False)
    row = drawn().statements.get(donor=year[0].donor, organisation="")
    assert new and row.data["rows"][0]["receipt"] == new.label and row.amount == 50_00


def test_joined_addresses_get_one(year: list[Donation]) -> None:
    by = User.objects.create_user("elio")
    merging.merge(kept=year[4].donor, absorbed=year[3].donor, by=by)
    run = sent()
    both = run.statements.get(donor=year[4].donor)
    assert both.amount == 12_50 and not run.statements.filter(donor=year[3].donor).exists()
    assert both.mail and both.mail.to == "elsa@posta.example"  # the kept one has no address


def test_nothing_is_sent_before_the_samples_are_opened(year: list[Donation]) -> None:
    run = drawn()
    assert run.samples == 3
    with pytest.raises(CannotRelease, match="samples"):
        yearly_statements.release(run=run, by=None)
    for values in ({"state": "sending"}, {"state": "sent", "released_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StatementRun.objects.filter(pk=run.pk).update(**values)
    yearly_statements.work(seconds=600)
    assert not Message.objects.exists()


def test_each_goes_once_and_whoever_has_no_mail_waits_for_paper(year: list[Donation]) -> None:
    run = sent()
    yearly_statements.work(seconds=600)
    assert run.state == "sent" and run.released_at
    states = list(run.statements.order_by("state").values_list("state", flat=True))
    assert states == ["kept", "posted", "posted", "posted"]
    letters = Message.objects.filter(kind="yearly_statement")
    assert letters.count() == 3
    letter = letters.get(to="elsa@posta.example")
    assert "5,00" in letter.body_text and str(LAST) in letter.subject
    assert letter.attachments.get().name == f"riepilogo-{LAST}.pdf"
    with pytest.raises(CannotRelease, match="state"):
        yearly_statements.release(run=run, by=None)


def test_books_that_changed_meanwhile_are_not_sent(year: list[Donation]) -> None:
    run = looked_at()
    gave(1_00, 2, donor=ELSA)
    with pytest.raises(CannotRelease, match="differs"):
        yearly_statements.release(run=run, by=None)
    run.refresh_from_db()
    assert run.state == "differs" and run.ledger - run.amount - run.nobody == 1_00


def test_one_that_changed_after_the_release_is_left_out(year: list[Donation]) -> None:
    run = looked_at()
    yearly_statements.release(run=run, by=None)
    reverse_gift(donation=year[3], reason="Mai arrivata", by=None)
    yearly_statements.work(seconds=600)
    elsa = run.statements.get(donor=year[3].donor)
    assert elsa.state == "overtaken" and not Message.objects.filter(to=ELSA.email).exists()


def test_receipts_that_differ_are_named(year: list[Donation]) -> None:
    Donation.objects.filter(pk=year[1].pk).update(refunded_amount=1_00, state="partly_refunded")
    run = drawn()
    assert run.state == "differs"
    page = member(roles.TREASURY).get(reverse("treasury:statement_run", args=[run.pk]))
    said = page.content.decode()
    assert str(year[1].public_id) in said and str(year[0].public_id) not in said
    assert 'value="manda"' not in said


def test_the_next_batch_brings_only_what_is_new(year: list[Donation]) -> None:
    first = sent()
    gave(1_00, 2, donor=ELSA)
    second = sent()
    assert (second.version, second.people, second.state) == (2, 1, "sent")
    assert second.unchanged == first.amount - 5_00
    (elsa,) = second.statements.all()
    assert elsa.data["replaces"] and elsa.amount == 6_00


def test_there_is_one_at_a_time(year: list[Donation]) -> None:
    run = yearly_statements.start(year=LAST, by=None)
    with pytest.raises(CannotStart):
        yearly_statements.start(year=LAST, by=None)
    assert yearly_statements.give_up(run=run) and not yearly_statements.give_up(run=run)
    assert yearly_statements.start(year=LAST, by=None).version == 2
    with pytest.raises(CannotStart):
        yearly_statements.start(year=timezone.now().year + 1, by=None)


STEPS = ["_gather", "_draw", "_post", "_advance"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_dies_between_two_steps_leaves_nothing_twice(
    year: list[Donation], monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    """A worker that ends at any step, with its leases: the next one goes on from the rows."""
    monkeypatch.setattr(yearly_statements, "DONORS", 1)
    monkeypatch.setattr(yearly_statements, "PAPERS", 2)
    real, deaths = getattr(yearly_statements, step), iter(range(3))

    def dies(*args: Any) -> Any:
        fatal = next(deaths, None) is not None
        if fatal and when == "before":
            raise KeyboardInterrupt
        found = real(*args)
        if fatal:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(yearly_statements, step, dies)

    def go_on() -> None:
        for _try in range(5):
            try:
                yearly_statements.work(seconds=600)
            except KeyboardInterrupt:
                for rows in (StatementRun.objects, Statement.objects):
                    rows.filter(lease_token__isnull=False).update(lease_until=timezone.now())

    run = yearly_statements.start(year=LAST, by=None)
    go_on()
    run.refresh_from_db()
    assert (run.state, run.people, run.amount) == ("ready", 4, 161_50)
    for sample in run.statements.filter(sample=True):
        yearly_statements.see(statement=sample)
    yearly_statements.release(run=run, by=None)
    go_on()
    run.refresh_from_db()
    assert run.state == "sent"
    assert Message.objects.filter(kind="yearly_statement").count() == 3
    for row in run.statements.all():  # a second file of the same name would have got another one
        assert row.file.name == f"statements/{LAST}/{run.version}-{row.pk}.pdf"


def test_what_is_frozen_stays_so(year: list[Donation]) -> None:
    row = drawn().statements.first()
    assert row
    for values in ({"amount": 1}, {"data": {}}, {"sha256": "0"}, {"name": "Altra"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Statement.objects.filter(pk=row.pk).update(**values)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM donations_statement")


@pytest.fixture
def treasurer() -> Iterator[Client]:
    yield member(roles.TREASURY)


def test_the_treasurer_looks_and_sends(year: list[Donation], treasurer: Client) -> None:
    begun = treasurer.post(reverse("treasury:statements"), {"anno": str(LAST)})
    address = begun["Location"]
    assert treasurer.get(address)["Refresh"] == "3"
    yearly_statements.work(seconds=600)
    page = treasurer.get(address)
    assert "Refresh" not in page and "172,50" in page.content.decode()
    decide = f"{address}decidi/"
    treasurer.post(decide, {"scelta": "manda", "visto": "si"})
    run = StatementRun.objects.get()
    assert run.state == "ready"  # no sample was opened
    for sample in run.statements.filter(sample=True):
        assert treasurer.get(reverse("treasury:statement", args=[sample.pk])).status_code == 200
    treasurer.post(decide, {"scelta": "manda"})
    run.refresh_from_db()
    assert run.state == "ready"  # nobody said that the totals were seen
    treasurer.post(decide, {"scelta": "manda", "visto": "si"})
    run.refresh_from_db()
    assert run.state == "sending" and treasurer.get(address)["Refresh"] == "3"


@pytest.mark.parametrize("typed", ["", "1990", "2999", "boh", str(LAST - 7)])
def test_a_year_without_gifts_is_refused_in_words(treasurer: Client, typed: str) -> None:
    answer = treasurer.post(reverse("treasury:statements"), {"anno": typed})
    assert answer.status_code == 422 and not StatementRun.objects.exists()


def test_on_her_page_she_finds_hers_once_they_are_released(year: list[Donation]) -> None:
    run = looked_at()
    client = entered(year[0].donor)
    assert "Riepilogo del" not in client.get(PAGE).content.decode()
    mine = run.statements.get(donor=year[0].donor, organisation="")
    assert client.get(f"{PAGE}riepilogo/{mine.pk}/").status_code == 404
    yearly_statements.release(run=run, by=None)
    yearly_statements.work(seconds=600)
    assert f"Riepilogo del {LAST}" in client.get(PAGE).content.decode()
    answer = client.get(f"{PAGE}riepilogo/{mine.pk}/")
    assert answer.content.startswith(b"%PDF")
    hers = run.statements.get(donor=year[3].donor)
    assert client.get(f"{PAGE}riepilogo/{hers.pk}/").status_code == 404
    assert client.get(f"{PAGE}copia/").json()["yearly_statements"][0]["year"] == LAST
