"""Gifts and donors are found by what a treasurer has at hand."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from donations.models import Donation, Donor, DonorTag, GiftWord, JournalEntry
from donations.services import knowing
from donations.services.finding import PERSON, gifts_found, persons_found
from donations.services.likeness import alike, mailbox
from donations.services.merging import addresses, merge
from donations.words import fold, words
from giving_support import MARIA, begin, promised, session_of
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import Cast, by_hand, gifts, member, tell

pytestmark = pytest.mark.django_db
DONORS = "/admin/tesoreria/donatori/"


@pytest.fixture
def cast(memory_stripe: MemoryStripe) -> Cast:
    return gifts(memory_stripe)


def person(first: str, last: str, email: str, **changes: str) -> Donor:
    details = replace(MARIA, first_name=first, last_name=last, email=email, **changes)
    return begin(donor=details).donation.donor


def found(text: str) -> set[str | None]:
    rows = persons_found(Donation.objects.order_by().values(person=PERSON), text)
    keys = {row["person"] for row in rows}
    return set(Donor.objects.filter(pk__in=keys).values_list("email", flat=True))


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Agnès", "agnes"),
        ("ÀÈÌÒÙ", "aeiou"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("ΜΑΡΊΑ", "μαρια"),
        ("ﬁlippo", "filippo"),
        ("İpek", "ipek"),
    ],
)
def test_letters_lose_case_and_accents(text: str, bare: str) -> None:
    assert fold(text) == fold(bare) == bare


def test_signs_part_words() -> None:
    assert words("D’Aragó-Pérez  e") == ["d", "arago", "perez", "e"]
    assert words("!?") == []
    assert len(words("ﷺ" * 80)[0]) <= 80


@pytest.mark.parametrize(
    "text", ["niccolo", "NICCOLÒ", "d'aragò", "Dell’Aquila", "nicco dell", "NICCOLÒ aqui"]
)
def test_a_name_is_found_by_the_beginnings_of_its_words(cast: Cast, text: str) -> None:
    person("Niccolò", "D’Aragó Dell'Aquila", "nic@posta.example")
    assert found(text) == {"nic@posta.example"}


@pytest.mark.parametrize("text", ["ccolo", "%", "_", "[a-z]", "\\", "'", "''--", "!"])
def test_what_is_in_no_name_finds_nobody(cast: Cast, text: str) -> None:
    person("Niccolò", "D’Aragó", "nic@posta.example")
    assert found(text) == set()


def test_letters_of_any_script_find_only_what_begins_with_them(cast: Cast) -> None:
    person("𝔐aria", "😀", "one@posta.example")
    person("Ωmega", "李 明", "two@posta.example")
    assert found("李") == {"two@posta.example"} == found("ωμεγ") | found("ωm")


def test_by_mail_codice_fiscale_receipt_payment_and_number(cast: Cast) -> None:
    elsa, gift = "elsa@posta.example", cast.refunded
    receipt, attempt = gift.receipts.get(), gift.attempts.get()
    charge = JournalEntry.objects.of(gift).first().comes_from
    for text in (
        "elsa@posta.example",
        "ELSA@posta",
        "@posta.example",
        receipt.label,
        f"{receipt.year}/{receipt.number}",
        attempt.payment_intent,
        session_of(gift),
        charge,
        str(gift.public_id),
        str(gift.public_id)[:8].upper(),
        gift.public_id.hex[:12],
    ):
        assert found(str(text)) == {elsa}, text
    assert found("rssmra80a41") == {elsa, "maria.rossi@example.org"}
    assert found("pi_nobody") == found("1999/000001") == set()


def test_what_came_by_hand_is_found_by_organisation_and_number(cast: Cast) -> None:
    nobody = {"email": "", "codice_fiscale": ""}
    forno = replace(MARIA, organisation="Forno Perù S.r.l.", first_name="", last_name="", **nobody)
    gift = by_hand(donor=forno, method="cheque", reference="CRO 0123-456/B")
    again = by_hand(donor=forno, method="cheque", reference="77")
    for text in ("forno PERU", "cro 0123", "0123-456/b", "0123 s.r.l"):
        assert gift in gifts_found(Donation.objects.all(), text), text
    assert not gifts_found(Donation.objects.all(), "forno 99").exists()
    assert gift.donor != again.donor and gift.donor.email is None
    assert found("perù") == {None}
    assert found("maria.rossi@") == {"maria.rossi@example.org"}


def test_a_dispute_is_found(cast: Cast, memory_stripe: MemoryStripe) -> None:
    dispute = memory_stripe.dispute(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    assert found(dispute) == {"maria.rossi@example.org"}


def test_words_on_different_gifts_find_their_donor_and_no_gift(cast: Cast) -> None:
    begin(donor=replace(MARIA, first_name="Carla"))
    assert found("bruno carla") == {"maria.rossi@example.org"}
    rows = Donation.objects.all()
    assert gifts_found(rows, "bruno rossi").get() == cast.processing
    assert not gifts_found(rows, "bruno carla").exists()


def test_what_a_form_says_anew_replaces_what_it_said(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    begin(form_token=gift.form_token, donor=replace(MARIA, first_name="Mária", last_name="Verdi"))
    assert found("verdi") == {"maria.rossi@example.org"}
    assert found("rossi") == {"maria.rossi@example.org"}  # of the mail
    kept = set(GiftWord.objects.values_list("word", flat=True))
    assert kept == {"maria", "verdi", "rssmra80a41h501y", "via", "roma", "1"}


def test_text_of_any_kind_is_harmless(cast: Cast) -> None:
    for text in (
        "\0",
        "a\0b",
        "9" * 40,
        "2026/" + "9" * 40,
        "x" * 500,
        "a " * 200,
        "٣/٣",
        "f" * 33,
    ):
        assert found(text) is not None


def test_an_index_finds_the_words(cast: Cast) -> None:
    rows = GiftWord.objects.filter(word__prefix="mar").values("donation")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "gift_word_once" in rows.explain()


def test_two_without_mail_are_not_alike_for_that(memory_stripe: MemoryStripe) -> None:
    none = {"email": "", "codice_fiscale": "", "street": "", "postcode": ""}
    one = by_hand(donor=replace(MARIA, **none)).donor
    by_hand(donor=replace(MARIA, **none))
    box = replace(MARIA, **none | {"first_name": "", "last_name": "", "street": "Via Roma 1"})
    boxes = [by_hand(donor=replace(box, postcode="00100"), receipt=False).donor for _ in "ab"]
    assert reasons(one) == reasons(boxes[0]) == []
    home = {"email": "", "codice_fiscale": "", "first_name": "Ada"}
    twins = [by_hand(donor=replace(MARIA, **home)).donor for _ in "ab"]
    firm = {"email": "", "codice_fiscale": "", "organisation": "Forno"}
    by_hand(donor=replace(MARIA, **firm))  # the contact's name is not the giver's
    assert [one.donor for one in alike(addresses=[twins[0]])] == [twins[1]]
    merge(kept=twins[0], absorbed=twins[1], by=User.objects.create_user("elio"))
    assert alike(addresses=addresses(twins[0])) == []


def reasons(donor: Donor) -> list[tuple[str | None, str]]:
    return [(one.donor.email, one.reason) for one in alike(addresses=[donor])]


def test_likely_the_same_person_is_told_with_its_reason(memory_stripe: MemoryStripe) -> None:
    mario = person("Mario", "Bianchi", "mario@posta.example", codice_fiscale="")
    home = person("BIANCHI", "Mario", "mb@altra.example", codice_fiscale="", street="via roma, 1")
    person("Mario", "Bianchi", "m@x.example", codice_fiscale="", street="Via Roma 11")
    person("Maria", "Bianchi", "sister@x.example", codice_fiscale="")
    plus = person("M", "B", "mario+doni@posta.example", codice_fiscale="", postcode="", street="")
    assert reasons(mario) == [(home.email, "home"), (plus.email, "mail")]
    one = person("Ada", "Neri", "ada@x.example", postcode="20100")
    two = person("Adele", "Nera", "adele@y.example", postcode="10100")
    assert reasons(one) == [(two.email, "code")]
    assert reasons(two) == [(one.email, "code")]


def test_dots_mean_nothing_at_google_alone(memory_stripe: MemoryStripe) -> None:
    assert mailbox("a.da+x@googlemail.com") == mailbox("ada@gmail.com")
    assert mailbox("a.da@posta.example") != mailbox("ada@posta.example")
    none: dict[str, Any] = {"codice_fiscale": "", "postcode": "", "street": ""}
    one = person("A", "N", "ada.neri@gmail.com", **none)
    two = person("A", "N", "adaneri@googlemail.com", **none)
    person("A", "N", "adanera@gmail.com", **none)
    assert reasons(one) == [(two.email, "mail")]


def test_the_search_asks_one_question(cast: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found("rossi 2026/000001 pi_123 elsa@posta")
    assert len(asked) == 1


@pytest.mark.parametrize(
    "text",
    [
        "3331234567",
        "333 123 4567",
        "+39 333 1234567",
        "0039 3331234",
        "333-123.45",
        "(333) 1234567",
    ],
)
def test_a_telephone_is_found_however_it_is_written(memory_stripe: MemoryStripe, text: str) -> None:
    person("Ada", "Neri", "ada@x.example", phone="+39 333 123 45 67")
    person("Bea", "Neri", "bea@x.example", phone="02 1234567")
    assert found(text) == {"ada@x.example"}
    assert found(f"neri {text}") == {"ada@x.example"}
    assert found(f"bea {text}") == set()


def test_town_and_street_are_found_and_follow_a_correction(memory_stripe: MemoryStripe) -> None:
    person("Ada", "Neri", "ada@x.example", street="Via del Mallero 4", city="Sondrio")
    person("Bea", "Neri", "bea@x.example", street="Piazza Mallero 9", city="Morbegno")
    assert found("mallero") == {"ada@x.example", "bea@x.example"}
    assert found("sondr") == found("mallero 4") == {"ada@x.example"}
    assert found("sondrio morbegno") == set()


def test_tags_are_found_and_notes_by_whoever_may_read_them(cast: Cast) -> None:
    donor = person("Ada", "Neri", "ada@x.example")
    DonorTag.objects.create(name="Soci 2025", key="soci 2025").donors.add(donor)
    knowing.add_note(donor=donor, author=User.objects.create_user("elio"), text="Ha un frutteto")
    assert found("soci") == found("2025 neri") == {"ada@x.example"}
    assert found("frutteto") == set()
    rows = persons_found(Donation.objects.order_by().values(person=PERSON), "frutt", notes=True)
    assert {row["person"] for row in rows} == {donor.pk}


def test_the_list_searches_notes_only_for_whoever_may_read_them(cast: Cast) -> None:
    elio = member(roles.TREASURY)
    knowing.add_note(
        donor=cast.settled.donor, author=User.objects.get(), text="Conosce il sindaco di Tirano"
    )
    assert len(elio.get(f"{DONORS}?cerca=sindaco").context["page"].object_list) == 1
    blind = User.objects.create_user("cieco", is_staff=True)
    rights = ("access_admin", "view_donor", "view_donation")
    blind.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(blind)
    page = client.get(f"{DONORS}?cerca=sindaco")
    assert page.status_code == 200 and not len(page.context["page"].object_list)


def test_a_recurring_gift_is_found_by_who_gives_it(memory_stripe: MemoryStripe) -> None:
    promised(memory_stripe, donor=replace(MARIA, city="Tirano"))
    elio = member(roles.TREASURY)
    page = "/admin/tesoreria/ricorrenti/"
    shown = elio.get(f"{page}?cerca=tirano")
    assert shown.status_code == 200 and len(shown.context["page"].object_list) == 1
    assert not len(elio.get(f"{page}?cerca=sondrio").context["page"].object_list)
