"""The page the donor comes back to: it shows the state and settles nothing."""

import re
import uuid
from datetime import UTC, datetime
from html import unescape

import pytest
from django.conf import settings
from django.test import Client

from attribution import services as attribution
from donations import sharing
from donations.models import Donation, JournalEntry
from donations.services import acknowledging, inbox
from giving_support import begin, process, session_of
from mail.models import Message
from media.models import StoredCard
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db


def told(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()


def page(client: Client, gift: Donation) -> str:
    response = client.get(gift.get_absolute_url())
    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    text = response.content.decode()
    for private in ("maria.rossi@example.org", "Rossi", "RSSMRA80A41H501Y", "Via Roma"):
        assert private not in text
    return text


def test_it_waits_and_asks_again_with_and_without_a_script(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    gift = begin().donation
    text = page(client, gift)
    assert 'data-fase="waiting"' in text
    assert 'hx-trigger="every 3s"' in text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in text
    assert "Non serve pagare di nuovo" in text


def test_it_settles_nothing_even_when_stripe_was_paid(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    calls = list(memory_stripe.calls)
    assert 'data-fase="waiting"' in page(client, gift)
    assert memory_stripe.calls == calls  # it does not even ask
    assert JournalEntry.objects.count() == 0


def test_the_truth_arrives_by_webhook_and_says_thank_you(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    told(memory_stripe)
    text = page(client, gift)
    assert 'data-fase="settled"' in text
    assert "Grazie, Maria." in text
    assert "25,00\u00a0€" in text
    assert "hx-get" not in text and "http-equiv" not in text
    # the home page's thermometer is a campaign's: this gift is not in it
    assert "la somma di «Dove serve di più» fa" in text and "Segui la somma" not in text


@pytest.mark.parametrize("campaign", [False, True])
def test_opened_later_it_says_the_sum_of_that_moment(
    client: Client, memory_stripe: MemoryStripe, campaign: bool
) -> None:
    source = attribution.source(kind="campaign", key="7") if campaign else None

    def given(amount: int) -> Donation:
        gift = begin(amount=amount, source=source).donation
        memory_stripe.pay_by_card(session_of(gift))
        told(memory_stripe)
        return gift

    def figures(gift: Donation) -> list[str]:
        table = page(client, gift).split('<dl class="conto">')[1].split("</dl>")[0]
        return re.findall(r"<dd>([0-9.,]+)", table)

    earlier, gift = given(100_00), given(50_00)
    assert figures(gift) == ["100,00", "50,00", "150,00"]
    given(1_000_00)
    memory_stripe.give_back(session_of(earlier), 30_00)
    told(memory_stripe)
    assert figures(gift) == ["100,00", "50,00", "150,00"], "not what came and went since"
    memory_stripe.give_back(session_of(gift), 9_48)
    told(memory_stripe)
    assert figures(gift) == ["100,00", "40,52", "140,52"]
    text = re.sub(r"<[^>]+>", "", page(client, gift)).replace("\u00a0", " ")
    assert "Hai donato 50,00 €, 9,48 € ti sono tornati: ne restano 40,52 €." in text


def test_it_says_whether_the_thanks_have_left(client: Client, memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    told(memory_stripe)
    assert "Il grazie e la ricevuta stanno arrivando nella tua posta" in page(client, gift)
    acknowledging.write_due()
    assert "stanno arrivando" in page(client, gift)
    day = datetime(2026, 11, 28, 10, tzinfo=UTC)
    Message.objects.update(state="sent", sent_at=day, next_at=None)
    text = page(client, gift)
    assert "sono partiti per la tua posta" in text and "il 28 novembre 2026" in text
    assert "stanno arrivando" not in text
    Message.objects.update(state="failed", sent_at=None)
    text = page(client, gift)
    assert "nella tua posta" not in text and "per la tua posta" not in text


def test_a_card_and_the_link_to_the_same_sum_are_there_to_be_passed_on(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    campaign = attribution.source(kind="campaign", key="7")
    post = attribution.source(kind="post", key="1", parent=campaign)
    gift = begin(source=post).donation
    assert "collegamento" not in page(client, gift)  # nothing to be proud of yet
    memory_stripe.pay_by_card(session_of(gift))
    told(memory_stripe)
    text = page(client, gift)
    field = re.search(r'<input id="collegamento" readonly value="([^"]+)">', text)
    assert field
    assert unescape(field[1]) == f"{settings.SITE_URL}/dona/?fondo=generale&campagna=7"
    card = re.search(r'href="([^"]+)" download', text)
    assert card and StoredCard.objects.get().url == card[1]
    assert f'<img src="{card[1]}"' in text and "Il mio dono + il tuo = " in text
    asked = client.get(unescape(field[1]).removeprefix(settings.SITE_URL)).content.decode()
    assert re.search(r'name="campagna" value="7"', asked)


def test_where_no_card_can_be_drawn_the_link_is_there(
    client: Client, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "share_card", lambda spec: None)
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    told(memory_stripe)
    text = page(client, gift)
    assert "Copia il collegamento al modulo" in text and "/dona/?fondo=generale" in text
    assert "download" not in text


def test_months_are_written_as_each_language_writes_them(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    told(memory_stripe)
    Donation.objects.update(settled_at="2026-10-04T08:42:00Z")
    assert "4 ottobre 2026, ore 10.42" in page(client, gift)
    english = client.get(gift.get_absolute_url(), headers={"accept-language": "en"})
    assert "4 October 2026, 10.42" in english.content.decode()


def test_a_debit_is_promised_until_it_is_there(client: Client, memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.promise_debit(session_of(gift))
    told(memory_stripe)
    text = page(client, gift)
    assert 'data-fase="processing"' in text
    assert "promesso, non ancora arrivato" in text
    memory_stripe.collect_debit(session_of(gift))
    told(memory_stripe)
    assert 'data-fase="settled"' in page(client, gift)


def test_a_debit_the_bank_refused_leads_back_to_the_form(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    gift = begin().donation
    memory_stripe.promise_debit(session_of(gift))
    memory_stripe.refuse_debit(session_of(gift))
    told(memory_stripe)
    text = page(client, gift)
    assert 'data-fase="failed"' in text
    assert "Non ti è stato tolto niente" in text
    assert f"/dona/?annullato={gift.public_id}" in text


def test_a_session_that_ran_out_says_so(client: Client, memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.expire_session(session_of(gift))
    told(memory_stripe)
    assert 'data-fase="expired"' in page(client, gift)


def test_a_gift_given_back_says_so(client: Client, memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    told(memory_stripe)
    memory_stripe.give_back(session_of(gift), 25_00)
    told(memory_stripe)
    text = page(client, gift)
    assert 'data-fase="refunded"' in text
    assert "La ricevuta non vale più" in text


def test_the_sum_is_the_campaigns_when_one_brought_the_gift(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    from attribution.services import source

    campaign = source(kind="campaign", key="donoday", label="#DonoDay")
    spread = source(kind="post", key="7", label="Ballerine", parent=campaign)
    first, second = begin(amount=10_00, source=campaign), begin(source=spread)
    for started in (first, second):
        memory_stripe.pay_by_card(session_of(started.donation))
    told(memory_stripe)
    text = page(client, second.donation)
    for figure in ("10,00\u00a0€", "25,00\u00a0€", "35,00\u00a0€"):
        assert figure in text
    assert "la somma di «#DonoDay» fa" in text and "Segui la somma" in text


def test_an_unknown_gift_is_not_found(client: Client) -> None:
    assert client.get(f"/dona/grazie/{uuid.uuid4()}/").status_code == 404


def test_nothing_can_be_sent_to_it(client: Client, memory_stripe: MemoryStripe) -> None:
    assert client.post(begin().donation.get_absolute_url()).status_code == 405
