"""A receipt with a mistake in who gave it: void, and another one in its place."""

import csv
from dataclasses import asdict
from typing import Any

import pytest
from django.urls import reverse

from donations.models import Donation, Receipt
from donations.services import receipts
from donations.services.acknowledging import write_due
from donations.services.correcting import CannotCorrect, correct
from donations.treasury.hand_forms import CorrectionForm
from giving_support import MARIA
from mail.models import Message
from people import roles
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
RIGHT = {name: value for name, value in asdict(MARIA).items() if name != "email"} | {
    "last_name": "Bianchi",
    "codice_fiscale": "",
}


def mailed() -> Donation:
    gift = by_hand(method="bank_transfer")
    write_due()
    return gift


def test_both_papers_name_each_other() -> None:
    gift = mailed()
    old = gift.receipts.get()
    new = correct(donation=gift, written=RIGHT, tell=True)
    old.refresh_from_db()
    assert new and new.replaces == old and new.number == old.number + 1
    assert (old.state, old.void_reason) == ("void", "corrected")
    assert old.data["donor"] == "Maria Rossi" and new.data["donor"] == "Maria Bianchi"
    assert (new.data["replaces"], new.amount) == (old.label, old.amount)
    gift.refresh_from_db()
    assert (gift.last_name, gift.net) == ("Bianchi", 20_00)
    assert receipts.draw_missing() == 1 and not Receipt.objects.filter(file="").exists()


def test_the_register_says_what_each_paper_says() -> None:
    gift = mailed()
    correct(donation=gift, written=RIGHT, tell=False)
    treasurer = member(roles.TREASURY)
    register = reverse("treasury:receipts")
    page = treasurer.get(register).content.decode()
    assert page.count(">Maria Rossi</a>") == page.count(">Maria Bianchi</a>") == 1
    sheet = b"".join(treasurer.get(register, {"formato": "csv"}).streaming_content).decode()
    names = [
        row["Intestata a"]
        for row in csv.DictReader(sheet.lstrip("\ufeff").splitlines(), delimiter=";")
    ]
    assert names[:2] == ["Maria Rossi", "Maria Bianchi"]


def test_the_mail_brings_the_right_one_once() -> None:
    gift = mailed()
    old = gift.receipts.get()
    new = correct(donation=gift, written=RIGHT, tell=True)
    write_due()
    write_due()
    letter = Message.objects.get(kind="receipt_corrected")
    assert new and new.label in letter.subject
    assert old.label in letter.body_text and "Maria" in letter.body_text
    assert letter.attachments.get().name == f"ricevuta-{new.label.replace('/', '-')}.pdf"


def test_whoever_asks_not_to_sends_nothing() -> None:
    correct(donation=mailed(), written=RIGHT, tell=False)
    write_due()
    assert not Message.objects.filter(kind="receipt_corrected").exists()


def test_thanks_that_are_not_written_yet_bring_the_right_one() -> None:
    new = correct(donation=by_hand(), written=RIGHT, tell=True)
    write_due()
    letter = Message.objects.get()
    assert letter.kind == "thank_you" and new
    assert letter.attachments.get().name == f"ricevuta-{new.label.replace('/', '-')}.pdf"


def test_the_gift_is_found_by_its_new_name_and_not_by_the_old_one() -> None:
    gift = by_hand()
    correct(donation=gift, written=RIGHT, tell=False)
    client = member(roles.TREASURY)
    found = client.get("/admin/tesoreria/?cerca=bianchi").content.decode()
    assert str(gift.public_id) in found
    by_code = client.get(f"/admin/tesoreria/?cerca={MARIA.codice_fiscale}").content.decode()
    assert str(gift.public_id) not in by_code


def test_what_says_so_already_keeps_its_receipt() -> None:
    gift = by_hand()
    same = {name: getattr(gift, name) for name in RIGHT}
    with pytest.raises(CannotCorrect):
        correct(donation=gift, written=same, tell=True)
    assert gift.receipts.get().state == "issued"


def test_without_a_receipt_only_the_gift_changes() -> None:
    gift = by_hand(receipt=False)
    assert correct(donation=gift, written=RIGHT, tell=True) is None
    assert not Receipt.objects.exists()
    gift.refresh_from_db()
    assert gift.last_name == "Bianchi"


def typed(**changes: Any) -> dict[str, str]:
    fields = CorrectionForm.FIELDS.items()
    return {name: RIGHT[theirs] for name, theirs in fields} | {"mail": "on"} | changes


def test_the_page_shows_what_it_is_and_corrects_it() -> None:
    gift = mailed()
    client, address = member(roles.TREASURY), reverse("treasury:correct", args=[gift.public_id])
    assert "Rossi" in client.get(address).content.decode()
    wrong = client.post(address, typed(cognome="", cf="RSSMRA80A41H501X"))
    assert wrong.status_code == 422 and gift.receipts.count() == 1
    answer = client.post(address, typed(), follow=True)
    (old, new) = gift.receipts.order_by("pk")
    assert f"la ricevuta {new.label} prende il posto della {old.label}" in answer.content.decode()


def test_the_right_code_is_of_who_gave() -> None:
    gift = mailed()
    client, address = member(roles.TREASURY), reverse("treasury:correct", args=[gift.public_id])
    wrong = client.post(address, typed(ente="Officine", cf="SMPNNA80A41I829E"))
    assert wrong.status_code == 422 and "codice di una persona" in wrong.content.decode()
