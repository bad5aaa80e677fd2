"""The form's page: what it reads, what it keeps, where it leads."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.test import Client

from attribution.services import COOKIE, source
from donations.form_tokens import TOKEN_SALT
from donations.models import Donation, Fund, GivingSettings, SuggestedAmount
from donations.services import guarding, inbox
from donations.stripe_facts import Rejected
from donations.sums import meaning_of
from form_support import open_fund, typed
from giving_support import process
from memory_stripe import MemoryStripe
from people import limits
from people.limits import Limit

pytestmark = pytest.mark.django_db
PAGE = "/dona/"


@pytest.fixture(autouse=True)
def fund() -> None:
    open_fund()


def post(client: Client, **changes: Any) -> Any:
    return client.post(PAGE, typed(**changes))


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_page_is_never_cached_and_may_lead_to_the_payment(client: Client, settings) -> None:
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    policy = response["Content-Security-Policy"]
    base = urlsplit(settings.STRIPE_API_BASE)
    assert f"form-action 'self' {base.scheme}://{base.netloc}" in policy
    assert "unsafe" not in policy


def test_with_stripes_own_key_the_form_may_lead_to_stripe(client: Client, settings) -> None:
    settings.STRIPE_API_BASE = ""
    policy = client.get(PAGE)["Content-Security-Policy"]
    assert "form-action 'self' https://checkout.stripe.com" in policy


def test_nothing_inline_is_on_the_page(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert not re.search(r"\son\w+=", page)
    assert not re.search(r"<script(?![^>]*(?:src=|ld\+json))", page)


def test_the_address_chooses_amount_and_fund(client: Client) -> None:
    page = client.get(PAGE, {"importo": "15", "fondo": "emporion"}).content.decode()
    assert re.search(r'value="15" id="importo-1" checked', page)
    assert re.search(r'<option value="emporion" selected', page)


@pytest.mark.parametrize("asked", ["33", "33,50", "1.000"])
def test_another_amount_in_the_address_is_the_free_one(client: Client, asked: str) -> None:
    page = client.get(PAGE, {"importo": asked}).content.decode()
    assert re.search(r'id="libero" checked', page)
    assert f'value="{asked.replace(".", "")}"' in page


def box(page: Any) -> list[str]:
    """What the summary says of the free amount: the gift, its costs, both, and the gift alone."""
    shown = r'data-se="libero"[^>]* data-parole="[^"]*">([^<]*)'
    return re.findall(shown, page.content.decode())[1:]  # the first stands beside the tick


def euros(*amounts: str) -> list[str]:
    return [f"{amount}\u00a0€" for amount in amounts]


def test_the_summary_says_the_free_amount_that_the_server_knows(client: Client) -> None:
    assert box(client.get(PAGE, {"importo": "33"})) == euros("33,00", "0,76", "33,76", "33,00")
    sent = client.post(PAGE, typed(importo="libero", cifra="25,5", email=""))
    assert sent.status_code == 422
    assert box(sent) == euros("25,50", "0,64", "26,14", "25,50")


@pytest.mark.parametrize("asked", ["", "1", "venti"])
def test_the_summary_promises_no_amount_that_cannot_be_taken(client: Client, asked: str) -> None:
    words = ["la tua cifra", "1,5\u00a0% + 0,25\u00a0€", "al prossimo passo", "al prossimo passo"]
    assert box(client.get(PAGE, {"importo": asked})) == words


@pytest.mark.parametrize("asked", ["1e3", "<script>", "-1", "x" * 500])
def test_nonsense_in_the_address_is_harmless(client: Client, asked: str) -> None:
    page = client.get(PAGE, {"importo": asked, "fondo": asked, "campagna": asked})
    assert page.status_code == 200
    assert "<script>" not in page.content.decode().replace("<script src", "")


def test_a_gift_goes_to_the_payment_page(client: Client, memory_stripe: MemoryStripe) -> None:
    response = post(client, cf="RSSMRA80A01H501U", via="Via Roma 1", cap="23100", citta="Sondrio")
    assert response.status_code == 303
    assert response["Location"].startswith("https://checkout.stripe.test/")
    gift = Donation.objects.get()
    assert (gift.amount, gift.donor_name, gift.fund.slug) == (50_00, "Anna Esempio", "emporion")
    assert (gift.codice_fiscale, gift.city) == ("RSSMRA80A01H501U", "Sondrio")
    assert [consent.kind for consent in gift.consents.all()] == ["privacy"]


def test_the_source_of_the_visit_is_the_gifts_source(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    post_of_campaign = source(kind="post", key="7", label="Ballerine")
    client.cookies[COOKIE] = post_of_campaign.code
    post(client)
    assert Donation.objects.get().source == post_of_campaign


def test_without_a_short_link_the_campaigns_page_is_the_source(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    campaign = source(kind="campaign", key="donoday", label="#DonoDay")
    page = client.get(PAGE, {"campagna": "donoday"}).content.decode()
    assert 'name="campagna" value="donoday"' in page
    post(client, campagna="donoday")
    assert Donation.objects.get().source == campaign


def test_sent_twice_there_is_one_gift_and_one_payment_page(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    filled = typed()
    first, second = client.post(PAGE, filled), client.post(PAGE, filled)
    assert first["Location"] == second["Location"]
    assert Donation.objects.count() == 1
    assert len(memory_stripe.sessions) == 1


def test_sent_again_after_paying_it_leads_to_the_thanks(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    filled = typed()
    client.post(PAGE, filled)
    memory_stripe.pay_by_card(next(iter(memory_stripe.sessions)))
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    gift = Donation.objects.get()
    assert gift.state == Donation.State.SETTLED
    assert client.post(PAGE, filled)["Location"] == gift.get_absolute_url()
    assert len(memory_stripe.sessions) == 1


def test_errors_are_summed_up_and_tied_to_their_fields(client: Client) -> None:
    response = post(client, email="anna@esempio", importo="libero", cifra="1e3", nome="Zoe")
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#email"' in page and 'href="#cifra"' in page
    assert 'aria-describedby="email-e email-a"' in page and 'id="email-e"' in page
    assert 'aria-invalid="true"' in page
    for kept in ("anna@esempio", "1e3", "Zoe", "Esempio"):
        assert f'value="{kept}"' in page
    assert Donation.objects.count() == 0


def test_when_stripe_is_down_nothing_typed_is_lost(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.down = True
    filled = typed(
        nome="Zoe", cf="RSSMRA80A01H501U", via="Via Roma 1", cap="23100", citta="Sondrio"
    )
    response = client.post(PAGE, filled)
    page = response.content.decode()
    assert response.status_code == 503
    assert "Non ti è stato tolto niente" in page
    for kept in ("Zoe", "anna@example.org", "RSSMRA80A01H501U", "Via Roma 1", "23100"):
        assert f'value="{kept}"' in page
    assert token_of(page) == filled["token"]
    memory_stripe.down = False
    assert client.post(PAGE, filled).status_code == 303
    assert Donation.objects.count() == 1


def test_what_stripe_refuses_keeps_what_was_typed(
    client: Client, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(order: object) -> None:
        raise Rejected("no such currency, and other secrets")

    monkeypatch.setattr(memory_stripe, "open_checkout", refuse)
    response = post(client, nome="Zoe")
    page = response.content.decode()
    assert response.status_code == 502
    assert 'value="Zoe"' in page and "secrets" not in page


def test_a_page_that_lay_open_too_long_gets_a_new_token_and_keeps_the_rest(client: Client) -> None:
    response = post(client, token="old", nome="Zoe")
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Zoe"' in page and "rimasta aperta a lungo" in page
    assert signing.loads(token_of(page), salt=TOKEN_SALT)


def test_one_address_may_not_try_for_ever(
    client: Client, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "time", lambda: 6_000.0)
    monkeypatch.setattr(guarding, "BY_ADDRESS", Limit("address", 3, 600))
    answers = [post(client, email=f"a{n}@example.org").status_code for n in range(5)]
    assert answers == [303, 303, 303, 429, 429]
    last = post(client, nome="Zoe")
    assert last["Retry-After"] == "600"
    assert 'value="Zoe"' in last.content.decode()
    other = client.post(PAGE, typed(), REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 303


def test_one_mail_address_may_not_be_used_for_ever(
    client: Client, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "time", lambda: 6_000.0)
    monkeypatch.setattr(guarding, "BY_MAIL", Limit("mail", 2, 600))
    answers = [client.post(PAGE, typed(), REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(4)]
    assert answers == [303, 303, 429, 429]


def test_who_gives_up_finds_what_was_typed_and_nobody_else_does(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    post(client, nome="Zoe", importo="libero", cifra="33")
    back = f"{PAGE}?annullato={Donation.objects.get().public_id}"
    mine, others = client.get(back).content.decode(), Client().get(back).content.decode()
    assert 'value="Zoe"' in mine and 'value="33"' in mine
    assert "anna@example.org" in mine
    assert "Zoe" not in others and "anna@example.org" not in others


def test_without_its_cookie_the_form_comes_back_with_what_was_typed() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(PAGE, typed(nome="Zoe", importo="libero", cifra="33"))
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "quello che hai scritto è ancora qui" in page
    assert 'value="Zoe"' in page and 'value="33"' in page
    assert not Donation.objects.exists()
    english = strict.post(PAGE, typed(), headers={"accept-language": "en"}).content.decode()
    assert "everything you wrote is still here" in english


def test_sent_again_from_there_it_goes_on(memory_stripe: MemoryStripe) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.post(PAGE, typed(nome="Zoe", token="old")).content.decode()
    proof = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert proof
    again = typed(nome="Zoe", token=token_of(page), csrfmiddlewaretoken=proof[1])
    assert strict.post(PAGE, again).status_code == 303


def test_elsewhere_a_form_without_its_cookie_gets_a_page_in_the_sites_look() -> None:
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert answer.status_code == 403
    assert "Il modulo è tornato senza la sua chiave" in answer.content.decode()


def test_the_letter_is_only_for_who_ticks_it_and_its_words_are_kept(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    page = client.get(PAGE).content.decode()
    (box,) = re.findall(r'<input type="checkbox" name="lettera"[^>]*>', page)
    assert "checked" not in box
    assert re.search(r"<legend>Un permesso</legend>\s*<div[^>]*><input[^>]*lettera", page)
    sent = typed()
    client.post(PAGE, sent)
    gift = Donation.objects.get()
    assert [one.kind for one in gift.consents.all()] == ["privacy"]
    client.post(PAGE, sent | {"lettera": "on"})  # back from the payment page, and ticked
    assert gift.attempts.count() == 1
    letter = gift.consents.get(kind="newsletter")
    assert "lettera del mese" in letter.words and letter.words in page


def test_what_is_amiss_with_the_amount_is_tied_to_its_buttons(client: Client) -> None:
    page = post(client, importo="1").content.decode()
    assert 'aria-describedby="importo-e"' in page and 'id="importo-e"' in page


def test_no_field_says_its_type_twice(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    for tag in re.findall(r"<input[^>]*>", page):
        assert tag.count(" type=") == 1, tag


def test_the_form_says_how_it_is_shared(client: Client, settings: Any) -> None:
    page = client.get(f"{PAGE}?importo=25").content.decode()
    assert f'<link rel="canonical" href="{settings.SITE_URL}/dona/">' in page
    (image,) = re.findall(r'property="og:image" content="([^"]+)"', page)
    assert default_storage.exists(image.split("/uploads/")[1])
    assert 'property="og:title" content="Quanto aggiungi?"' in page
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    body, gift = json.loads(data)["@graph"]
    assert gift["@type"] == "DonateAction" and gift["recipient"]["@id"] == body["@id"]


def counted(slug: str = "emporion") -> SuggestedAmount:
    row, _made = SuggestedAmount.objects.update_or_create(
        fund=Fund.objects.get(slug=slug),
        amount=15_00,
        defaults={"meaning": "Una spesa", "one": "spesa sospesa", "many": "spese sospese"},
    )
    return row


def test_the_costs_are_said_before_the_choice_and_never_ticked(client: Client) -> None:
    page = client.get(PAGE, {"importo": "50"}).content.decode()
    assert re.search(r'name="spese" id="spese">', page)
    costs = re.findall(r'<b class="num" data-se="importo-\d">([^<]*)', page)
    assert costs[:2] == euros("0,48", "1,02")


@pytest.mark.parametrize(
    ("amount", "costs"), [(15_00, 48), (50_00, 1_02), (150_00, 2_54), (300_00, 4_82), (2_00, 28)]
)
def test_after_the_costs_the_whole_gift_is_left(amount: int, costs: int) -> None:
    settings = GivingSettings.load()
    assert settings.costs_of(amount) == costs
    total = amount + costs
    assert abs(total - (total * settings.hundredths / 10_000 + settings.cost_fixed) - amount) < 0.51


def test_who_adds_the_costs_pays_them_on_top(client: Client, memory_stripe: MemoryStripe) -> None:
    response = post(client, importo="50", spese="on")
    assert response.status_code == 303
    gift = Donation.objects.get()
    assert (gift.amount, gift.covered, gift.bare) == (51_02, 1_02, 50_00)
    assert gift.attempts.get().amount == 51_02
    back = client.get(PAGE, {"annullato": str(gift.public_id)}).content.decode()
    assert re.search(r'id="spese" checked', back) and re.search(
        r'value="50" id="[^"]*" checked', back
    )


def test_costs_that_are_not_offered_are_not_added(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    settings = GivingSettings.load()
    settings.offer_costs = False
    settings.save()
    assert 'name="spese"' not in client.get(PAGE).content.decode()
    post(client, importo="50", spese="on")
    assert (Donation.objects.get().amount, Donation.objects.get().covered) == (50_00, 0)


def test_several_pieces_of_what_a_fund_gives(client: Client, memory_stripe: MemoryStripe) -> None:
    row = counted()
    page = client.get(PAGE, {"fondo": "emporion", "pezzi": "3"}).content.decode()
    assert re.search(rf'value="pezzi-{row.pk}" id="pezzi" checked', page)
    assert 'data-se="pezzi" data-che="total"' in page and "45,00\u00a0€" in page
    response = post(client, importo=f"pezzi-{row.pk}", quante="3")
    assert response.status_code == 303
    gift = Donation.objects.get()
    assert (gift.amount, gift.pieces, gift.meaning) == (45_00, 3, "spese sospese")
    assert str(meaning_of(gift)) == "3 spese sospese"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"quante": "0"}, "Scegline almeno una."),
        ({"quante": "tre"}, "Scrivi quante, in cifre"),
        ({"quante": "201"}, "Sono troppe in una volta"),
        ({"quante": "2", "fondo": "cantieri"}, "va a Emporion"),
        ({"importo": "pezzi-999999", "quante": "2"}, "Scegli quanto aggiungi."),
        ({"importo": "pezzi-x", "quante": "2"}, "Scegli quanto aggiungi."),
    ],
)
def test_pieces_that_cannot_be_given(
    client: Client, memory_stripe: MemoryStripe, fields: dict[str, str], sentence: str
) -> None:
    row = counted()
    Fund.objects.get_or_create(slug="cantieri", defaults={"name": "Cantieri"})
    answer = post(client, **({"importo": f"pezzi-{row.pk}"} | fields))
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert f'value="{fields["quante"]}"' in answer.content.decode()
    assert not Donation.objects.exists()


def test_a_slip_in_the_mail_is_asked_about_and_goes_on_when_sent_again(
    client: Client, memory_stripe: MemoryStripe
) -> None:
    page = post(client, email="anna@gmial.com")
    text = page.content.decode()
    assert page.status_code == 422 and "Volevi scrivere anna@gmail.com?" in text
    assert not Donation.objects.exists() and 'value="Esempio"' in text
    hidden = re.search(r'type="hidden" name="mail_vista" value="([^"]+)"', text)
    assert hidden
    assert post(client, email="anna@gmial.com", mail_vista=hidden[1]).status_code == 303


def test_an_organisation_gives_in_its_own_name(client: Client, memory_stripe: MemoryStripe) -> None:
    answer = post(client, ente="Officine Mallero S.r.l.", cf="99999990155")
    assert answer.status_code == 303
    gift = Donation.objects.get()
    assert (gift.organisation, gift.called) == ("Officine Mallero S.r.l.", "Anna")
    assert (gift.donor_name, gift.codice_fiscale) == ("Officine Mallero S.r.l.", "99999990155")
    back = client.get(PAGE, {"annullato": str(gift.public_id)}).content.decode()
    assert 'value="Officine Mallero S.r.l."' in back
    wrong = post(client, ente="<b>Ditta</b>")
    assert wrong.status_code == 422 and "Scrivi solo il nome" in wrong.content.decode()
