"""An evening in a hall: sixty people give from one address, and testers of cards elsewhere get nothing
from it."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from donations.models import ClosedDoor, Donation, OpenEvening
from donations.services import doors, evenings, guarding
from donations.services.events import process_events
from donations.services.guarding import Sent, Verdict
from donations.visitors import Visitor, visitor_at
from form_support import open_fund, typed
from guard_support import refuse_card
from people import limits, roles
from people.models import User
from treasury_support import member

pytestmark = pytest.mark.django_db
HALL, BESIDE = "192.0.2.7", "192.0.2.8"
ADDRESS = "/admin/tesoreria/abusi/"


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window of a limit ends while the test runs; a rush is only looked at where it counts."""
    monkeypatch.setattr(limits, "time", lambda: 6_000_000.0)
    monkeypatch.setattr(guarding, "RUSH", limits.Limit("gift-rush", 10_000, 15))


def at(address: str, browser: str = "a", mail: str = "") -> Visitor:
    place = visitor_at(address)
    assert place
    return Visitor(place.address, place.network, f"{place.network}|{browser}", mail)


def give(address: str, number: int = 0, browser: str = "a") -> Verdict:
    visitor = at(address, browser, mail=f"{address}.{number}@posta.example")
    stopped = guarding.floods(visitor=visitor)
    return stopped or guarding.weigh(visitor=visitor, sent=Sent(uuid4(), 20_00))


def passed(address: str, times: int, browser: str = "a") -> int:
    return sum(give(address, number, browser).passes for number in range(times))


def opened(address: str = HALL, **changes: Any) -> OpenEvening:
    usual: dict[str, Any] = {"lasting": timedelta(hours=4), "why": "DonoDay in sala"}
    by = User.objects.create_user(f"u{User.objects.count()}")
    return evenings.begin(place=at(address), **usual | changes, by=by)


def test_sixty_people_of_a_hall_give_within_ten_minutes() -> None:
    assert passed(HALL, 30) == 20
    opened()
    assert passed(HALL, 120) == 120  # and more than are let in at the outer door


def test_ten_networks_of_testers_get_nothing_from_it() -> None:
    testers = [f"198.51.{number}.9" for number in range(10)]
    alone = {one: passed(one, 100) for one in testers[:5]}
    opened()
    assert passed(HALL, 60) == 60
    beside = {one: passed(one, 100) for one in testers[5:]}
    assert Counter(alone.values()) == Counter(beside.values()) == {20: 5}
    assert passed(BESIDE, 100, "b") == 20  # not those next door either


def test_the_hall_has_a_limit_too_and_whoever_was_shut_out_stays_so() -> None:
    opened()
    assert passed(HALL, 400) == 20 + 300
    ClosedDoor.objects.create(
        kind="address",
        key=at(HALL).digests()["address"],
        reason="person",
        note="x",
        at=timezone.now(),
        until=timezone.now() + timedelta(hours=1),
    )
    assert give(HALL).reason == "banned"


def test_many_who_send_at_once_are_let_in_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "RUSH", limits.Limit("gift-rush", 15, 15))
    opened()
    assert passed(HALL, 60) == 60
    assert passed("198.51.100.9", 60) == 15


def test_it_ends_by_itself_and_by_a_person() -> None:
    evening = opened()
    assert passed(HALL, 40) == 40
    by = User.objects.create_user("elio")
    assert evenings.end(evening=evening, by=by) and not evenings.end(evening=evening, by=by)
    assert not give(HALL).passes
    again = opened()
    assert again.pk == evening.pk and give(HALL).passes
    moved = {"at": timezone.now() - timedelta(hours=5), "until": timezone.now()}
    OpenEvening.objects.update(**moved)
    assert not give(HALL).passes
    assert opened(lasting=timedelta(days=9)).until <= timezone.now() + evenings.LONGEST


def test_nobody_else_waits_for_the_question(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5) as before:
        give("198.51.100.9")
    assert not any("openevening" in one["sql"] for one in before.captured_queries)


def test_more_cards_may_be_refused_there_before_a_door_closes(memory_stripe: Any) -> None:
    open_fund()
    opened()
    answer = Client().post("/dona/", typed(), REMOTE_ADDR=HALL)
    assert answer.status_code == 303
    gift = Donation.objects.latest("pk")
    at_an_address = doors.STREAKS["address"]
    for number in range(at_an_address):
        refuse_card(gift, number)
    process_events()
    assert not ClosedDoor.objects.filter(kind__in=["address", "device", "network"]).exists()
    assert ClosedDoor.objects.filter(kind="mail").exists()  # one person's own cards count as ever
    for number in range(at_an_address, at_an_address * evenings.DECLINES):
        refuse_card(gift, number)
    process_events()
    assert ClosedDoor.objects.filter(kind="address").exists()


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture
def elio() -> Client:
    return member(roles.TREASURY, first_name="Elio", last_name="Conti")


def test_the_treasurer_opens_it_from_the_hall(elio: Client) -> None:
    page = elio.get(ADDRESS, REMOTE_ADDR=HALL).content.decode()
    assert f'value="{HALL}"' in page and "Serata aperta" in page
    sent = {"indirizzo": HALL, "quanto": "4", "perche": "DonoDay in sala"}
    page = elio.post(ADDRESS, sent, follow=True).content.decode()
    evening = OpenEvening.objects.get()
    assert evening.by and evening.by.first_name == "Elio" and HALL not in page
    assert evening.hint in page and f"DonoDay in sala · {evening.by}" in page
    assert timedelta(hours=3) < evening.until - timezone.now() <= timedelta(hours=4)
    assert passed(HALL, 60) == 60
    end = reverse("treasury:end_evening", args=[evening.pk])
    assert "Chiusa" in elio.post(end, follow=True).content.decode()
    assert "già finita" in elio.post(end, follow=True).content.decode()
    assert not give(HALL).passes
    done = ModelLogEntry.objects.filter(action__startswith="donations.evening_").order_by("pk")
    assert [one.action.split("_")[1] for one in done] == ["opened", "ended"]
    assert done[0].data["why"] == "DonoDay in sala" and HALL not in str(done[0].data)


@pytest.mark.parametrize("typed", ["", "sala", "192.168.1.4", "127.0.0.1", "10.0.0.0/8", "fd00::1"])
def test_what_is_no_public_address_opens_nothing(elio: Client, typed: str) -> None:
    sent = {"indirizzo": typed, "quanto": "4", "perche": "Festa"}
    answer = elio.post(ADDRESS, sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Festa" in page and not OpenEvening.objects.exists()
    assert "indirizzo pubblico" in page or "Scrivi l’indirizzo" in page
    assert (
        'name="indirizzo" value="192.168.1.4"'
        not in elio.get(ADDRESS, REMOTE_ADDR="192.168.1.4").content.decode()
    )


def test_a_reason_is_asked_for_and_only_the_treasury_opens(elio: Client) -> None:
    sent = {"indirizzo": HALL, "quanto": "4", "perche": ""}
    assert "Scrivi il perché" in elio.post(ADDRESS, sent).content.decode()
    other = member(roles.COORDINATION)
    assert other.post(ADDRESS, sent | {"perche": "x"})["Location"] == "/admin/"
    assert not OpenEvening.objects.exists()
    evening = opened()
    other.post(reverse("treasury:end_evening", args=[evening.pk]))
    evening.refresh_from_db()
    assert evening.lifted_at is None


def test_old_evenings_are_forgotten() -> None:
    evening = opened()
    old = timezone.now() - timedelta(days=31)
    OpenEvening.objects.filter(pk=evening.pk).update(at=old - timedelta(hours=1), until=old)
    opened(BESIDE)
    assert guarding.forget() == 1 and OpenEvening.objects.count() == 1
