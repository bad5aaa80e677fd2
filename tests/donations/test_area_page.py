"""What a donor sees and does on her page; and that nothing there is ever another donor's."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from area_support import PAGE, entered
from donations.area import urls
from donations.models import (
    ConsentChange,
    Donation,
    DonorDetails,
    DonorMerge,
    ErasureRequest,
    PremiumClaim,
    PromiseChange,
    Tribute,
)
from donations.services import consents, erasure_requests, knowing, merging, receipts
from form_support import open_fund
from giving_support import MARIA, begin
from mail.models import Message
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from premium_support import seeds
from treasury_support import Cast, gifts, member, promised, statement_of

pytestmark = pytest.mark.django_db
TYPED = {
    "nome": "Maria",
    "cognome": "Bianchi",
    "cf": "rssmra80a41h501y",
    "via": "Via Nuova 2",
    "cap": "38100",
    "citta": "Trento",
    "provincia": "TN",
    "paese": "IT",
}


@pytest.fixture
def cast(memory_stripe: MemoryStripe) -> Cast:
    made = gifts(memory_stripe)
    receipts.draw_missing()
    return made


@pytest.fixture
def maria(cast: Cast) -> Client:
    return entered(cast.settled.donor)


@pytest.fixture
def elsa(cast: Cast) -> Client:
    return entered(cast.refunded.donor)


def seen(client: Client) -> str:
    return client.get(PAGE).content.decode()


PROMISE = [
    "promise",
    "promise_amount",
    "promise_pause",
    "promise_skip",
    "promise_resume",
    "promise_card",
    "promise_end",
]


def dedicated(gift: Donation) -> Tribute:
    card = {"email": "lucia@example.org", "day": date(2030, 1, 1), "at": time(9)}
    card["due_at"] = datetime(2030, 1, 1, 8, tzinfo=UTC)
    names = {"kind": "honour", "honouree": "Nonna Rosa", "recipient": "Lucia", **card}
    return Tribute.objects.get_or_create(donation=gift, defaults=names)[0]


def thanked(gift: Donation) -> PremiumClaim:
    """To be sent to somebody else's address."""
    now = timezone.now()
    address = {"recipient": "Zia Pina", "street": "Via Stelvio 21", "postcode": "23017"}
    names = {"state": "confirmed", "way": "post", "minimum": 10_00, "city": "Morbegno", **address}
    names |= {"premium": seeds(taken=1), "reserved_at": now, "confirmed_at": now}
    found = PremiumClaim.objects.filter(donation=gift).first()
    return found or PremiumClaim.objects.create(donation=gift, **names)


def addresses(cast: Cast) -> dict[str, str]:
    """Name → address with what is Maria's; a new address without a row here makes the test fail."""
    args: dict[str, list[Any]] = {
        "page": [],
        **{name: [promised(cast.settled).public_id] for name in PROMISE},
        "tribute": [dedicated(cast.settled).donation.public_id],
        "tribute_stop": [cast.settled.public_id],
        "premium": [thanked(cast.settled).donation.public_id],
        "premium_leave": [cast.settled.public_id],
        "entry": ["no-such-link"],
        "receipt": [cast.receipt.pk],
        "receipt_now": [],
        "statement": [statement_of(cast.settled).pk],
        "details": [],
        "letter": [],
        "objection": [],
        "wall": [],
        "copy": [],
        "erasure": [],
        "leave": [],
    }
    assert set(args) == {str(pattern.name) for pattern in urls.urlpatterns}
    return {name: reverse(f"area:{name}", args=these) for name, these in args.items()}


def join(cast: Cast, *, kept: str) -> DonorMerge:
    """Maria and Elsa; `kept`: whose address it is, by her gift."""
    one, other = cast.settled.donor, cast.refunded.donor
    pair = (one, other) if kept == "settled" else (other, one)
    elio = User.objects.create_user("elio")
    return merging.merge(kept=pair[0], absorbed=pair[1], by=elio)


HERS = [
    "RSSMRA80A41H501Y",
    "Via Roma 1",
    "maria.rossi@example.org",
    "Nonna Rosa",
    "lucia@example.org",
    "Zia Pina",
    "Via Stelvio 21",
]


@pytest.mark.parametrize("kept", ["", "settled", "refunded"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_donors_objects_are_never_reached(
    cast: Cast, elsa: Client, method: str, kept: str
) -> None:
    """Not even when the treasury holds the two for one person: the link went to one mailbox."""
    if kept:
        join(cast, kept=kept)
    # Maria and Elsa live at one address in the tests' cast: what is told apart is set apart first
    DonorDetails.objects.create(
        donor=cast.refunded.donor, first_name="Elsa", last_name="Esempio", street="Via Sua 1"
    )
    cast.refunded.donor.donations.update(codice_fiscale="", street="", first_name="Elsa")
    hers = [*HERS, cast.receipt.label, str(cast.settled.public_id)]
    for name, address in addresses(cast).items():
        asked = {"chiave": str(uuid.uuid4()), "cifra": "40", "giorno": "2099-01-01"}
        said = {"lettera": "si", "opposizione": "si", "email": "x"}
        sent = TYPED | asked | said if method == "post" else {}
        answer = getattr(elsa, method)(address, sent)
        if name in PROMISE:
            assert answer.status_code in (404, 405)
        if name in ("receipt", "statement"):
            assert answer.status_code == (404 if method == "get" else 405)
        body = answer.content.decode("utf-8", "replace")
        if name != "copy":  # which holds Elsa's papers as they were printed
            assert [word for word in hers if word in body] == [], name
        else:
            assert cast.receipt.label not in body and HERS[2] not in body
    donor = cast.settled.donor
    assert not DonorDetails.objects.filter(donor=donor).exists()
    assert not PromiseChange.objects.exists()
    assert Tribute.objects.get(donation=cast.settled).stopped_at is None
    assert not donor.consent_changes.exists() and not donor.erasure_requests.exists()


@pytest.mark.parametrize("kept", ["settled", "refunded"])
def test_joined_and_parted_each_address_keeps_what_was_said_from_it(
    cast: Cast, maria: Client, elsa: Client, kept: str
) -> None:
    merge = join(cast, kept=kept)
    for client, name in ((maria, "Maria"), (elsa, "Elsa")):
        client.post(f"{PAGE}dati/", TYPED | {"nome": name})
        client.post(f"{PAGE}lettera/", {"lettera": "si"})
        client.post(f"{PAGE}cancellazione/")
    knowing.add_note(donor=cast.settled.donor, author=merge.by, text="Preferisce il telefono.")
    knowing.tag(donor=cast.refunded.donor, name="Socia")
    for parted in (False, True):
        if parted:
            merging.part(merge=merge)
        for donor, name in ((cast.settled.donor, "Maria"), (cast.refunded.donor, "Elsa")):
            assert donor.details.first_name == name
            assert donor.consent_changes.count() == donor.erasure_requests.count() == 1
        assert "Maria" in seen(maria) and "Elsa" in seen(elsa)
        copies = [client.get(f"{PAGE}copia/").json() for client in (maria, elsa)]
        notes = [[note["text"] for note in copy["notes"]] for copy in copies]
        assert notes == [["Preferisce il telefono."], []]
        assert [copy["tags"] for copy in copies] == [[], ["Socia"]]
        assert [len(copy["gifts"]) for copy in copies] == [2, 1]


def test_without_a_session_every_address_leads_to_the_door(cast: Cast) -> None:
    for client in (Client(), member(roles.TREASURY)):
        for name, address in addresses(cast).items():
            for answer in (client.get(address), client.post(address, TYPED)):
                assert not any(word in answer.content.decode() for word in HERS), name
                if name in (
                    "receipt",
                    "statement",
                    "details",
                    "letter",
                    "objection",
                    "copy",
                    "erasure",
                ):
                    assert answer.status_code == 303, name
                    assert answer["Location"] == f"{PAGE}?scaduta"
    assert not DonorDetails.objects.exists() and not ErasureRequest.objects.exists()


def test_nothing_of_it_is_kept_or_listed(cast: Cast, maria: Client) -> None:
    for name, address in addresses(cast).items():
        if name == "leave":
            continue
        answer = maria.get(address)
        assert "no-store" in answer.headers["Cache-Control"], name
        assert answer.headers["X-Robots-Tag"] == "noindex", name
    assert "Disallow: /dona/area/" in Client().get("/robots.txt").content.decode()


def test_her_gifts_with_their_state_and_papers(cast: Cast, maria: Client, elsa: Client) -> None:
    page = seen(maria)
    for words in ("50,00", "25,00", "Arrivato", "In arrivo dalla tua banca", cast.receipt.label):
        assert words in page, words
    assert "Rimborsata" not in page
    page = seen(elsa)
    assert "Rimborsata" in page and "non vale più: rimborso del" in page


def test_a_download_is_the_treasurys_reprint(cast: Cast, maria: Client, elsa: Client) -> None:
    for client, gift, stamp in (
        (maria, cast.settled, "duplicato"),
        (elsa, cast.refunded, "annullata"),
    ):
        row = gift.receipts.get()
        mine = client.get(reverse("area:receipt", args=[row.pk]))
        theirs = member(roles.TREASURY).get(reverse("treasury:reprint", args=[row.pk]))
        assert mine.content == theirs.content and mine.content.startswith(b"%PDF")
        assert mine["Content-Disposition"].endswith(f'-{stamp}.pdf"')


def test_an_altered_file_is_not_given_out(cast: Cast, maria: Client) -> None:
    cast.receipt.refresh_from_db()
    with cast.receipt.file.storage.open(cast.receipt.file.name, "wb") as file:
        file.write(b"%PDF altered")
    answer = maria.get(reverse("area:receipt", args=[cast.receipt.pk]))
    assert answer.status_code == 404 and b"altered" not in answer.content


def test_what_she_corrects_is_for_the_next_gift_and_frozen_papers_stay(
    cast: Cast, maria: Client
) -> None:
    open_fund()
    before = cast.receipt.data
    assert maria.post(f"{PAGE}dati/", TYPED).status_code == 303
    page = seen(maria)
    assert "Via Nuova 2" in page and "Bianchi" in page and "RSSMRA80A41H501Y" in page
    form = maria.get("/dona/").content.decode()
    assert 'value="Via Nuova 2"' in form and 'value="maria.rossi@example.org"' in form
    assert "Via Nuova 2" not in Client().get("/dona/").content.decode()
    cast.receipt.refresh_from_db()
    cast.settled.refresh_from_db()
    assert cast.receipt.data == before and cast.settled.street == MARIA.street
    assert cast.settled.last_name == "Rossi"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"nome": ""}, "Scrivi il tuo nome"),
        ({"cf": "RSSMRA80A41H501X"}, "#cf"),
        ({"cap": "1"}, "cinque cifre"),
        ({"via": ""}, "#via"),
        ({"nome": "x" * 90}, "#nome"),
        ({"cognome": "www.example.org"}, "#cognome"),
    ],
)
def test_wrong_details_are_told_and_nothing_is_lost(
    cast: Cast, maria: Client, wrong: dict[str, str], said: str
) -> None:
    answer = maria.post(f"{PAGE}dati/", TYPED | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and 'value="Trento"' in page
    assert not DonorDetails.objects.exists()


def test_the_letter_is_stopped_and_asked_for_again_and_all_of_it_stays_written(
    cast: Cast, maria: Client
) -> None:
    donor = cast.settled.donor
    cast.settled.consents.create(kind="newsletter", words="Mandatemi la lettera.")
    assert "Ferma la lettera" in seen(maria)
    for choice, held in (("no", False), ("no", False), ("si", True), ("x", True), ("no", False)):
        maria.post(f"{PAGE}lettera/", {"lettera": choice})
        assert consents.holds(donor=donor, kind="newsletter") is held
    said = ConsentChange.objects.values_list("granted", flat=True)
    assert list(said) == [False, True, False]
    page = seen(maria)
    for words in ("Mandatemi la lettera.", "Non mandatemi più la lettera", "hai detto no"):
        assert words in page, words
    story = reverse("treasury:donation", args=[cast.settled.public_id])
    assert "Non mandatemi più la lettera" in member(roles.TREASURY).get(story).content.decode()


def test_the_spreadsheet_follows_what_was_said_last(cast: Cast, maria: Client) -> None:
    cast.settled.consents.create(kind="newsletter", words="Mandatemi la lettera.")
    treasurer = member(roles.TREASURY)

    def listed() -> int:
        sheet = treasurer.get(reverse("treasury:donations"), {"formato": "csv"})
        return b"".join(sheet).decode().count(cast.settled.donor.email)

    assert listed() == 1
    maria.post(f"{PAGE}lettera/", {"lettera": "no"})
    assert listed() == 0
    maria.post(f"{PAGE}lettera/", {"lettera": "si"})
    assert listed() >= 1
    maria.post(f"{PAGE}lettera/", {"lettera": "no"})
    cast.processing.consents.create(kind="newsletter", words="Mandatemi la lettera.")
    assert listed() == 1 and consents.holds(
        donor=cast.settled.donor, kind="newsletter"
    )  # a later gift's yes


@pytest.mark.parametrize("change", [{"granted": True}, {"words": ""}, None])
def test_the_database_keeps_the_history(cast: Cast, maria: Client, change: Any) -> None:
    cast.settled.consents.create(kind="newsletter", words="Mandatemi la lettera.")
    maria.post(f"{PAGE}lettera/", {"lettera": "no"})
    rows = ConsentChange.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**change) if change else rows._raw_delete(connection.alias)
    assert ConsentChange.objects.get().granted is False


def test_her_data_in_one_file(cast: Cast, maria: Client) -> None:
    maria.post(f"{PAGE}lettera/", {"lettera": "si"})
    answer = maria.get(f"{PAGE}copia/")
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"].startswith('attachment; filename="i-miei-dati-')
    data = json.loads(answer.content)
    assert data["mail"] == cast.settled.donor.email
    assert {gift["amount"] for gift in data["gifts"]} == {50_00, 25_00}
    (paper,) = [row for gift in data["gifts"] for row in gift["receipts"]]
    assert paper["number"] == cast.receipt.label and paper["printed"] == cast.receipt.data
    assert data["consents"][0]["granted"] is True and data["mails"]
    assert "elsa" not in answer.content.decode().lower()


def test_a_request_for_erasure_waits_on_the_desk_until_a_person_answers(
    cast: Cast, maria: Client
) -> None:
    assert "art. 2220" in maria.get(f"{PAGE}cancellazione/").content.decode()
    for _twice in range(2):
        assert maria.post(f"{PAGE}cancellazione/").status_code == 303
    asked = ErasureRequest.objects.get()
    treasurer, desk = member(roles.TREASURY), reverse("treasury:desk")
    page = treasurer.get(desk).content.decode()
    assert "chiede di cancellare" in page and "m•••@example.org" in page
    assert cast.settled.donor.email not in page
    answer = reverse("treasury:answer_erasure", args=[asked.pk])
    treasurer.post(answer, {"risposta": "  "})
    assert ErasureRequest.objects.get().answered_at is None
    treasurer.post(answer, {"risposta": "Tolta dalla rubrica; le ricevute <b>restano</b>."})
    again = treasurer.post(answer, {"risposta": "Un’altra"}, follow=True).content.decode()
    assert "già risposto" in again and "chiede di cancellare i suoi dati: " not in again
    mail = Message.objects.get(kind="erasure_answer")
    assert mail.to == cast.settled.donor.email and "restano" in mail.body_text
    assert "<b>restano</b>" in mail.body_text and "&lt;b&gt;restano" in mail.body_html
    assert "Tolta dalla rubrica" in seen(maria)
    assert erasure_requests.ask(donor=cast.settled.donor, language="it")  # she may ask again


def test_who_may_answer(cast: Cast, maria: Client) -> None:
    maria.post(f"{PAGE}cancellazione/")
    asked = ErasureRequest.objects.get()
    answer = reverse("treasury:answer_erasure", args=[asked.pk])
    coordinator = member(roles.COORDINATION)
    page = coordinator.get(reverse("treasury:desk")).content.decode()
    assert "chiede di cancellare" in page and "Manda la risposta" not in page
    coordinator.post(answer, {"risposta": "No"})
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_what_anybody_typed_in_her_name_is_not_what_she_wrote(cast: Cast, maria: Client) -> None:
    begin(donor=replace(MARIA, street="Via Altrui 9", last_name="Falsa"))  # and never paid
    assert "Via Altrui 9" not in seen(maria) and "Falsa" not in maria.get("/dona/").content.decode()


def test_pages_ask_the_database_no_more_with_more_gifts(
    cast: Cast, maria: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(30):
        maria.get(PAGE)
