"""The receipts of a period in one ZIP: the stored files, and an index that names every number."""

import csv
import hashlib
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry

from donations.models import Receipt
from donations.services import receipts
from donations.treasury.export import answer
from donations.treasury.export.papers import _Bundle
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import by_hand, gifts, member

pytestmark = pytest.mark.django_db
RECEIPTS = "/admin/tesoreria/ricevute/"


@pytest.fixture
def treasurer(memory_stripe: MemoryStripe) -> Client:
    gifts(memory_stripe)
    for one in Receipt.objects.all():
        receipts.paper(receipt=one)
    return member(roles.TREASURY)


def take(client: Client, **query: str) -> tuple[dict[str, bytes], list[dict[str, str]]]:
    """The files by their names, and the rows of the index."""
    response: Any = client.get(RECEIPTS, {"formato": "zip", **query})
    assert response.status_code == 200 and response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    with ZipFile(BytesIO(response.getvalue())) as bundle:
        assert bundle.testzip() is None
        files = {name: bundle.read(name) for name in bundle.namelist()}
    index = files.pop("indice.csv").decode("utf-8-sig")
    return files, list(csv.DictReader(StringIO(index), delimiter=";"))


def test_the_stored_files_unchanged_and_an_index(treasurer: Client) -> None:
    assert "formato=zip" in treasurer.get(RECEIPTS).content.decode()
    files, index = take(treasurer)
    assert [row["Stato"] for row in index] == ["Valida", "Annullata"]
    assert index[1]["Perché è annullata"].startswith("rimborso")
    for row, receipt in zip(index, Receipt.objects.order_by("year", "number"), strict=True):
        with receipt.file.open("rb") as stored:
            assert files[row["File"]] == stored.read()
        assert hashlib.sha256(files[row["File"]]).hexdigest() == row["SHA-256"] == receipt.sha256
        assert (row["Numero"], row["Chi"]) == (receipt.label, receipt.donation.donor_name)
        assert int(row["Importo"].replace(",", "")) == receipt.amount
    (entry,) = ModelLogEntry.objects.filter(action="donations.receipts_taken")
    assert entry.data == {"papers": 2, "left_out": 0} and entry.user


def test_the_filter_of_the_list_holds(treasurer: Client) -> None:
    files, index = take(treasurer, stato="void")
    assert len(files) == len(index) == 1
    assert take(treasurer, a="01/01/2020") == ({}, [])
    page = treasurer.get(RECEIPTS, {"formato": "zip", "da": "31/02/2026"})
    assert page["Content-Type"].startswith("text/html")


def test_one_that_is_missing_or_altered_stops_nothing(treasurer: Client) -> None:
    altered, missing = Receipt.objects.order_by("year", "number")
    with altered.file.storage.open(altered.file.name, "wb") as file:
        file.write(b"%PDF altered")
    missing.file.storage.delete(missing.file.name)
    by_hand()
    receipts.paper(receipt=Receipt.objects.latest("pk"))
    files, index = take(treasurer)
    last = index.pop()
    assert list(files) == [last["File"]]
    assert {row["File"] for row in index} == {"manca o è alterato: non è nello ZIP"}
    assert [row["SHA-256"] for row in index] == [altered.sha256, missing.sha256]
    assert "Nello ZIP mancano 2 ricevute" in treasurer.get(RECEIPTS).content.decode()
    (entry,) = ModelLogEntry.objects.filter(action="donations.receipts_taken")
    assert entry.data == {"papers": 1, "left_out": 2}


def test_one_without_a_file_says_why_in_the_index(treasurer: Client) -> None:
    by_hand()
    undrawn = Receipt.objects.latest("pk")
    assert not undrawn.file
    files, index = take(treasurer)
    assert len(files) == 2 and index[-1]["File"] == "in preparazione"
    bundle = _Bundle(Receipt.objects.all())
    forgotten = Receipt(forgotten_at=timezone.now())
    with ZipFile(BytesIO(), "w") as into, translation.override("it"):
        assert bundle._put(into, forgotten) == "cancellato dopo il suo termine"
    assert bundle.left_out == 0


def test_what_takes_too_long_is_refused(treasurer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "SECONDS", -1)
    response = treasurer.get(RECEIPTS, {"formato": "zip", "stato": "void"}, follow=True)
    assert response.redirect_chain == [(f"{RECEIPTS}?stato=void", 302)]
    assert "scegli un periodo più corto" in response.content.decode()


def test_who_may_not_read_a_receipt_takes_none(treasurer: Client) -> None:
    answered = member(roles.EDITORS).get(RECEIPTS, {"formato": "zip"})
    assert (answered.status_code, answered["Location"]) == (302, "/admin/")
    assert len(take(member(roles.COORDINATION))[0]) == 2


def test_the_number_of_statements_is_constant(treasurer: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as statements:
            take(treasurer)
        return len(statements)

    take(treasurer)
    few = asked()
    for _n in range(4):
        by_hand()
    for one in Receipt.objects.all():
        receipts.paper(receipt=one)
    assert Receipt.objects.count() > 2
    assert asked() == few
