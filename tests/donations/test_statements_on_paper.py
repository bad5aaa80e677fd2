"""Statements of donors without a mail: one file for the printer, and the envelopes beside it."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from wagtail.models import ModelLogEntry

from donations.models import Statement, StatementRun
from donations.services import yearly_statements
from donations.services.binding import bind
from donations.treasury import paper_post
from giving_support import MARIA
from people import roles
from people.models import User
from treasury_support import blank_paper, by_hand, member

pytestmark = pytest.mark.django_db
LAST = timezone.now().year - 1
ADA = replace(MARIA, email="", first_name="Ada")
ZOE = replace(MARIA, email="", first_name="=Zoe", street="Via dei Larici 4", postcode="23100")
ARMED = "'=Zoe Rossi"


def gave(amount: int, month: int, **changes: Any) -> None:
    by_hand(
        method="bank_transfer", thanks=False, amount=amount, day=date(LAST, month, 10), **changes
    )


def sent() -> StatementRun:
    run = yearly_statements.start(year=LAST, by=None)
    yearly_statements.work(seconds=600)
    for sample in run.statements.filter(sample=True):
        yearly_statements.see(statement=sample)
    yearly_statements.release(run=run, by=None)
    yearly_statements.work(seconds=600)
    run.refresh_from_db()
    return run


@pytest.fixture
def run() -> StatementRun:
    """Ada and Zoe have no mail."""
    gave(20_00, 1)
    gave(1_00, 4, donor=ADA)
    gave(9_00, 2, donor=ZOE)
    return sent()


@pytest.fixture
def treasurer() -> Iterator[Client]:
    yield member(roles.TREASURY)


def address(run: StatementRun) -> str:
    return reverse("treasury:statements_on_paper", args=[run.pk])


def pages(answer: Any) -> list[str]:
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    return [page.extract_text() for page in PdfReader(BytesIO(answer.getvalue())).pages]


def test_one_file_holds_them_all_and_the_stored_ones_stay(
    run: StatementRun, treasurer: Client
) -> None:
    kept = paper_post.to_print(run)
    assert [one.name for one in kept] == ["=Zoe Rossi", "Ada Rossi"] and run.people == 3
    before = [one.file.open("rb").read() for one in kept]
    page = treasurer.get(reverse("treasury:statement_run", args=[run.pk])).content.decode()
    assert address(run) in page and "formato=xlsx" in page
    found = pages(treasurer.get(address(run)))
    assert len(found) == 2
    assert "Zoe Rossi" in found[0] and "Ada Rossi" in found[1] and "Maria" not in "".join(found)
    assert [one.file.open("rb").read() for one in paper_post.to_print(run)] == before
    (entry,) = ModelLogEntry.objects.filter(action="donations.statements_printed")
    assert entry.data == {"papers": 2}


def test_on_both_sides_each_begins_on_a_sheet_of_its_own(
    run: StatementRun, treasurer: Client
) -> None:
    found = pages(treasurer.get(address(run), {"fronteretro": "si"}))
    assert len(found) == 4 and found[1] == found[3] == "" and "Ada Rossi" in found[2]


@pytest.mark.parametrize(("both_sides", "expected"), [(False, 1 + 3 + 2), (True, 2 + 4 + 2)])
def test_papers_of_more_pages_are_bound_whole(both_sides: bool, expected: int) -> None:
    file = BytesIO()
    papers = [blank_paper(number) for number in (1, 3, 2)]
    assert bind(papers, into=file, title="x", both_sides=both_sides) == expected
    assert len(PdfReader(file).pages) == expected


def test_many_come_in_parts(
    run: StatementRun, treasurer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_post, "IN_ONE", 1)
    assert "Zoe Rossi" in pages(treasurer.get(address(run), {"parte": "1"}))[0]
    assert "Ada Rossi" in pages(treasurer.get(address(run), {"parte": "2"}))[0]
    for part in ("3", "0", "x", "²"):
        assert treasurer.get(address(run), {"parte": part}).status_code == 404
    page = treasurer.get(reverse("treasury:statement_run", args=[run.pk])).content.decode()
    assert "?parte=2&amp;fronteretro=si" in page


def test_an_altered_paper_stops_the_file_and_is_named(run: StatementRun, treasurer: Client) -> None:
    ada = Statement.objects.get(name="Ada Rossi")
    with open(ada.file.path, "ab") as file:
        file.write(b"x")
    answer = treasurer.get(address(run), follow=True)
    assert "Ada Rossi" in str(next(iter(answer.context["messages"])))
    assert not ModelLogEntry.objects.filter(action="donations.statements_printed").exists()


def test_the_envelopes_are_in_the_same_order(run: StatementRun, treasurer: Client) -> None:
    answer = treasurer.get(address(run), {"formato": "csv"})
    text = answer.getvalue().decode("utf-8-sig")
    found = list(csv.reader(StringIO(text), delimiter=";"))[1:]
    assert [row[0] for row in found] == [ARMED, "Ada Rossi"]
    assert found[0][1] == Statement.objects.get(name="=Zoe Rossi").data["address"]
    assert "Via dei Larici 4" in found[0][1]


def test_who_may_not_see_donors_takes_no_addresses(run: StatementRun) -> None:
    user = User.objects.create_user("ugo")
    needed = ["view_statementrun", "access_admin"]
    user.user_permissions.set(Permission.objects.filter(codename__in=needed))
    client = Client()
    client.force_login(user)
    assert client.get(address(run), {"formato": "csv"})["Location"] == "/admin/"
    assert len(pages(client.get(address(run)))) == 2
    shown = client.get(reverse("treasury:statement_run", args=[run.pk])).content.decode()
    assert address(run) in shown and "formato=xlsx" not in shown
