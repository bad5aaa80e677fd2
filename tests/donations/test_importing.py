"""Past gifts from a CSV: seen line by line first, entered once, nobody thanked."""

import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from attribution.services import source, totals
from bank_support import imported, row
from donations.history import files
from donations.models import (
    Account,
    Donation,
    Donor,
    Fund,
    GiftImport,
    HandEntry,
    ImportedDonor,
    JournalEntry,
    Receipt,
)
from donations.services import importing, refunding
from donations.services.bank_lines import NotThis, recognise_known
from donations.services.by_hand import CannotEnter, reverse_gift
from donations.services.erasing import erase
from donations.services.importing import SameFile
from donations.services.matching import proposals
from giving_support import fund
from mail.models import Message
from people import roles
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
HEAD = "Data;Importo;Nome;Cognome;E-mail;Codice fiscale;Metodo;Ragione sociale"
ROWS = (
    "12/03/2024;50,00;Anna;Esempio;anna@posta.example;SMPNNA80A41I829E;bonifico;",
    "12/04/2024;1.250,50;Anna;Esempio;ANNA@posta.example;;Contanti;",
    "13/04/2024;20;;;;;contanti;",
    "01/02/2024;300;;;;;raddoppio aziendale;Officine Mallero S.r.l.",
    "31/02/2024;20;Bea;Prova;bea@posta.example;;;",
    "14/04/2024;venti;Bea;Prova;bea(at)posta;XX;baratto;",
)
FILE = "\r\n".join((HEAD, *ROWS))


def loaded(text: str = FILE, **fields: Any) -> GiftImport:
    batch = importing.load(name="storico.csv", data=text.encode("cp1252"), by=None)
    GiftImport.objects.filter(pk=batch.pk).update(**{"fund": fund()} | fields)
    batch.refresh_from_db()
    return batch


def verdicts(batch: GiftImport) -> list[str]:
    return [one.verdict for one in importing.dry_run(batch)]


def entered(batch: GiftImport) -> GiftImport:
    assert importing.start(batch=batch)
    importing.work(seconds=600)
    batch.refresh_from_db()
    return batch


def test_each_line_says_what_would_happen_and_nothing_does() -> None:
    batch = loaded()
    assert verdicts(batch) == ["new", "same", "new", "new", "bad", "bad"]
    found = importing.dry_run(batch)
    assert [one.line.amount for one in found[:4]] == [50_00, 1250_50, 20_00, 300_00]
    assert found[4].line.problems == [
        "31/02/2024: Questo giorno non esiste: controlla giorno e mese."
    ]
    assert len(found[5].line.problems) == 4
    assert [one.line.number for one in found] == [2, 3, 4, 5, 6, 7]
    assert not Donation.objects.exists()


def test_they_are_entered_as_by_hand_and_nobody_is_thanked() -> None:
    batch = entered(loaded())
    assert (batch.state, batch.made, batch.left_out) == ("done", 4, 2)
    gifts = Donation.objects.order_by("settled_at")
    assert [gift.method for gift in gifts] == ["company_match", "bank_transfer", "cash", "cash"]
    assert HandEntry.objects.filter(batch=batch).count() == JournalEntry.objects.count() == 4
    assert Donor.objects.get(email="anna@posta.example").donations.count() == 2
    assert not Receipt.objects.exists() and not Message.objects.exists()
    assert not gifts.filter(acknowledgements__isnull=False).exists()
    assert verdicts(batch) == ["before"] * 4 + ["bad"] * 2


def test_receipts_only_when_they_are_asked_for() -> None:
    entered(loaded(receipts=True))
    assert Receipt.objects.count() == 3  # the box of cash has no name


def test_the_same_file_is_the_same_import_and_the_same_line_the_same_gift() -> None:
    batch = entered(loaded())
    with pytest.raises(SameFile) as same:
        loaded()
    assert same.value.batch == batch and not importing.start(batch=batch)
    longer = entered(loaded(FILE + "\r\n15/04/2024;9;Carla;Nuova;;;;"))
    assert longer.made == 1 and Donation.objects.count() == 5


def test_two_gifts_that_say_the_same_are_two() -> None:
    twice = "\n".join((HEAD, ROWS[0], ROWS[0]))
    assert entered(loaded(twice)).made == 2


def test_what_is_probably_there_already_waits_for_a_word() -> None:
    gift = by_hand(method="bank_transfer", amount=50_00)
    day = f"{timezone.localtime(gift.settled_at):%d/%m/%Y}"
    text = f"{HEAD}\n{day};50;Maria;Rossi;maria.rossi@example.org;;bonifico;"
    batch = loaded(text)
    assert verdicts(batch) == ["likely"]
    assert entered(batch).made == 0
    again = loaded(text + "\n", take_likely=True)
    assert entered(again).made == 1


def test_without_a_mail_the_code_or_the_house_makes_one_person() -> None:
    head = "Data,Importo,Nome,Cognome,CF,Via,CAP"
    lines = (
        "01/02/2024,10,Ada,Uno,SMPNNA80A41I829E,,",
        "02/02/2024,10,Ada,Uno,SMPNNA80A41I829E,Via Altra 1,23100",
        "03/02/2024,10,Ugo,Due,,Via Casa 1,23100",
        "04/02/2024,10,Ugo,Due,,Via Casa 1,23100",
        "05/02/2024,10,Ugo,Due,,,",
    )
    batch = loaded("\n".join((head, *lines)))
    assert verdicts(batch) == ["new", "same", "new", "same", "new"]
    entered(batch)
    assert Donor.objects.count() == 3


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_dies_between_two_steps_leaves_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr(importing, "LINES", 1)
    batch = loaded()
    importing.start(batch=batch)
    real, deaths = importing._enter, iter(range(3))

    def dies(*args: Any) -> bool:
        fatal = next(deaths, None) is not None
        if fatal and when == "before":
            raise KeyboardInterrupt
        made = real(*args)
        if fatal:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(importing, "_enter", dies)
    for _try in range(6):
        try:
            importing.work(seconds=600)
        except KeyboardInterrupt:
            GiftImport.objects.update(lease_until=timezone.now())
    batch.refresh_from_db()
    assert (batch.state, batch.made) == ("done", 4) and Donation.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_workers_enter_each_line_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LINES", 1)
    batch = loaded()
    importing.start(batch=batch)

    def work() -> None:
        try:
            importing.work(seconds=600)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    importing.work(seconds=600)
    batch.refresh_from_db()
    assert (batch.state, batch.made) == ("done", 4) and Donation.objects.count() == 4


@pytest.mark.parametrize(
    "data",
    [b"", b"Data;Importo\n", b"PK\x03\x04\x00\x00\x00", b'Data;Importo\n"1;2', b"\n\n\n"],
)
def test_what_is_no_list_is_refused_in_words(data: bytes) -> None:
    client = member(roles.TREASURY)
    file = SimpleUploadedFile("x.csv", data)
    answer = client.post(reverse("treasury:imports"), {"file": file})
    assert answer.status_code == 422 or data.startswith(b'Data;Importo\n"')
    assert not Donation.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_spreadsheets_letters_are_read(encoding: str) -> None:
    found = files.table("Data\tImporto\tNome\n1/1/2024\t10\tNiccolò".encode(encoding))
    assert found.rows == [(2, ["1/1/2024", "10", "Niccolò"])]
    assert files.guess(found.headings) == {"giorno": 0, "cifra": 1, "nome": 2}


def test_the_treasurer_maps_looks_and_enters() -> None:
    fund()
    client = member(roles.TREASURY)
    file = SimpleUploadedFile("storico.csv", FILE.encode())
    address = client.post(reverse("treasury:imports"), {"file": file})["Location"]
    page = client.get(address).content.decode()
    assert "Registra 4 doni" in page and "Non si legge" in page and not Donation.objects.exists()
    batch = GiftImport.objects.get()
    columns = {name: str(at) for name, at in batch.columns.items()}
    typed = columns | {"altro_fondo": str(fund().pk), "altro_modo": "bank_transfer"}
    assert client.post(address, typed | {"giorno": "", "scelta": "prova"}).status_code == 422
    client.post(address, typed | {"scelta": "importa"})
    assert client.get(address)["Refresh"] == "3"
    importing.work(seconds=600)
    assert "4 doni registrati" in client.get(address).content.decode()
    again = client.post(
        reverse("treasury:imports"), {"file": SimpleUploadedFile("y.csv", FILE.encode())}
    )
    assert again["Location"] == address
    client.post(address, {"scelta": "lascia"})
    assert GiftImport.objects.exists() and Donation.objects.count() == 4


def test_a_file_that_was_not_begun_can_be_thrown_away() -> None:
    batch = loaded()
    client = member(roles.TREASURY)
    client.post(reverse("treasury:import", args=[batch.pk]), {"scelta": "lascia"})
    assert not GiftImport.objects.exists() and not batch.file.storage.exists(batch.file.name)


def test_a_column_says_of_which_campaign_a_gift_is() -> None:
    post = source(kind="campaign", key="donoday-2026", label="#DonoDay2026")
    other = source(kind="campaign", key="pane", label="Pane")
    text = (
        "Data;Importo;Nome;Cognome;E-mail;Campagna\r\n"
        "12/03/2024;50;Anna;Esempio;anna@posta.example;DonoDay 2026\r\n"
        "12/04/2024;20;Anna;Esempio;anna@posta.example;\r\n"
        "12/05/2024;30;Anna;Esempio;anna@posta.example;Nessuna di queste\r\n"
    )
    batch = loaded(text, campaign=other)
    assert verdicts(batch) == ["new", "same", "bad"]
    assert "non c’è una campagna" in importing.dry_run(batch)[2].line.problems[0]
    entered(batch)
    found = Donation.objects.order_by("settled_at").values_list("source__label", "amount")
    assert list(found) == [("#DonoDay2026", 50_00), ("Pane", 20_00)]
    assert (totals(post).cents, totals(other).cents) == (50_00, 20_00)


def test_a_name_that_two_campaigns_have_is_no_campaign() -> None:
    for key in ("uno", "due"):
        source(kind="campaign", key=key, label="Pane")
    text = "Data;Importo;Nome;Cognome;Campagna\r\n12/03/2024;50;Anna;Esempio;{}\r\n"
    assert verdicts(loaded(text.format("Pane"))) == ["bad"]
    assert verdicts(loaded(text.format("due"))) == ["new"]


def test_the_page_keeps_the_campaign_of_the_lines_that_name_none() -> None:
    chosen = source(kind="campaign", key="pane", label="Pane")
    batch, treasurer = loaded(), member(roles.TREASURY)
    page = reverse("treasury:import", args=[batch.pk])
    columns = {name: str(at) for name, at in batch.columns.items()}
    sent = {
        **columns,
        "altro_fondo": str(fund().pk),
        "altro_modo": "cash",
        "altra_campagna": chosen.pk,
    }
    assert treasurer.post(page, {**sent, "scelta": "prova"}).status_code == 302
    batch.refresh_from_db()
    assert batch.campaign == chosen
    assert 'name="campagna"' in treasurer.get(page).content.decode()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2024-02-30", "non esiste"),
        ("12/13/2024", "non esiste"),
        ("29.02.23", "non esiste"),
        ("febbraio", "Scrivi il giorno così"),
        ("1/2-2024", "Scrivi il giorno così"),
        ("", "Scrivi il giorno così"),
    ],
)
def test_a_day_that_is_in_no_calendar_is_called_so(text: str, hint: str) -> None:
    batch = loaded(f"Data;Importo;Nome;Cognome\r\n{text};5;Anna;Esempio\r\n")
    assert hint in importing.dry_run(batch)[0].line.problems[0]


def test_a_column_says_for_which_fund_a_gift_is() -> None:
    other = Fund.objects.create(slug="cantieri", name="Cantieri di comunità", active=False)
    for slug in ("uno", "due"):
        Fund.objects.create(slug=slug, name="Pane")
    text = "Data;Importo;Nome;Cognome;E-mail;Fondo\r\n" + "\r\n".join(
        f"12/03/2024;{euros};Anna;Esempio;anna@posta.example;{name}"
        for euros, name in enumerate(
            ("CANTIERI", "cantieri di comunita", "", "Nessuno", "Pane"), start=1
        )
    )
    batch = loaded(text)
    funds = Fund.objects.count()
    assert verdicts(batch) == ["new", "same", "same", "bad", "bad"]
    assert "Nessuno: non c’è un fondo" in importing.dry_run(batch)[3].line.problems[0]
    entered(batch)
    gifts = Donation.objects.order_by("amount").values_list("amount", "fund")
    assert list(gifts) == [(1_00, other.pk), (2_00, other.pk), (3_00, fund().pk)]
    assert Fund.objects.count() == funds
    assert JournalEntry.objects.filter(credit__fund=other).count() == 2


def test_card_and_paypal_of_before_went_to_the_bank_and_never_lay_in_our_stripe() -> None:
    head = "Data;Importo;Nome;Cognome;E-mail;Metodo"
    ways = ("Carta di credito", "PayPal", "Stripe", "paypal (carta)", "Mastercard")
    rows = [
        f"12/03/2024;{n};Anna;Esempio;anna@posta.example;{way}" for n, way in enumerate(ways, 1)
    ]
    batch = entered(loaded("\r\n".join((head, *rows))))
    gifts = Donation.objects.order_by("amount")
    assert [gift.method for gift in gifts] == ["card", "paypal", "card", "paypal", "card"]
    assert all(gift.traceable and refunding.came_by_hand(gift) for gift in gifts)
    assert set(JournalEntry.objects.values_list("debit__code", flat=True)) == {"bank"}
    reverse_gift(donation=gifts[1], reason="Due volte", by=batch.by)
    assert Account.objects.get(code="bank").balance() == 13_00
    assert Account.objects.get(code="stripe").balance() == 0


def test_no_line_of_the_bank_is_taken_for_a_gift_that_came_by_card() -> None:
    head = "Data;Importo;Nome;Cognome;E-mail;Metodo"
    day = f"{timezone.localdate():%d/%m/%Y}"
    entered(loaded(f"{head}\r\n{day};50;Anna;Esempio;anna@posta.example;PayPal"))
    [line] = imported(row("50,00", name="Anna Esempio"))
    assert not proposals([line])[line.pk]
    with pytest.raises(NotThis):
        recognise_known(line=line, donation=Donation.objects.get(), by=None)


def test_what_is_entered_by_hand_today_came_by_no_card() -> None:
    with pytest.raises(CannotEnter):
        by_hand(method="paypal")


ALONE = (
    "Data;Importo;Nome;Cognome;Ragione sociale;E-mail;CF;Via;CAP;Cellulare\r\n"
    ";;Bruna;D’Aragò;;bruna@posta.example;;Via Roma 1;23100;333 1234567\r\n"
    ";;;;Officine Mallero;;;Via Adda 2;23100;\r\n"
    ";;Carlo;Solo;;;;;;\r\n"
    ";;Bruna;D’Aragò;;BRUNA@posta.example;;;;\r\n"
    "01/02/2024;;Dino;Metà;;dino@posta.example;;;;\r\n"
    "02/02/2024;25;;;Officine Mallero;;;Via Adda 2;23100;\r\n"
)


def test_a_line_without_a_gift_brings_its_donor_alone() -> None:
    batch = loaded(ALONE)
    assert verdicts(batch) == ["alone", "alone", "bad", "known", "bad", "same"]
    assert "Qui non c’è un dono" in importing.dry_run(batch)[2].line.problems[0]
    entered(batch)
    assert (batch.made, batch.donors, batch.left_out) == (1, 2, 3)
    bruna = ImportedDonor.objects.get(first_name="Bruna")
    assert bruna.donor.email == "bruna@posta.example" and not bruna.donor.donations.exists()
    works = ImportedDonor.objects.get(organisation="Officine Mallero")
    assert works.donor.donations.get().amount == 25_00
    assert Donor.objects.count() == 2 and not Message.objects.exists()
    assert verdicts(batch) == ["known", "known", "bad", "known", "bad", "before"]


def test_donors_alone_come_in_once_from_whatever_file() -> None:
    entered(loaded(ALONE))
    again = entered(loaded(ALONE + ";;Elio;Nuovo;;elio@posta.example;;;;\r\n"))
    assert (again.made, again.donors) == (0, 1) and Donor.objects.count() == 3


def test_a_donor_whom_we_know_is_not_written_anew() -> None:
    gift = by_hand(method="cash")
    text = f"Data;Importo;Nome;Cognome;E-mail\r\n;;Altra;Persona;{gift.donor.email}\r\n"
    batch = loaded(text)
    assert verdicts(batch) == ["known"] and entered(batch).donors == 0
    assert not ImportedDonor.objects.exists()


def test_the_treasurer_finds_who_gave_nothing_yet() -> None:
    batch, client = loaded(ALONE), member(roles.TREASURY)
    page = client.get(reverse("treasury:import", args=[batch.pk])).content.decode()
    assert "Registra 1 dono, 25,00" in page and "e 2 donatori senza dono" in page
    entered(batch)
    address = reverse("treasury:donors")
    assert "D’Aragò" not in client.get(address).content.decode()
    found = client.get(address, {"cerca": "arago"}).content.decode()
    assert "Si trova anche 1 donatore senza dono" in found
    for words in ("arago bru", "bruna@posta", ""):
        alone = client.get(address, {"gruppo": "senza-doni", "cerca": words}).content.decode()
        assert "Bruna D’Aragò" in alone and "Officine" not in alone  # it gave
    sheet = client.get(address, {"gruppo": "senza-doni", "formato": "csv"})
    assert "D’Aragò;" in b"".join(sheet).decode() and sheet.status_code == 200
    bruna = Donor.objects.get(email="bruna@posta.example")
    page = client.get(reverse("treasury:donor", args=[bruna.public_id])).content.decode()
    assert "Bruna D’Aragò" in page and "333 1234567" in page and "storico.csv" in page


def test_who_gave_nothing_can_be_erased_and_her_file_goes() -> None:
    batch = entered(loaded(ALONE))
    bruna = Donor.objects.get(email="bruna@posta.example")
    erase(donor=bruna, reason="asked", by=None)
    batch.refresh_from_db()
    assert not batch.file and not ImportedDonor.objects.filter(donor=bruna).exists()
    client = member(roles.TREASURY)
    alone = client.get(reverse("treasury:donors"), {"gruppo": "senza-doni"}).content.decode()
    assert "D’Aragò" not in alone and "Persona cancellata" not in alone


def test_a_column_says_the_country_by_letters_or_name() -> None:
    rows = (
        "12/03/2024;50;Anna;Prova;anna@posta.example;contanti;PT",
        "12/03/2024;50;Bea;Prova;bea@posta.example;contanti;Germania",
        "12/03/2024;50;Ciro;Prova;ciro@posta.example;contanti;",
        "12/03/2024;50;Dino;Prova;dino@posta.example;contanti;Atlantide",
        ";;Elsa;Prova;elsa@posta.example;;Francia",
    )
    batch = loaded("\r\n".join(("Data;Importo;Nome;Cognome;E-mail;Metodo;Paese", *rows)))
    read = importing.dry_run(batch)
    assert [one.line.donor.country for one in read] == ["PT", "DE", "IT", "IT", "FR"]
    [why] = read[3].line.problems
    assert "Atlantide" in why
