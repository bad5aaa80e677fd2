"""What the treasurer writes twice is read by each donor in her own language."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override

from area_support import entered
from brand.bilingual import Words
from brand.templatetags.brand_tags import marked
from donations.models import Donation, Fund, MailText, SuggestedAmount
from donations.services import Meant, inbox
from donations.services.acknowledging import write_due
from donations.sums import meaning_of
from form_support import open_fund, typed
from giving_support import begin, process, promised, session_of
from mail.models import Message
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
PAGE = "/dona/"
ENGLISH = {"name_en": "The market", "description_en": "Groceries paid in time"}
SHELF = {"meaning_en": "A week’s groceries", "one": "spesa", "many": "spese"}


@pytest.fixture
def fund() -> Fund:
    """In both languages, its fifteen euros in Italian only."""
    made = open_fund()
    Fund.objects.filter(pk=made.pk).update(description="La spesa si paga in tempo", **ENGLISH)
    made.suggested_amounts.filter(amount=50_00).update(
        **SHELF, one_en="shopping bag", many_en="shopping bags"
    )
    made.refresh_from_db()
    return made


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "en"})


def page(client: Client, **asked: str) -> str:
    return client.get(PAGE, {"fondo": "emporion", **asked}).content.decode()


def test_the_form_speaks_english_where_the_treasurer_does(fund: Fund, reader: Client) -> None:
    shown = page(reader)
    assert '<option value="emporion" selected>The market</option>' in shown
    assert "Groceries paid in time" in shown and "<span>A week’s groceries</span>" in shown
    assert "<span>Shopping bags</span>" in shown and "for one: shopping bag<" in shown
    italian = page(Client())
    assert ">Emporion</option>" in italian and "<span>La spesa di una settimana</span>" in italian
    assert "La spesa si paga in tempo" in italian and "<span>Spese</span>" in italian


def test_what_has_no_english_is_marked_as_italian(fund: Fund, reader: Client) -> None:
    Fund.objects.update(name_en="")
    shown = page(reader)
    assert '<span lang="it">La spesa di un giorno</span>' in shown
    assert '<option value="emporion" selected lang="it">Emporion</option>' in shown
    assert 'lang="it">La spesa' not in page(Client())


def test_an_error_names_the_fund_as_the_form_does(fund: Fund, reader: Client) -> None:
    Fund.objects.create(slug="altro", name="Altro")
    row = fund.suggested_amounts.get(amount=50_00)
    answer = reader.post(PAGE, typed(importo=f"pezzi-{row.pk}", quante="2", fondo="altro"))
    assert "“shopping bags” goes to The market" in answer.content.decode()


@pytest.mark.parametrize(("language", "title"), [("en", "The market"), ("it", "Emporion")])
def test_the_payment_page_names_the_fund_in_the_donors_language(
    fund: Fund, memory_stripe: MemoryStripe, language: str, title: str
) -> None:
    gift = begin(fund=fund, language=language).donation
    assert memory_stripe.orders[session_of(gift)].title == title


def thanked(stripe: MemoryStripe, **changes: Any) -> Message:
    gift = begin(**changes).donation
    stripe.pay_by_card(session_of(gift))
    for event in stripe.events:
        inbox.store(event)
    process()
    write_due()
    return Message.objects.get(key__startswith=f"acknowledgement:{gift.public_id}")


def test_a_mail_says_them_in_the_donors_language(fund: Fund, memory_stripe: MemoryStripe) -> None:
    english = thanked(memory_stripe, fund=fund, amount=50_00, language="en")
    assert "The market" in english.body_text and "A week’s groceries." in english.body_text
    assert (
        "Emporion" not in english.body_text + english.body_html
        and "La spesa" not in english.body_html
    )
    half = thanked(memory_stripe, fund=fund, amount=15_00, language="en")
    assert '<span lang="it">La spesa di un giorno</span>' in half.body_html
    assert "La spesa di un giorno." in half.body_text and "<span" not in half.body_text
    italian = thanked(memory_stripe, fund=fund, amount=50_00)
    assert "Emporion" in italian.body_text and "La spesa di una settimana." in italian.body_text


def test_a_mail_in_the_words_of_staff_marks_what_is_italian(
    fund: Fund, memory_stripe: MemoryStripe
) -> None:
    Fund.objects.filter(pk=fund.pk).update(name="Emporion & co", name_en="")
    MailText.objects.create(
        kind="thank_you",
        language="en",
        subject="For {fondo}",
        heading="Dear {nome}, for {fondo}.",
        words="It goes to **{fondo}**: {significato}\n\n[Back to {fondo} again]({modulo})",
        in_use=True,
    )
    mail = thanked(memory_stripe, fund=fund, amount=15_00, language="en")
    marked = '<span lang="it">Emporion &amp; co</span>'
    assert f"Dear Maria, for {marked}." in mail.body_html
    assert f'to <b>{marked}</b>: <span lang="it">La spesa di un giorno.</span>' in mail.body_html
    assert f">Back to {marked} again</a>" in mail.body_html
    assert mail.subject == "For Emporion & co" and "<span" not in mail.body_text
    assert "to Emporion & co: La spesa di un giorno." in mail.body_text
    assert "Back to Emporion & co again <http" in mail.body_text
    Fund.objects.filter(pk=fund.pk).update(name_en="The market")
    mail = thanked(memory_stripe, fund=fund, amount=50_00, language="en")
    assert 'lang="it"' not in mail.body_html and "to <b>The market</b>: A week" in mail.body_html


def test_the_donors_page_says_them_too(fund: Fund, memory_stripe: MemoryStripe) -> None:
    inside = entered(promised(memory_stripe, fund=fund).donor)
    english = inside.get("/dona/area/", headers={"accept-language": "en"}).content.decode()
    assert english.count("The market") == 2 and "Emporion" not in english
    assert "Emporion" in inside.get("/dona/area/").content.decode()


def test_pieces_are_said_in_each_readers_language(
    fund: Fund, reader: Client, memory_stripe: MemoryStripe
) -> None:
    row = fund.suggested_amounts.get(amount=50_00)
    reader.post(PAGE, typed(importo=f"pezzi-{row.pk}", quante="2"))
    gift = Donation.objects.get()
    assert (gift.pieces, gift.meaning, gift.meaning_en) == (2, "spese", "shopping bags")
    SuggestedAmount.objects.all().delete()
    for language, said in (("en", "2 shopping bags"), ("it", "2 spese")):
        with override(language):
            assert str(meaning_of(gift)) == said


def test_the_later_charges_mean_the_same(fund: Fund, memory_stripe: MemoryStripe) -> None:
    meant = Meant(Words("Una cassetta", "A crate"))
    promise = promised(memory_stripe, fund=fund, meant=meant)
    memory_stripe.renew(str(promise.subscription_id))
    memory_stripe.change_amount(str(promise.subscription_id), 30_00, key="more")
    memory_stripe.renew(str(promise.subscription_id))
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    said = promise.donations.order_by("pk").values_list("amount", "meaning", "meaning_en")
    same = ("Una cassetta", "A crate")
    assert list(said) == [(25_00, *same), (25_00, *same), (30_00, "", "")]


def test_words_know_whose_they_are() -> None:
    both, own = Words("Pane", "Bread"), Words("Pane")
    with override("en"):
        assert (str(both), both.mark, str(own), own.mark) == ("Bread", "", "Pane", "it")
        assert marked(Words("<b>")) == '<span lang="it">&lt;b&gt;</span>'
        assert (str(both.within), str(own.capital), own.capital.mark) == ("bread", "Pane", "it")
        assert not Words() and not Words().mark
    with override("it"):
        assert (str(both), both.mark, str(own), own.mark) == ("Pane", "", "Pane", "")
        assert marked(Words("<b>")) == "&lt;b&gt;"
        assert not Words("", "Bread")


def test_receipts_stay_italian(fund: Fund, memory_stripe: MemoryStripe) -> None:
    thanked(memory_stripe, fund=fund, language="en")
    receipt = Donation.objects.get().receipts.get()
    assert receipt.data["purpose"] == "Emporion"


def test_english_pieces_need_the_italian_ones(fund: Fund) -> None:
    for words in ({"one_en": "bag"}, {"one_en": "bag", "many_en": "bags"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SuggestedAmount.objects.filter(amount=15_00).update(**words)
