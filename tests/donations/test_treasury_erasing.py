"""The pages by which a donor is erased: first what would happen, then a typed word, then the proof."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from donations.models import CustomerRemoval, Donation, Donor, Erasure
from donations.services import changing, erased, erasing
from erasure_support import (
    FIRST,
    HER,
    LAST,
    MAIL,
    OTHER_MAIL,
    Everything,
    everything,
    found,
    removal,
)
from giving_support import begin
from mail.services import send_due
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(memory_stripe: MemoryStripe) -> Everything:
    return everything(memory_stripe)


@pytest.fixture
def treasurer(db: None) -> Client:
    return member(roles.TREASURY)


def page_of(donor: Donor) -> str:
    return reverse("treasury:erase", args=[donor.public_id])


def read(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def send(client: Client, donor: Donor, **fields: str) -> Any:
    return client.post(page_of(donor), {"motivo": "asked", "parola": "CANCELLA"} | fields)


def test_the_page_says_what_goes_and_what_stays_until_when(
    hers: Everything, treasurer: Client
) -> None:
    page = read(treasurer, page_of(hers.card.donor))
    year = hers.card.settled_at.year
    for said in (
        f"Cancellare {FIRST} {LAST}?",
        "e•••@posta.example, g•••@altrove.example",
        "<p>Note</p></div><strong>1</strong>",
        "<p>Doni: nome, indirizzo, codice fiscale</p></div><strong>7</strong>",
        f"Ricevute, con ciò che vi è stampato · fino al 31 dicembre {year + 10}",
        "art. 2220 c.c.",
        "Dono ricorrente di 12,00",
        "Termina anche i doni ricorrenti",
        "Scrivi CANCELLA per confermare",
    ):
        assert said in page, said
    assert MAIL not in page and OTHER_MAIL not in page
    assert not Erasure.objects.exists() and MAIL in str(found(MAIL))


@pytest.mark.parametrize(
    "missing", [{"parola": "cancello"}, {"parola": ""}, {"motivo": "x"}, {"termina": ""}]
)
def test_without_the_word_a_reason_and_the_end_of_promises_nothing_happens(
    hers: Everything, treasurer: Client, missing: dict[str, str]
) -> None:
    answer = send(treasurer, hers.card.donor, **{"termina": "on"} | missing)
    assert answer.status_code == 422 and not Erasure.objects.exists()


def test_it_is_done_once_and_its_proof_stands_on_the_donors_page(
    hers: Everything, treasurer: Client, memory_stripe: MemoryStripe
) -> None:
    hers.other.donor.erasure_requests.create(language="it")  # from the other address
    donor = hers.card.donor
    assert "questa è la risposta" in read(treasurer, page_of(donor))
    answer = send(treasurer, donor, termina="on", parola=" cancella ", motivo="page")
    assert answer["Location"] == reverse("treasury:donor", args=[donor.public_id])
    page = read(treasurer, answer["Location"])
    for said in ("Persona cancellata", "Ancora conservato", "fino ad allora l’indirizzo resta"):
        assert said in page, said
    for gone in (FIRST, LAST, "Scrivi una nota", "Dai l’etichetta", "Unisci", page_of(donor)):
        assert gone not in page, gone
    (entry,) = ModelLogEntry.objects.filter(action="donations.erased")
    assert entry.label == str(donor.public_id) and entry.data == {"reason": "page"}
    send_due()
    erased.forget_answered()
    changing.ask_stripe()
    CustomerRemoval.objects.update(next_at=Erasure.objects.get().at)
    erased.ask_stripe()
    page = read(treasurer, answer["Location"])
    assert "l’indirizzo non c’è più" in page and CustomerRemoval.objects.get().state == "done"
    again = treasurer.get(page_of(donor), follow=True)
    assert "già stata cancellata" in again.content.decode() and Erasure.objects.count() == 1
    assert found(MAIL, OTHER_MAIL, FIRST) == {"donations.Receipt.data": [FIRST]}  # by law


def test_lists_and_pages_call_the_gifts_nobodys(hers: Everything, treasurer: Client) -> None:
    erasing.erase(donor=hers.card.donor, reason="asked", by=None, end_promises=True)
    pages = [reverse(f"treasury:{name}") for name in ("donors", "donations", "promises", "wall")]
    pages += [reverse("treasury:donation", args=[hers.card.public_id])]
    pages += [reverse("treasury:donation", args=[hers.transfer.public_id])]
    pages += [reverse("treasury:promise", args=[hers.recurring.promise.public_id])]
    pages += [reverse("treasury:import", args=[_imported().by_hand.batch_id])]
    pages += [reverse("treasury:bank_line", args=[hers.transfer.bank_line.pk])]
    for address in pages:
        page = read(treasurer, address)
        assert LAST.lower() not in page.lower(), address
    assert "Persona cancellata" in read(treasurer, pages[0])
    for export in ("csv", "xlsx"):
        sheet = treasurer.get(f"{pages[0]}?formato={export}")
        assert LAST.encode() not in b"".join(sheet.streaming_content) if sheet.streaming else b""


def _imported() -> Donation:
    return Donation.objects.get(by_hand__batch__isnull=False)


def test_a_page_that_may_still_be_paid_is_said_and_there_is_no_button(
    hers: Everything, treasurer: Client
) -> None:
    begin(donor=HER)
    page = read(treasurer, page_of(hers.card.donor))
    assert "può ancora essere pagata" in page and "parola" not in page
    assert send(treasurer, hers.card.donor, termina="on").status_code == 302
    assert not Erasure.objects.exists()


def test_nothing_more_is_written_of_her_by_whoever_has_the_page_open(
    hers: Everything, treasurer: Client
) -> None:
    donor = hers.card.donor
    erasing.erase(donor=donor, reason="asked", by=None, end_promises=True)
    for name, fields in (("write_note", {"testo": "x"}), ("tag", {"nome": "x"})):
        answer = treasurer.post(
            reverse(f"treasury:{name}", args=[donor.public_id]), fields, follow=True
        )
        assert "non si scrive più nulla" in answer.content.decode()
    assert not donor.notes.exists() and not donor.tags.exists()


def test_a_customer_whom_stripe_keeps_stands_on_the_desk(
    hers: Everything, treasurer: Client
) -> None:
    row = removal(hers.other.donor)
    desk, decide = reverse("treasury:desk"), reverse("treasury:decide_customer", args=[row.pk])
    assert "cus_kept" in read(treasurer, desk)
    treasurer.post(decide, {"scelta": "x"})
    row.refresh_from_db()
    assert row.state == "refused"
    treasurer.post(decide, {"scelta": "fatta"})
    row.refresh_from_db()
    assert row.state == "done" and "cus_kept" not in read(treasurer, desk)
    assert ModelLogEntry.objects.get(action="donations.customer_decided").data == {
        "choice": "fatta"
    }
