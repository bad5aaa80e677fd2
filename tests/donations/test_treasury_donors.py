"""The donors as the treasurer sees them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from donations.models import (
    Donation,
    Donor,
    DonorNote,
    DonorTag,
    PromiseChange,
    RecurringDonation,
)
from donations.services import knowing, merging
from donations.treasury.donor_filters import sums_by_person
from donations.treasury.donors import OneLook
from giving_support import MARIA, begin, promised, session_of
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import Cast, by_hand, gifts, member, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(memory_stripe: MemoryStripe) -> Cast:
    return gifts(memory_stripe)


@pytest.fixture
def treasurer(db: None) -> Client:
    return member(roles.TREASURY)


def read(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"treasury:{name}", args=args), query)
    assert answer.status_code == 200
    return re.sub("[ \n]+", " ", answer.content.decode())  # not the spaces within sums


def listed(client: Client, **query: str) -> list[str]:
    page = read(client, "donors", **query)
    mails = dict(Donor.objects.values_list("public_id", "email"))
    known = {str(key): (mail or "").partition("@")[0] for key, mail in mails.items()}
    return [known[key] for key in re.findall(r"/donatori/([0-9a-f-]{36})/", page)]


def paid(stripe: MemoryStripe, name: str, amount: int, *, days_ago: int) -> Donation:
    donor = replace(MARIA, first_name=name, email=f"{name}@posta.example".lower())
    gift = begin(donor=donor, amount=amount).donation
    stripe.pay_by_card(session_of(gift))
    tell(stripe)
    at = timezone.now() - timedelta(days=days_ago)
    Donation.objects.filter(pk=gift.pk).update(created_at=at, settled_at=at)
    return gift


def test_the_list_counts_what_stays_and_who_gave_last_comes_first(
    treasurer: Client, cast: Cast
) -> None:
    assert listed(treasurer) == ["maria.rossi", "elsa"]
    page = read(treasurer, "donors")
    maria, elsa = re.findall(r"<tr> <th scope=\"row\">.*?</tr>", page)
    assert "50,00\u00a0€" in maria and ">1<" in maria  # the debit is not received yet
    assert "0,00\u00a0€" in elsa and ">0<" in elsa  # all of it went back
    assert "m•••@example.org" in maria and "maria.rossi@" not in page


def test_who_has_no_mail_is_there_by_name(treasurer: Client, cast: Cast) -> None:
    forno = replace(MARIA, email="", organisation="Forno S.r.l.", first_name="", last_name="")
    firm = by_hand(donor=forno, amount=70_00).donor
    nobody = replace(forno, organisation="", codice_fiscale="", street="", postcode="")
    box = by_hand(donor=nobody, receipt=False).donor
    page = read(treasurer, "donors")
    assert "Forno S.r.l." in page and "Senza nome" in page and ">None<" not in page
    assert "4 donatori in questa vista" in page
    for donor, name in ((firm, "Forno S.r.l."), (box, "Senza nome")):
        page = read(treasurer, "donor", donor.public_id)
        assert name in page and "E-mail" in page and ">None<" not in page
        assert "Mostra la mail" not in page
        address = reverse("treasury:donor", args=[donor.public_id])
        assert treasurer.post(address, {"mostra": "email"}).status_code == 200
    page = read(treasurer, "donor", cast.settled.donor.public_id)
    assert "Forno S.r.l." in page and "lo stesso codice fiscale" in page
    join = reverse("treasury:merge", args=[cast.settled.donor.public_id])
    page = treasurer.post(join, {"chi": str(firm.public_id)}, follow=True).content.decode()
    assert "una persona sola" in page and "Separa chi non ha un indirizzo mail" in page
    said = treasurer.post(join, {"mail": ""}, follow=True).content.decode()
    assert "non ha donato nessuno" in said  # not whoever has no mail either


def test_the_sheet_holds_the_addresses_of_who_is_seen(treasurer: Client, cast: Cast) -> None:
    maria, elsa = cast.settled.donor, cast.refunded.donor
    page = read(treasurer, "donors", cerca="maria")
    assert "?cerca=maria&amp;formato=csv" in page and "?cerca=maria&amp;formato=xlsx" in page

    def sheet(**query: str) -> str:
        answer = treasurer.get(reverse("treasury:donors"), {"formato": "csv", **query})
        assert "donatori-" in answer["Content-Disposition"]
        return answer.getvalue().decode()

    assert maria.email in sheet(cerca="bruno") and elsa.email not in sheet(cerca="bruno")
    assert elsa.email not in sheet(sopra="10") and maria.email in sheet(sopra="10")
    merging.merge(kept=maria, absorbed=elsa, by=User.objects.latest("pk"))
    assert maria.email in sheet(cerca="elsa") and elsa.email in sheet(cerca="elsa")
    refused = treasurer.get(reverse("treasury:donors"), {"formato": "csv", "sopra": "x"})
    assert "text/html" in refused["Content-Type"]


def test_the_groups_follow_the_calendar_year(
    treasurer: Client, memory_stripe: MemoryStripe
) -> None:
    today = timezone.localdate()
    this_year = (today - today.replace(month=1, day=1)).days
    paid(memory_stripe, "Nuova", 20_00, days_ago=0)
    paid(memory_stripe, "Anno", 20_00, days_ago=this_year + 10)
    paid(memory_stripe, "Vecchia", 20_00, days_ago=this_year + 800)
    both = paid(memory_stripe, "Fedele", 20_00, days_ago=this_year + 10)
    paid(memory_stripe, "Fedele", 90_00, days_ago=0)
    assert both.donor.donations.count() == 2
    assert listed(treasurer, gruppo="nuovi") == ["nuova"]
    assert listed(treasurer, gruppo="non-quest-anno") == ["anno"]
    assert listed(treasurer, gruppo="da-tempo") == ["vecchia"]
    assert listed(treasurer, sopra="100") == ["fedele"]
    assert listed(treasurer, sopra="110") == []  # more than, not as much as
    assert listed(treasurer, gruppo="da-tempo", cerca="nuova") == []


def test_the_midnight_of_new_year_is_ours(treasurer: Client, memory_stripe: MemoryStripe) -> None:
    gift = paid(memory_stripe, "Notte", 20_00, days_ago=0)
    midnight = timezone.localtime().replace(month=1, day=1, hour=0, minute=0, second=0)
    for moment, group in ((midnight, "nuovi"), (midnight - timedelta(minutes=1), "non-quest-anno")):
        Donation.objects.filter(pk=gift.pk).update(settled_at=moment)
        assert listed(treasurer, gruppo=group) == ["notte"]


def test_nonsense_in_the_filters_is_harmless(treasurer: Client, cast: Cast) -> None:
    for query in (
        {"gruppo": "x"}, {"etichetta": "x"}, {"etichetta": "999"}, {"sopra": "-1"},
        {"sopra": "9" * 30}, {"cerca": "\0"}, {"p": "x"},
    ):  # fmt: skip
        assert len(listed(treasurer, **query)) == 2, query


def test_an_empty_list_says_what_will_appear(treasurer: Client, cast: Cast) -> None:
    assert "Nessun donatore corrisponde" in read(treasurer, "donors", cerca="zzz")
    english = member(roles.TREASURY)
    UserProfile.objects.create(user=User.objects.latest("pk"), preferred_language="en")
    assert "Last year but not this" in read(english, "donors")


def test_as_many_questions_for_many_as_for_one(
    treasurer: Client, memory_stripe: MemoryStripe
) -> None:
    asked = []
    first = paid(memory_stripe, "Una", 20_00, days_ago=3)
    for gift in (first, paid(memory_stripe, "Zero", 20_00, days_ago=3)):  # likely the same
        knowing.tag(donor=gift.donor, name="Soci")
    for _round in range(2):
        for address in (
            reverse("treasury:donors") + "?cerca=rossi",
            reverse("treasury:donor", args=[first.donor.public_id]),
        ):
            treasurer.get(address)
            with CaptureQueriesContext(connection) as queries:
                treasurer.get(address)
            asked.append(len(queries))
        for name in ("Una", "Due", "Tre", "Una"):
            knowing.tag(donor=paid(memory_stripe, name, 20_00, days_ago=1).donor, name="Soci")
    assert asked[:2] == asked[2:]
    assert max(asked) < 60


def test_the_page_tells_everything_in_one_order(
    treasurer: Client, cast: Cast, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    knowing.add_note(
        donor=cast.settled.donor, author=User.objects.get(), text="Chiamata <b>oggi</b>."
    )
    page = read(treasurer, "donor", cast.settled.donor.public_id)
    for part in (
        "50,00\u00a0€ per «Dove serve di più»",
        "Grazie, Maria",
        f"Emessa la ricevuta {cast.receipt.label}",
        "50,00\u00a0€ contestati",
        "We use your data.",
        "Chiamata &lt;b&gt;oggi&lt;/b&gt;.",
        "Bruno Rossi",
    ):
        assert part in page, part
    hours = re.findall(r'class="sp-sub">(\d+/\d+/\d{4} \d\d:\d\d) ·', page)
    when = [timezone.datetime.strptime(hour, "%d/%m/%Y %H:%M") for hour in hours]
    assert len(when) > 6 and when == sorted(when, reverse=True)


def test_the_page_tells_of_promises_begun_changed_and_ended(
    treasurer: Client, memory_stripe: MemoryStripe
) -> None:
    promise = promised(memory_stripe)
    now = timezone.now()
    what = {"promise": promise, "state": "done", "done_at": now, "asked_at": now}
    PromiseChange.objects.create(key="a", kind="amount", amount=40_00, was=25_00, **what)
    PromiseChange.objects.create(key="b", kind="cancel", **what)
    RecurringDonation.objects.update(state="ended", ended_at=now, end_reason="donor")
    address = reverse("treasury:promise", args=[promise.public_id])
    page = read(treasurer, "donor", promise.donor.public_id)
    for part in ("Ogni mese: ", "Un’altra cifra", "40,00", "Fermato da chi dona", address):
        assert part in page, part
    assert page.count(address) == 3


def test_a_role_sees_in_the_story_what_it_may(cast: Cast) -> None:
    from django.contrib.auth.models import Permission

    client = member()
    user = User.objects.latest("pk")
    codes = ("access_admin", "view_donor", "view_donation")
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    page = read(client, "donor", cast.settled.donor.public_id)
    assert "Dove serve" in page
    assert "Grazie, Maria" not in page and cast.receipt.label not in page
    assert "Scrivi una nota" not in page and "Metti l’etichetta" not in page


def test_personal_data_is_masked_until_asked_for_and_the_asking_is_logged(
    treasurer: Client, cast: Cast
) -> None:
    donor = cast.settled.donor
    address = reverse("treasury:donor", args=[donor.public_id])
    page = read(treasurer, "donor", donor.public_id)
    assert donor.email not in page and "RSSMRA80A41H501Y" not in page
    shown = treasurer.post(address, {"mostra": "codice_fiscale"})
    assert "RSSMRA80A41H501Y" in shown.content.decode() and "no-store" in shown["Cache-Control"]
    entry = ModelLogEntry.objects.get(action="donations.reveal")
    assert entry.data == {"what": "codice_fiscale"} and entry.object_id == str(donor.pk)


def test_a_tag_is_one_however_it_is_written(treasurer: Client, cast: Cast) -> None:
    for donor, name in (
        (cast.settled.donor, "Città amica"),
        (cast.refunded.donor, " CITTA  amica "),
    ):
        treasurer.post(reverse("treasury:tag", args=[donor.public_id]), {"nome": name})
    tag = DonorTag.objects.get()
    assert tag.name == "Città amica" and tag.donors.count() == 2
    assert len(listed(treasurer, etichetta=str(tag.pk))) == 2
    treasurer.post(reverse("treasury:untag", args=[cast.settled.donor.public_id, tag.pk]))
    assert listed(treasurer, etichetta=str(tag.pk)) == ["elsa"]
    again = reverse("treasury:untag", args=[cast.refunded.donor.public_id, tag.pk])
    treasurer.post(again)
    assert not DonorTag.objects.exists()
    assert treasurer.post(again).status_code == 302
    actions = ModelLogEntry.objects.values_list("action", flat=True)
    assert sorted(actions) == ["donations.tagged"] * 2 + ["donations.untagged"] * 2


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "ﷺ" * 40])
def test_a_tag_that_cannot_be_is_refused_in_words(treasurer: Client, cast: Cast, name: str) -> None:
    address = reverse("treasury:tag", args=[cast.settled.donor.public_id])
    answer = treasurer.post(address, {"nome": name}, follow=True)
    assert "da 1 a 40 caratteri" in answer.content.decode()
    assert not DonorTag.objects.exists()


def test_a_note_keeps_who_and_when_and_only_its_author_takes_it_back(
    treasurer: Client, cast: Cast
) -> None:
    donor = cast.settled.donor
    address = reverse("treasury:write_note", args=[donor.public_id])
    treasurer.post(address, {"testo": "  Preferisce il telefono.\nLa sera. "})
    note = DonorNote.objects.get()
    assert note.text == "Preferisce il telefono.\nLa sera."
    assert note.author and note.created_at
    page = read(treasurer, "donor", donor.public_id)
    assert note.author.username in page and "Preferisce il telefono.<br>La sera." in page
    back = reverse("treasury:take_note_back", args=[note.pk])
    other = member(roles.TREASURY)
    assert back not in read(other, "donor", donor.public_id)
    said = other.post(back, follow=True).content.decode()
    assert "solo chi l’ha scritta" in said and DonorNote.objects.exists()
    assert back in page
    treasurer.post(back)
    assert not DonorNote.objects.exists()
    for entry in ModelLogEntry.objects.filter(action__startswith="donations.note"):
        assert "telefono" not in f"{entry.label}{entry.data}"


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_note_that_cannot_be_is_refused_in_words(
    treasurer: Client, cast: Cast, text: str
) -> None:
    address = reverse("treasury:write_note", args=[cast.settled.donor.public_id])
    answer = treasurer.post(address, {"testo": text}, follow=True)
    assert "da 1 a 2000 caratteri" in answer.content.decode()
    assert not DonorNote.objects.exists()


def test_a_note_outlives_the_colleague_who_wrote_it(treasurer: Client, cast: Cast) -> None:
    gone = User.objects.create_user("gone")
    knowing.add_note(donor=cast.settled.donor, author=gone, text="Ha una libreria.")
    gone.delete()
    page = read(treasurer, "donor", cast.settled.donor.public_id)
    assert "Ha una libreria." in page and "Qualcuno che non c’è più" in page


def test_who_may_be_the_same_person_stands_there_with_the_reason(
    treasurer: Client, cast: Cast
) -> None:
    page = read(treasurer, "donor", cast.settled.donor.public_id)
    assert "Forse la stessa persona" in page and "lo stesso codice fiscale" in page
    assert reverse("treasury:donor", args=[cast.refunded.donor.public_id]) in page


def test_the_gift_leads_to_its_donor(treasurer: Client, cast: Cast) -> None:
    page = read(treasurer, "donation", cast.settled.public_id)
    assert reverse("treasury:donor", args=[cast.settled.donor.public_id]) in page


@pytest.mark.parametrize(
    "asked, shown", [("1", 1), ("2", 2), ("3", 3), ("9", 3), ("77", 3), ("x", 1)]
)
def test_a_page_beyond_the_last_one_is_the_last(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch, asked: str, shown: int
) -> None:
    for number in range(5):
        by_hand(donor=replace(MARIA, email=f"d{number}@example.org"))
    page = OneLook(sums_by_person(), 2).get_page(asked)
    assert (page.number, page.paginator.count, page.paginator.num_pages) == (shown, 5, 3)
    assert len(page.object_list) == (1 if shown == 3 else 2)
    assert all(row["total"] for row in page.object_list)


def test_where_nobody_is_found_there_is_one_empty_page() -> None:
    for asked in ("1", "2", "77"):
        page = OneLook(sums_by_person(), 2).get_page(asked)
        assert (page.number, page.paginator.count, list(page.object_list)) == (1, 0, [])
