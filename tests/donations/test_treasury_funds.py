"""The treasurer keeps the funds and the amounts that mean something."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from donations.models import Fund, GivingSettings
from donations.money import Limits
from donations.services import InvalidAmount
from form_support import open_fund
from form_support import typed as filled
from giving_support import begin
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db

LIST = "/admin/tesoreria/fondi/"


def typed(*amounts: tuple[str, str], **fields: str) -> dict[str, Any]:
    """What the browser sends."""
    number = str(len(amounts))
    rows = {
        f"suggested_amounts-{index}-{name}": value
        for index, row in enumerate(amounts)
        for name, value in zip(("amount", "meaning", "id"), (*row, ""), strict=True)
    }
    management = {
        f"suggested_amounts-{name}_FORMS": value
        for name, value in (("TOTAL", number), ("INITIAL", "0"), ("MIN_NUM", "0"))
    }
    usual = {"name": "Tetti", "slug": "tetti", "description": "", "position": "3", "active": "on"}
    return {**usual, **fields, **rows, **management}


@pytest.fixture
def elio() -> Client:
    return member(roles.TREASURY)


def test_a_new_fund_stands_in_the_form_with_its_amounts(elio: Client) -> None:
    answer = elio.post(
        f"{LIST}new/", typed(("15", "Una tegola"), ("1.250,50", "Un tetto")), follow=True
    )
    assert answer.status_code == 200
    fund = Fund.objects.get(slug="tetti")
    kept = list(fund.suggested_amounts.values_list("amount", "meaning"))
    assert kept == [(15_00, "Una tegola"), (1_250_50, "Un tetto")]
    shown = elio.get("/dona/?fondo=tetti").content.decode()
    assert "Tetti" in shown and "Una tegola" in shown
    assert 'value="1250,50"' in elio.get(f"{LIST}edit/{fund.pk}/").content.decode()


def test_the_list_says_in_words_whether_a_fund_is_open(elio: Client) -> None:
    Fund.objects.create(slug="chiuso", name="Chiuso", active=False)
    page = " ".join(elio.get(LIST).content.decode().split())
    assert set(re.findall(r"<td ?> (Sì|No|True|False) </td>", page)) == {"Sì", "No"}


@pytest.mark.parametrize("amount", ["0", "-5", "uno", "1,00", "99.999", ""])
def test_an_amount_that_is_none_is_refused_with_a_word(elio: Client, amount: str) -> None:
    answer = elio.post(f"{LIST}new/", typed((amount, "Una tegola")))
    assert answer.status_code == 200
    assert not Fund.objects.filter(slug="tetti").exists()
    assert "w-field__errors" in answer.content.decode()


def test_one_amount_twice_is_refused(elio: Client) -> None:
    answer = elio.post(f"{LIST}new/", typed(("15", "Una tegola"), ("15,00", "Due tegole")))
    assert answer.status_code == 200
    assert not Fund.objects.filter(slug="tetti").exists()


def test_a_fund_with_gifts_stays(elio: Client, memory_stripe: MemoryStripe) -> None:
    Fund.objects.create(name="Altro", slug="altro")
    fund = begin().donation.fund
    for ask in (elio.get, elio.post):
        answer = ask(f"{LIST}delete/{fund.pk}/", follow=True)
        assert "resta nei conti" in answer.content.decode()
    assert Fund.objects.filter(pk=fund.pk).exists()


def test_a_fund_without_gifts_goes(elio: Client) -> None:
    fund = Fund.objects.create(name="Altro", slug="altro")
    assert elio.get(f"{LIST}delete/{fund.pk}/").status_code == 200
    elio.post(f"{LIST}delete/{fund.pk}/")
    assert not Fund.objects.filter(pk=fund.pk).exists()


def test_something_is_always_open_to_gifts(elio: Client) -> None:
    fund = Fund.objects.get(active=True)
    closed = typed(name=fund.name, slug=fund.slug)
    closed.pop("active")
    answer = elio.post(f"{LIST}edit/{fund.pk}/", closed)
    assert "unico fondo aperto" in answer.content.decode()
    assert (
        "unico fondo aperto" in elio.post(f"{LIST}delete/{fund.pk}/", follow=True).content.decode()
    )
    assert Fund.objects.get(active=True) == fund


@pytest.mark.parametrize("role", [roles.EDITORS, roles.CAMPAIGNERS, roles.REVIEW_COOPERATION])
def test_nobody_else_enters(role: str) -> None:
    fund = Fund.objects.get(active=True)
    other = member(role)
    for end in ("", "new/", f"edit/{fund.pk}/", f"delete/{fund.pk}/"):
        answer = other.get(LIST + end)
        assert (answer.status_code, answer.get("Location")) == (302, "/admin/"), end
        assert Client().get(LIST + end)["Location"].startswith("/admin/login/")
    assert LIST not in other.get("/admin/").content.decode()


def test_the_coordinators_enter_too() -> None:
    carla = member(roles.COORDINATION)
    assert carla.get(LIST).status_code == 200
    assert LIST in carla.get("/admin/").content.decode()


def test_an_amount_by_the_piece_has_both_words_and_is_the_only_one(elio: Client) -> None:
    rows = typed(("15", "Una spesa"), ("50", "Una settimana"))
    half = elio.post(f"{LIST}new/", rows | {"suggested_amounts-0-one": "spesa sospesa"})
    assert "Scrivi tutti e due" in half.content.decode()
    words = {
        f"suggested_amounts-{row}-{name}": f"{name}{row}"
        for row in (0, 1)
        for name in ("one", "many")
    }
    two = elio.post(f"{LIST}new/", rows | words)
    assert "In un fondo una cifra sola" in two.content.decode()
    assert not Fund.objects.filter(slug="tetti").exists()
    one = {name: words[name] for name in words if "-0-" in name}
    assert elio.post(f"{LIST}new/", rows | one).status_code == 302
    kept = Fund.objects.get(slug="tetti").suggested_amounts.exclude(many="").get()
    assert (kept.amount, kept.one, kept.many) == (15_00, "one0", "many0")


def test_the_words_are_written_in_english_too(elio: Client) -> None:
    rows = typed(("15", "Una tegola"), name_en="Roofs", description_en="They keep the rain out")
    one = {f"suggested_amounts-0-{name}": name for name in ("one", "many", "one_en", "many_en")}
    one["suggested_amounts-0-meaning_en"] = "A tile"
    half = elio.post(f"{LIST}new/", rows | one | {"suggested_amounts-0-many_en": ""})
    assert "Scrivi tutti e due" in half.content.decode()
    bare = {name: value for name, value in one.items() if name.endswith("_en")}
    alone = elio.post(f"{LIST}new/", rows | bare)
    assert "Scrivi anche le parole italiane" in alone.content.decode()
    assert not Fund.objects.filter(slug="tetti").exists()
    assert elio.post(f"{LIST}new/", rows | one).status_code == 302
    fund = Fund.objects.get(slug="tetti")
    assert (fund.name_en, fund.description_en) == ("Roofs", "They keep the rain out")
    kept = fund.suggested_amounts.values_list("meaning_en", "one_en", "many_en")
    assert list(kept) == [("A tile", "one_en", "many_en")]


def test_the_treasury_says_what_a_payment_costs(elio: Client) -> None:
    page = "/admin/settings/donations/givingsettings/"
    shown = elio.get(page, follow=True)
    assert shown.status_code == 200
    address = shown.redirect_chain[-1][0] if shown.redirect_chain else page
    kept = {"years_kept": "10", "events_kept": "24", "mails_kept": "36"}
    kept |= {"minimum": "2", "maximum": "10.000"}
    sent = kept | {"offer_costs": "on", "cost_percent": "1.40", "cost_fixed": "20"}
    elio.post(address, sent)
    assert GivingSettings.load().costs_of(50_00) == 91
    refused = elio.post(address, sent | {"cost_percent": "100"})
    assert refused.status_code == 200 and GivingSettings.load().hundredths == 140
    assert member(roles.EDITORS).get(address).status_code == 302


SETTINGS: dict[str, str] = {
    "years_kept": "10",
    "events_kept": "24",
    "mails_kept": "36",
    "offer_costs": "on",
    "cost_percent": "1.50",
    "cost_fixed": "25",
}


@pytest.mark.parametrize(
    ("least", "most", "why"),
    [
        ("0,49", "100", "Stripe non accetta pagamenti sotto 0,50"),
        ("20", "10", "più piccolo del più piccolo"),
        ("2", "2.000.000", "uno zero di troppo"),
        ("", "100", "w-field__errors"),
    ],
)
def test_limits_that_make_no_sense_are_refused(
    elio: Client, least: str, most: str, why: str
) -> None:
    page = f"/admin/settings/donations/givingsettings/{GivingSettings.load().pk}/"
    answer = elio.post(page, SETTINGS | {"minimum": least, "maximum": most})
    assert answer.status_code == 200
    assert why in answer.content.decode().replace("\u00a0", " ")
    assert GivingSettings.load().limits == Limits()


def test_the_treasury_sets_the_smallest_and_the_largest_gift(
    elio: Client, memory_stripe: MemoryStripe
) -> None:
    elio.post(
        f"/admin/settings/donations/givingsettings/{GivingSettings.load().pk}/",
        SETTINGS | {"minimum": "0,50", "maximum": "40"},
    )
    assert GivingSettings.load().limits == Limits(50, 40_00)
    form = elio.get("/dona/?importo=50").content.decode()
    assert 'data-min="50" data-max="4000"' in form and "0,50" in form
    assert 'value="50" id="importo-' not in form  # what we would refuse is no button
    assert open_fund()
    refused = Client().post("/dona/", filled(importo="50"))
    assert refused.status_code == 422 and "Qui arriviamo a 40" in refused.content.decode()
    assert Client().post("/dona/", filled(importo="libero", cifra="0,50")).status_code == 303
    with pytest.raises(InvalidAmount):
        begin(amount=40_01)
    assert elio.post(f"{LIST}new/", typed(("41", "Una trave"))).status_code == 200
    assert not Fund.objects.filter(slug="tetti").exists()


def test_the_limits_cost_a_form_no_statement_of_their_own(memory_stripe: MemoryStripe) -> None:
    open_fund()
    Client().post("/dona/", filled(email="prima@example.org"))  # rows of settings are there
    with CaptureQueriesContext(connection) as statements:
        assert Client().post("/dona/", filled()).status_code == 303
    assert len(statements) <= 22
