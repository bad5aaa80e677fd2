"""What the treasurer reads, and what is written down about it."""

import re
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from attribution.services import source
from brand.templatetags.brand_tags import spell
from donations.models import Donation, Receipt, StripeEvent
from mail.models import Message
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import Cast, gifts, lost_event, member, tell

pytestmark = pytest.mark.django_db
LIST = "/admin/tesoreria/"


@pytest.fixture
def cast(memory_stripe: MemoryStripe) -> Cast:
    return gifts(memory_stripe)


@pytest.fixture
def treasurer(db: None) -> Client:
    return member(roles.TREASURY)


def read(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"treasury:{name}", args=args), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def listed(client: Client, **query: str) -> set[str]:
    page = read(client, "donations", **query)
    found = re.findall(r"/tesoreria/donazione/([0-9a-f-]{36})/", page)
    return {gift.first_name for gift in Donation.objects.filter(public_id__in=found)}


def test_the_list_narrows_by_each_filter(treasurer: Client, cast: Cast) -> None:
    assert listed(treasurer) == {"Maria", "Bruno", "Elsa"}
    assert listed(treasurer, stato="settled") == {"Maria"}
    assert listed(treasurer, stato="processing") == {"Bruno"}
    assert listed(treasurer, fondo="generale") == {"Maria", "Bruno", "Elsa"}
    today = timezone.localdate()
    assert listed(treasurer, da=today.strftime("%d/%m/%Y")) == {"Maria", "Bruno", "Elsa"}
    assert listed(treasurer, a="01/01/2020") == set()


def test_two_posts_of_one_account_are_told_apart(treasurer: Client, cast: Cast) -> None:
    campaign = source(kind="campaign", key="1", label="DonoDay")
    for number, (gift, words) in enumerate(
        [(cast.settled, "Sei metri di muro"), (cast.processing, "Due ore di pala")]
    ):
        post = source(kind="post", key=str(number), label=words, parent=campaign)
        gift.source = source(kind="delivery", key=str(number), label="Bluesky", parent=post)
        gift.save(update_fields=["source"])
    page = read(treasurer, "donations")
    for words in ("Sei metri di muro", "Due ore di pala"):
        assert page.count(f"Bluesky · {words}") == 2  # among the filters and in the list
    assert cast.settled.source is not None
    assert listed(treasurer, fonte=str(cast.settled.source.pk)) == {"Maria"}
    told = read(treasurer, "donation", cast.settled.public_id)
    assert "Bluesky · Sei metri di muro" in told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("elsa", {"Elsa"}),
        ("Esempio Elsa", {"Elsa"}),
        ("elsa@posta", {"Elsa"}),
        ("nobody", set()),
        ("%", set()),
    ],
)
def test_the_search_reads_names_and_mails(
    treasurer: Client, cast: Cast, text: str, found: set[str]
) -> None:
    assert listed(treasurer, cerca=text) == found


def test_the_search_reads_receipt_numbers(treasurer: Client, cast: Cast) -> None:
    receipt = cast.receipt
    for text in (receipt.label, f"{receipt.year}/{receipt.number}", str(receipt.number)):
        assert "Maria" in listed(treasurer, cerca=text)
    assert listed(treasurer, cerca=f"1999/{receipt.number}") == set()


def test_nonsense_in_the_filters_is_harmless(treasurer: Client, cast: Cast) -> None:
    for query in ({"da": "x"}, {"fondo": "x"}, {"fonte": "x"}, {"stato": "x"}, {"p": "x"}):
        assert treasurer.get(LIST, query).status_code == 200
    assert treasurer.get(LIST, {"cerca": "2026/" + "9" * 40}).status_code == 200


def test_an_empty_treasury_says_what_will_appear(treasurer: Client) -> None:
    assert "Qui non c’è ancora niente da sommare" in read(treasurer, "donations")
    assert "La prima nota è vuota" in read(treasurer, "ledger")
    assert "Ancora nessuna ricevuta" in read(treasurer, "receipts")
    assert "Non c’è niente da decidere" in read(treasurer, "desk")


def test_the_page_of_a_gift_tells_its_whole_story(treasurer: Client, cast: Cast) -> None:
    page = read(treasurer, "donation", cast.refunded.public_id)
    voided = cast.refunded.receipts.get()
    for part in (
        "30,00\u00a0€ da Elsa Esempio",
        "Ha scelto 30\u00a0€",
        "La pagina di pagamento è stata completata",
        "È cominciato un rimborso",
        "Stripe in viaggio",
        f"Emessa la ricevuta {voided.label}",
        f"Annullata la ricevuta {voided.label}",
        "Grazie, Elsa",
        "Ti abbiamo restituito",
        "Commissione Stripe",
    ):
        assert part in page, part


def test_personal_data_is_masked_until_asked_for_and_the_asking_is_logged(
    treasurer: Client, cast: Cast
) -> None:
    address = reverse("treasury:donation", args=[cast.settled.public_id])
    page = read(treasurer, "donation", cast.settled.public_id)
    assert "maria.rossi@example.org" not in page and "RSSMRA80A41H501Y" not in page
    assert "m•••@example.org" in page and "RSS•••••••••••••" in page
    shown = treasurer.post(address, {"mostra": "codice_fiscale"})
    assert "RSSMRA80A41H501Y" in shown.content.decode()
    assert "maria.rossi@example.org" not in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    entry = ModelLogEntry.objects.get(action="donations.reveal")
    assert entry.data == {"what": "codice_fiscale"}
    assert entry.user and entry.object_id == str(cast.settled.pk)
    treasurer.post(address, {"mostra": "everything"})
    assert ModelLogEntry.objects.filter(action="donations.reveal").count() == 1


def test_no_page_shows_a_whole_mail_address_or_code_unasked(treasurer: Client, cast: Cast) -> None:
    lost_event(state="failed")
    Message.objects.filter(pk=cast.mail.pk).update(state="unknown")
    pages = [read(treasurer, name) for name in ("donations", "ledger", "receipts", "desk")]
    pages.append(read(treasurer, "mail", cast.mail.pk))
    for page in pages:
        assert "maria.rossi@example.org" not in page
        assert "RSSMRA80A41H501Y" not in page


def test_the_ledger_adds_up_and_shows_one_account(treasurer: Client, cast: Cast) -> None:
    page = read(treasurer, "ledger")
    assert "Quadra" in page and "Non quadra" not in page
    fees = read(treasurer, "ledger", conto="fees")
    assert "Righe di Commissioni" in fees
    assert len(re.findall(r"<div>Commissione Stripe<br>", fees)) == 2
    assert "<div>Dono<br>" not in fees


def test_the_ledger_says_in_words_what_a_row_is_and_whose(treasurer: Client, cast: Cast) -> None:
    page = " ".join(read(treasurer, "ledger").split())
    gift = reverse("treasury:donation", args=[cast.refunded.public_id])
    row = re.search(r"<div>Rimborso<br>.*?</tr>", page)
    assert row and f'<a href="{gift}">Elsa Esempio</a>' in row[0]
    assert ">re_" in row[0] and ":refund" not in row[0]
    # which account gives says that it goes out: in double entry an amount has no sign
    assert ">30,00" in row[0] and "−" not in row[0]


def test_the_ledger_of_one_account_says_on_which_side_its_money_moved(
    treasurer: Client, cast: Cast
) -> None:
    page = " ".join(read(treasurer, "ledger", conto="stripe").split())
    row = re.search(r"<div>Rimborso<br>.*?</tr>", page)
    assert row and "−" not in row[0]
    assert re.search(r'data-l="Dare" class="sp-num">–<', row[0])
    assert re.search(r'data-l="Avere" class="sp-num">30,00', row[0])
    assert 'data-l="Conto di contropartita">Erogazioni liberali' in row[0]


def test_income_stands_above_zero(treasurer: Client, cast: Cast) -> None:
    page = read(treasurer, "ledger")
    account = re.search(r"Erogazioni liberali: Dove serve[^<]*</a></th><td[^>]*>([^<]*)", page)
    assert account and account[1] == "50,00\u00a0€"


def test_the_list_counts_as_its_ready_made_views_do(treasurer: Client, cast: Cast) -> None:
    everything = read(treasurer, "donations")
    assert "3 donazioni in questa vista." in everything and "Tutte 3<" in everything
    assert "Incassato, tolto quello che è tornato indietro: 50,00" in everything
    received = read(treasurer, "donations", stato="settled")
    assert "1 donazione in questa vista." in received and "Incassata 1<" in received


def test_the_stored_receipt_is_given_byte_by_byte(treasurer: Client, cast: Cast) -> None:
    answer = treasurer.get(reverse("treasury:receipt", args=[cast.receipt.pk]))
    with cast.receipt.file.open("rb") as handle:
        assert answer.content == handle.read()
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert ModelLogEntry.objects.filter(action="donations.receipt_opened").count() == 1


def test_a_reprint_is_stamped(treasurer: Client, cast: Cast) -> None:
    answer = treasurer.get(reverse("treasury:reprint", args=[cast.receipt.pk]))
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "DUPLICATO" in text and cast.receipt.label in text
    voided = cast.refunded.receipts.get()
    assert voided.state == Receipt.State.VOID
    answer = treasurer.get(reverse("treasury:reprint", args=[voided.pk]))
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert voided.void_reason == "refund" and voided.void_day
    assert f"ANNULLATA rimborso del {voided.void_day:%d/%m/%Y}" in " ".join(text.split())


def test_why_a_receipt_is_void_is_told_in_the_readers_language(cast: Cast) -> None:
    voided = cast.refunded.receipts.get()
    day = f"{voided.void_day:%-d/%-m/%Y}"
    for language, words in (("it", f"rimborso del {day}"), ("en", f"refund of {day}")):
        reader = member(roles.TREASURY)
        user = User.objects.latest("pk")
        UserProfile.objects.create(user=user, preferred_language=language)
        assert words in read(reader, "donation", cast.refunded.public_id)


def test_sums_and_months_are_written_as_the_reader_writes_them(cast: Cast) -> None:
    began = timezone.localtime(cast.settled.created_at)
    english = member(roles.TREASURY)
    UserProfile.objects.create(user=User.objects.latest("pk"), preferred_language="en")
    page = read(english, "donation", cast.settled.public_id)
    assert f"{began:%-d %B %Y, %H:%M}" in page and "€50.00" in page
    page = read(member(roles.TREASURY), "donation", cast.settled.public_id)
    assert spell(began, "j F Y, H:i") in page and "50,00\u00a0€" in page


@pytest.mark.parametrize("name", ["receipt", "reprint"])
def test_a_file_that_was_altered_is_not_shown(treasurer: Client, cast: Cast, name: str) -> None:
    with open(cast.receipt.file.path, "ab") as handle:
        handle.write(b"x")
    answer = treasurer.get(reverse(f"treasury:{name}", args=[cast.receipt.pk]), follow=True)
    assert answer["Content-Type"].startswith("text/html")
    assert "è stato alterato o non c’è" in answer.content.decode()


def test_a_mail_is_shown_as_it_was_sent_in_a_cage(treasurer: Client, cast: Cast) -> None:
    page = read(treasurer, "mail", cast.mail.pk)
    assert re.search(r"<iframe[^>]* sandbox src=", page)
    answer = treasurer.get(reverse("treasury:mail_body", args=[cast.mail.pk]))
    assert answer.content.decode() == cast.mail.body_html
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy


def test_an_attachment_is_given_as_it_travelled(treasurer: Client, cast: Cast) -> None:
    sent = cast.mail.attachments.get()
    answer = treasurer.get(reverse("treasury:attachment", args=[sent.pk]))
    with cast.receipt.file.open("rb") as handle:
        assert b"".join(answer.streaming_content) == handle.read()
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize(("choice", "state"), [("partita", "sent"), ("rimanda", "queued")])
def test_a_mail_without_proof_is_decided_once(
    treasurer: Client, cast: Cast, choice: str, state: str
) -> None:
    Message.objects.filter(pk=cast.mail.pk).update(state="unknown")
    assert "È partita «" in read(treasurer, "desk")
    address = reverse("treasury:decide_mail", args=[cast.mail.pk])
    treasurer.post(address, {"scelta": choice})
    cast.mail.refresh_from_db()
    assert cast.mail.state == state
    again = treasurer.post(address, {"scelta": "partita"}, follow=True).content.decode()
    assert "Qualcuno ha già deciso" in again
    assert ModelLogEntry.objects.filter(action="donations.mail_decided").count() == 1


def test_a_dispute_stands_on_the_desk_until_it_is_decided(
    treasurer: Client, cast: Cast, memory_stripe: MemoryStripe
) -> None:
    session = str(cast.settled.attempts.get().session_id)
    dispute = memory_stripe.dispute(session, 50_00)
    tell(memory_stripe)
    page = read(treasurer, "desk")
    assert "contestati: rispondi entro il" in page and "dice di non aver pagato" in page
    assert "Trattenuti dalla banca" in read(treasurer, "donation", cast.settled.public_id)
    memory_stripe.decide_dispute(session, dispute, "lost")
    tell(memory_stripe)
    assert "rispondi entro il" not in read(treasurer, "desk")
    assert "Ripresa dalla banca" in read(treasurer, "donation", cast.settled.public_id)


@pytest.mark.parametrize(("choice", "state"), [("riprova", "received"), ("lascia", "ignored")])
@pytest.mark.parametrize("before", ["failed", "parked"])
def test_an_event_that_is_stuck_is_decided_once(
    treasurer: Client, cast: Cast, choice: str, state: str, before: str
) -> None:
    event = lost_event(state=before, last_error="WrongMoney: ch_9")
    page = read(treasurer, "desk")
    assert "evt_lost" in page
    assert ("non è in euro" in page) == (before == "failed")
    address = reverse("treasury:decide_event", args=[event.pk])
    treasurer.post(address, {"scelta": choice})
    event.refresh_from_db()
    assert event.state == state
    assert (event.next_at is not None) == (choice == "riprova")
    treasurer.post(address, {"scelta": "lascia"})
    assert StripeEvent.objects.get(pk=event.pk).state == state
    assert ModelLogEntry.objects.filter(action="donations.event_decided").count() == 1
