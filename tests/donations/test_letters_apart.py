"""The mails that follow no single gift, in words of our own; and no mail to a donor without them."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from donations.letters import defaults
from donations.models import CodeRequest, Donation, ErasureRequest
from donations.services import asking_codes, entering, erasure_requests, letters, yearly_statements
from donations.services.by_hand import today
from giving_support import MARIA
from mail.models import Message
from people import roles
from people.models import User
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
MAILS = Path(settings.BASE_DIR) / "donations/templates/donations/mail"
TO_STAFF = {"brake_alert", "dispute_alert", "fraud_alert"}
LAYOUT = {"edited"}  # the words that staff wrote, in the layout of their kind


def test_staff_can_write_every_mail_that_donors_get() -> None:
    """A new folder of templates is a mail to staff, or one whose words can be written."""
    folders = {one.parent.name for one in MAILS.glob("*/subject.txt")}
    assert folders - TO_STAFF - LAYOUT == set(letters.kinds())
    page = member(roles.TREASURY).get(reverse("treasury:letters")).content.decode()
    for kind in letters.kinds():
        for language in letters.languages():
            assert reverse("treasury:letter", args=[kind, language]) in page


def test_no_mail_to_donors_goes_around_the_words_of_staff() -> None:
    """Only `services/letters.py` freezes one from templates; the alerts go to staff."""
    rooms = Path(settings.BASE_DIR) / "donations"
    around = {
        path.relative_to(rooms).as_posix()
        for path in rooms.rglob("*.py")
        if "from mail.services import compose" in path.read_text()
    }
    assert around == {"services/letters.py", "services/alerting.py"}


def own_words(kind: str, *, before: str = "") -> None:
    """Its own words, and a paragraph of ours with everything that can be laid in."""
    letter = defaults.letter(kind, "it")
    names = [name for name in letter.said.values if name not in letter.said.links]
    all_of_them = "\n".join(f"- {name}: {{{name}}}" for name in names if name != "risposta")
    words = defaults.Words(
        f"{before}{letter.default.subject}"[:78],
        "Titolo nostro",
        f"{letter.default.words}\n\nNostre:\n\n{all_of_them}",
    )
    by = User.objects.create_user("elio")
    letters.write(kind=kind, language="it", words=words, letter=letter, by=by)


def whole(mail: Message) -> Message:
    for part in (mail.subject, mail.body_text, mail.body_html):
        assert "{" not in part.partition("<style>")[0] and "⟦" not in part
        assert "}" not in part.rpartition("</style>")[2]
    assert "Titolo nostro" in mail.body_html and "Nostre:" in mail.body_text
    return mail


@pytest.fixture
def gift() -> Donation:
    return by_hand(thanks=False)


def test_the_link_to_her_page(gift: Donation) -> None:
    own_words("entry_link")
    entering.ask(email=str(gift.donor.email), language="it")
    entering.write_due()
    mail = whole(Message.objects.get(kind="entry_link"))
    assert "nome: Maria" in mail.body_text and "minuti: 30" in mail.body_text
    opened = settings.SITE_URL + reverse("area:entry", args=["x"]).removesuffix("x/")
    assert opened in mail.body_text and f'href="{opened}' in mail.body_html


def test_the_question_for_the_codice_fiscale(gift: Donation) -> None:
    own_words("code_request")
    CodeRequest.objects.create(donor=gift.donor, year=2025, language="it", next_at=gift.created_at)
    asking_codes.write_due()
    mail = whole(Message.objects.get(kind="code_request"))
    assert "anno: 2025" in mail.body_text
    assert settings.SITE_URL + reverse("area:page") in mail.body_text


def test_the_statement_of_a_year() -> None:
    own_words("yearly_statement")
    last = today().year - 1
    by_hand(method="bank_transfer", thanks=False, day=date(last, 5, 10))
    run = yearly_statements.start(year=last, by=None)
    yearly_statements.work(seconds=60)
    for sample in run.statements.filter(sample=True):
        yearly_statements.see(statement=sample)
    yearly_statements.release(run=run, by=None)
    yearly_statements.work(seconds=60)
    mail = whole(Message.objects.get(kind="yearly_statement"))
    assert f"nome: Maria\n- anno: {last}\n" in mail.body_text
    assert "quanti: 1 dono" in mail.body_text and "20,00" in mail.body_text
    assert "riepilogo che ti avevamo" not in mail.body_text and mail.attachments.count() == 1


def test_the_answer_about_erasure_keeps_its_paragraphs(gift: Donation) -> None:
    own_words("erasure_answer")
    erasure_requests.ask(donor=gift.donor, language="it")
    words = "Abbiamo **tolto** {nome}.\nE gli appunti.\n\nLe ricevute <b>restano</b>."
    by = User.objects.get()
    erasure_requests.answer(request=ErasureRequest.objects.get(), words=words, by=by)
    mail = Message.objects.get(kind="erasure_answer")
    assert words in mail.body_text
    html = mail.body_html
    assert "Abbiamo **tolto** {nome}.<br>E gli appunti.</p>" in html
    assert "Le ricevute &lt;b&gt;restano&lt;/b&gt;.</p>" in html
    assert "Titolo nostro" in html and MARIA.first_name not in html
