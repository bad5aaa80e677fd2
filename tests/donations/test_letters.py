"""The words of mails: read from the templates, written anew by staff, checked, laid in, gone back."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from donations.letters import defaults, markup, reading, samples
from donations.letters.defaults import Words
from donations.letters.markup import Part, Said
from donations.models import MailText
from donations.services import inbox, letters
from donations.services.acknowledging import write_due
from giving_support import begin, fund, process, session_of
from mail.models import Message
from mail.services import rendered
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import member

pytestmark = pytest.mark.django_db
EVERY = [(kind, language) for kind in letters.kinds() for language in letters.languages()]


def seen(html: str) -> list[str]:
    """The words a reader sees, in their order."""

    class Eye(HTMLParser):
        words: list[str] = []

        def handle_data(self, data: str) -> None:
            self.words = [*self.words, *data.split()]

    unseen = r"(?s)<style>.*?</style>|<title>.*?</title>|display:none.*?</div>|</?span[^>]*>"
    eye = Eye()
    eye.feed(re.sub(unseen, "", html))
    return [re.sub(r"[.,]00\b", "", word) for word in eye.words]  # some show whole euros with cents


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_the_words_of_the_templates_come_back_as_they_were(kind: str, language: str) -> None:
    """Read out of the templates, kept unchanged and laid into the layout again."""
    letter = defaults.letter(kind, language)
    letters.check(kind=kind, words=letter.default, letter=letter)
    with translation.override(language):
        known = samples.context(kind)
    subject, _text, html = rendered(f"donations/mail/{kind}", known, language)
    again, text, anew = letters.looked_at(kind=kind, language=language, words=letter.default)
    assert again == subject
    assert seen(anew) == seen(html)
    for word in ("⟦", "sito.invalid", "1987", "{"):
        assert word not in " ".join(seen(anew)) + text


def test_staff_write_and_the_next_mail_says_it(memory_stripe: MemoryStripe) -> None:
    page = reverse("treasury:letter", args=["thank_you", "it"])
    treasurer = member(roles.TREASURY)
    words = (
        "Ciao {nome}, {importo} per *{fondo}*.\n\n{riquadro}\n\n"
        "La ricevuta è la **{ricevuta}**.\n\n- uno\n- [la tua pagina]({pagina})\n\n{pulsante}"
    )
    sent = {"subject": "Evviva {nome}", "heading": "Evviva", "words": words}
    assert treasurer.post(page, {**sent, "fai": "scrivi"}).status_code == 302
    mail = thanked(memory_stripe, first_name="Zoë <b>{ente}</b> *x*")
    assert mail.subject == "Evviva Zoë <b>{ente}</b> *x*"
    html, text = mail.body_html, mail.body_text
    assert (
        f"Ciao Zoë &lt;b&gt;{{ente}}&lt;/b&gt; *x*, 25\u00a0€ per <em>{fund().name}</em>." in html
    )
    assert f"Ciao Zoë <b>{{ente}}</b> *x*, 25\u00a0€ per {fund().name}." in text
    assert "il tuo dono: 25,00\u00a0€" in text and "Passa" in text and 'class="bottone"' in html
    assert re.search(r"La ricevuta è la <b>\d{4}/\d{6}</b>", html)
    assert re.search(r"- uno\n- la tua pagina <http\S+/dona/area/>", text)
    for part in (html, text):
        assert "perché hai donato" in part  # the reason stays
    assert mail.attachments.count() == 1
    english = thanked(memory_stripe, language="en")
    assert english.subject.startswith("Thank you")


def thanked(stripe: MemoryStripe, *, language: str = "it", first_name: str = "Maria") -> Message:
    gift = begin(language=language).donation
    type(gift).objects.filter(pk=gift.pk).update(first_name=first_name)
    stripe.pay_by_card(session_of(gift))
    for event in stripe.events:
        inbox.store(event)
    process()
    write_due()
    return Message.objects.get(acknowledgement__donation=gift)


@pytest.mark.parametrize(
    ("kind", "field", "text", "told"),
    [
        ("thank_you", "words", "Ciao {nme}", "Volevi dire {nome}? Puoi usare: {"),
        ("thank_you", "words", "Ciao {qwxz}", "{qwxz} non esiste. Puoi usare:"),
        ("thank_you", "words", "Ciao {reso}", "{reso} non esiste"),
        ("thank_you", "words", "Ciao { nome}", "Volevi dire {nome}?"),
        ("thank_you", "words", "Ciao {nome", "graffa da sola"),
        ("thank_you", "words", "Ciao {{ nome }}", "graffa da sola"),
        ("thank_you", "words", "Ecco: {pulsante}", "in un capoverso suo"),
        ("thank_you", "words", "[qui]({nome})", "{nome} non è un indirizzo"),
        ("thank_you", "words", "[qui](javascript:alert(1))", "[qui](javascript"),
        ("thank_you", "words", "[qui](javascript:x)", "da https:// in poi"),
        ("thank_you", "words", "[www.banca.it](https://altro.example)", "truffa"),
        ("thank_you", "subject", "{pulsante}", "{pulsante} non esiste"),
        ("thank_you", "subject", "x" * 79, "78 caratteri"),
        ("failed", "words", "Riprova.", "Manca {pulsante}"),
        ("refund", "words", "{reso}\n\n{ricevuta_nuova}", "Manca {ricevuta_annullata}"),
    ],
)
def test_what_would_not_do_is_told_by_name_and_nothing_is_lost(
    kind: str, field: str, text: str, told: str
) -> None:
    page = reverse("treasury:letter", args=[kind, "it"])
    sent = {"subject": "Grazie", "heading": "Grazie", "words": "Grazie.", field: text}
    answer = member(roles.TREASURY).post(page, {**sent, "fai": "scrivi"})
    if told.startswith("[qui]"):  # a bracket in an address is no link at all
        assert answer.status_code == 302
        return
    html = answer.content.decode()
    assert told in html.replace("&quot;", '"')
    assert text.replace('"', "&quot;") in html
    assert not MailText.objects.exists()


def test_a_draft_is_looked_at_without_keeping_it() -> None:
    frame = reverse("treasury:letter_preview", args=["thank_you", "it"])
    treasurer = member(roles.TREASURY)
    draft = {"subject": "Prova {nome}", "heading": "Prova", "words": "Solo {importo}."}
    formatted = treasurer.post(frame, draft)
    assert "Solo 50\u00a0€." in formatted.content.decode()
    assert "sandbox" in formatted["Content-Security-Policy"]
    plain = treasurer.post(frame, {**draft, "come": "testo"})
    assert plain["Content-Type"].startswith("text/plain")
    assert plain.content.decode().startswith("Prova Maria\n\nProva\n\nSolo 50\u00a0€.\n")
    wrong = treasurer.post(frame, {**draft, "words": "{nme}"}).content.decode()
    assert "Volevi dire {nome}" in wrong
    assert "Il tuo segno è arrivato" in treasurer.get(frame).content.decode()
    assert not MailText.objects.exists()


def test_versions_stay_and_the_default_comes_back() -> None:
    page = reverse("treasury:letter", args=["thank_you", "it"])
    treasurer = member(roles.TREASURY, first_name="Elio")
    for words in ("Prima.", "Seconda."):
        sent = {"subject": "Grazie", "heading": words, "words": words, "fai": "scrivi"}
        treasurer.post(page, sent)
    treasurer.post(page, {"fai": "standard"})
    assert not MailText.objects.get().in_use
    kept = letters.versions(kind="thank_you", language="it")
    assert [text.heading for _revision, text in kept] == ["Grazie, {nome}.", "Seconda.", "Prima."]
    older = treasurer.get(f"{page}?versione={kept[2][0].pk}").content.decode()
    assert ">\nPrima.</textarea>" in older and "versione di prima" in older
    assert treasurer.get(reverse("treasury:letters")).content.decode().count("testo vostro") == 0
    letter = defaults.letter("thank_you", "it")
    assert letters.in_force(kind="thank_you", language="it", letter=letter) == letter.default


def test_only_who_may() -> None:
    for role, status in ((roles.TREASURY, 200), (roles.COORDINATION, 200), (roles.EDITORS, 302)):
        client = member(role)
        for name in ("letter", "letter_preview"):
            page = reverse(f"treasury:{name}", args=["thank_you", "it"])
            assert client.get(page).status_code == status
    assert member(roles.TREASURY).get("/admin/tesoreria/ringraziamenti/nope/it/").status_code == 404


def test_what_is_laid_in_is_never_markup() -> None:
    said = Said(
        {
            "nome": "**a** [x](https://y) <i> {ente}",
            "ente": "E",
            "none": None,
            "link": "https://l/?a&b",
        },
        frozenset({"link"}),
        {"pulsante": Part("<table></table>", "Premi: https://p")},
    )
    blocks = markup.read(
        "{nome}\n\n{none} no\n\n{pulsante}\n\nvai: {link} **ora {ente}**\n\n{riquadro}"
    )
    assert markup.to_html(blocks, said).split("\n") == [
        '<p style="margin:0 0 18px;">**a** [x](https://y) &lt;i&gt; {ente}</p>',
        "<table></table>",
        '<p style="margin:0 0 18px;">vai: <a href="https://l/?a&amp;b">https://l/?a&amp;b</a>'
        " <b>ora E</b></p>",
    ]
    assert markup.to_text(blocks, said).split("\n\n") == [
        "**a** [x](https://y) <i> {ente}",
        "Premi: https://p",
        "vai: https://l/?a&b ora E",
    ]


def test_two_kinds_of_pieces_are_told_apart() -> None:
    mail = reading.read(
        '<table><tr><td class="carta"><p>Uno<br>due</p><table><tr><td>IBAN</td><td>IT00</td></tr>'
        '</table><table><tr><td><a class="bottone" href="https://a">Vai +</a></td></tr></table>'
        "<table><tr><td>=</td><td>5</td></tr></table><p>fine</p></td></tr></table>"
    )
    assert mail.words == "Uno\ndue\n\n{riquadro}\n\n{pulsante}\n\n{riquadro2}\n\nfine"
    assert [part.text for part in mail.parts.values()] == ["IBAN: IT00", "Vai: https://a", "= 5"]


def test_a_box_with_its_names_above_its_values_reads_as_lines() -> None:
    html = "<tr><td>IBAN<br>\n <b>IT00</b></td></tr>"
    mail = reading.read(f'<td class="carta"><table>{html * 2}</table></td>')
    assert mail.parts["riquadro"].text == "IBAN: IT00\nIBAN: IT00"


def test_two_who_write_at_once_leave_both_versions(django_user_model: Any) -> None:
    letter = defaults.letter("thank_you", "it")
    told = {"kind": "thank_you", "language": "it", "letter": letter}
    for name in ("elio", "marta"):
        by = User.objects.create_user(name)
        letters.write(words=Words(name, name, name), by=by, **told)
    assert MailText.objects.get().subject == "marta"
    assert len(letters.versions(kind="thank_you", language="it")) == 2
