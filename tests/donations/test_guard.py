"""The guard of the gift form: its layers, what it keeps, what the treasury makes of it, and a run of card
testing beside a real donor."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from brand.models import BrandSettings
from donations import form_tokens, guard, visitors
from donations.models import ClosedDoor, Donation, GiftTry, StripeEvent
from donations.services import alerting, crowding, doors, guarding
from donations.services.events import process_events
from donations.treasury import desk_counts
from donations.visitors import Visitor, digest
from form_support import open_fund, typed
from guard_support import refuse_card
from mail.models import Message
from memory_stripe import MemoryStripe
from people import limits, roles
from people.limits import Limit
from people.models import Tries, User
from treasury_support import member

pytestmark = pytest.mark.django_db
PAGE = "/dona/"
State, Reason = GiftTry.State, GiftTry.Reason


@pytest.fixture(autouse=True)
def fund() -> None:
    open_fund()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window of a limit ends while the test runs."""
    monkeypatch.setattr(limits, "time", lambda: 6_000_000.0)


def send(address: str = "192.0.2.7", **changes: Any) -> Any:
    return Client().post(PAGE, typed(**changes), REMOTE_ADDR=address)


def code_in(answer: Any) -> str:
    found = re.search(r"codice ([0-9A-F]{8})", answer.content.decode())
    assert found
    return found[1]


def streak(times: int, **changes: Any) -> Donation:
    assert send(**changes).status_code == 303
    gift = Donation.objects.latest("pk")
    for number in range(times):
        refuse_card(gift, number)
    process_events()
    return gift


def treasurer() -> Client:
    return member(roles.TREASURY, email="elio@example.org")


def test_a_real_gift_passes_and_nobody_is_named(memory_stripe: MemoryStripe) -> None:
    assert send(address="203.0.113.9", email="rita@example.org").status_code == 303
    row = GiftTry.objects.get()
    assert (row.state, row.reason, row.times, row.amount) == (State.PASSED, "", 1, 50_00)
    kept = str(GiftTry.objects.values().get()) + str(list(Tries.objects.values()))
    assert "rita" not in kept and "203.0.113.9" not in kept and "Anna" not in kept
    assert (row.address_hint, row.mail_hint) == ("203.0.113.•••", "r•••@example.org")


def test_keys_change_every_month_and_are_known_for_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr(visitors, "time", lambda: now)
    before = digest("mail", "rita@example.org")
    monkeypatch.setattr(visitors, "time", lambda: now + visitors.PERIOD)
    assert digest("mail", "rita@example.org") != before
    assert before in Visitor(mail="rita@example.org").known_as("mail")
    monkeypatch.setattr(visitors, "time", lambda: now + 2 * visitors.PERIOD)
    assert before not in Visitor(mail="rita@example.org").known_as("mail")


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.250", "192.0.2.1"),
        ("2001:db8:7::1", "2001:db8:7:9::8"),
        ("::ffff:192.0.2.9", "192.0.2.1"),
    ],
)
def test_neighbours_are_one_network(rf: Any, address: str, same: str) -> None:
    one, two = (visitors.visitor_of(rf.get("/", REMOTE_ADDR=who)) for who in (address, same))
    assert one.network == two.network and one.address != two.address


def test_an_address_that_cannot_be_read_shuts_nobody_out(memory_stripe: MemoryStripe) -> None:
    answers = {send(address="unix:", email=f"a{n}@example.org").status_code for n in range(22)}
    assert answers == {303}


@pytest.mark.parametrize("layer", ["BY_NETWORK", "BY_DEVICE", "HOUSE"])
def test_each_layer_stops_and_says_which(
    still: None, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    monkeypatch.setattr(guarding, layer, Limit(f"t-{layer}", 2, 600))
    answers = [send(address=f"192.0.2.{n}", email=f"a{n}@example.org") for n in range(4)]
    assert [one.status_code for one in answers] == [303, 303, 429, 429]
    assert 'value="Anna"' in answers[-1].content.decode()
    stopped = GiftTry.objects.filter(state=State.SLOWED)
    assert {row.reason for row in stopped} == {layer.removeprefix("BY_").lower()}
    assert len(memory_stripe.orders) == 2


def test_a_form_is_drawn_again_for_one_network_some_times_only(
    still: None, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing it is the dearest part of a refusal. Who is stopped for another reason has it back."""
    monkeypatch.setattr(guarding, "BY_NETWORK", Limit("t-network", 1, 600))
    monkeypatch.setattr(guarding, "BY_MAIL", Limit("t-mail", 1, 600))
    monkeypatch.setattr(guarding, "DRAWN", Limit("t-drawn", 2, 600))
    answers = [send(address=f"192.0.2.{n}", email=f"a{n}@example.org") for n in range(5)]
    drawn = ['value="Anna"' in one.content.decode() for one in answers]
    assert [one.status_code for one in answers] == [303, 429, 429, 429, 429]
    assert drawn == [False, True, True, False, False]
    # the last one was refused unread
    assert answers[-1]["Retry-After"] == "600" and GiftTry.objects.count() == 4
    others = [send(address=f"198.51.{n}.7", email="b@example.org") for n in range(5)]
    assert ['value="Anna"' in one.content.decode() for one in others] == [False] + [True] * 4


def test_whoever_is_stopped_uses_up_nothing_of_the_house(
    still: None, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "BY_NETWORK", Limit("t-network", 2, 600))
    monkeypatch.setattr(guarding, "HOUSE", Limit("t-house", 3, 600))
    for number in range(6):
        send(address=f"192.0.2.{number}", email=f"a{number}@example.org")
    assert len(memory_stripe.orders) == 2
    answers = [send(address=f"198.51.{n}.7", email=f"b{n}@example.org") for n in range(2)]
    assert [one.status_code for one in answers] == [303, 429]


def test_one_form_may_not_be_sent_for_ever(
    still: None, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "BY_FORM", Limit("t-form", 3, 600))
    filled = typed()
    answers = [
        Client().post(PAGE, filled, REMOTE_ADDR=f"192.0.{n}.1").status_code for n in range(5)
    ]
    assert answers == [303, 303, 303, 429, 429]
    row = GiftTry.objects.get()
    assert (row.times, row.reason) == (5, Reason.FORM)


def test_who_sends_without_end_gets_a_short_page_and_one_row(
    still: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "POSTS", Limit("t-posts", 3, 600))
    answers = [Client().post(PAGE, {"token": "x"}) for _ in range(9)]
    assert [one.status_code for one in answers] == [422] * 3 + [429] * 6
    last = answers[-1]
    assert "quello che hai scritto" in last.content.decode() and last["Retry-After"] == "600"
    assert len(last.content) < 5_000
    english = Client().post(PAGE, {}, headers={"accept-language": "en"}).content.decode()
    assert "what you wrote is still there" in english
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(PAGE, {}).status_code == 429
    row = GiftTry.objects.get()
    assert (row.times, row.state, row.reason) == (1, State.REFUSED, Reason.FLOOD)
    monkeypatch.setattr(limits, "time", lambda: 6_000_000.0 + crowding.SECONDS)
    assert strict.post(PAGE, {}).status_code == 429
    row.refresh_from_db()  # with those that were refused unread meanwhile
    assert (row.times, row.state, row.reason) == (9, State.REFUSED, Reason.FLOOD)


def test_a_school_behind_one_address_may_mistype_all_morning(
    still: None, memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "POSTS", Limit("t-posts", 3, 600))
    slips: list[dict[str, Any]] = [{"nome": ""}, {"cf": "RSSMRA80A01H501X"}, {"email": "anna"}]
    for slip in slips * 4:
        answer = send(**slip)
        assert answer.status_code == 422 and 'value="Esempio"' in answer.content.decode()
    assert send().status_code == 303
    assert not GiftTry.objects.exclude(state=State.PASSED).exists()


@pytest.mark.parametrize("how", ["no token", "bait", "one form", "one network"])
def test_what_no_honest_person_sends_so_often_still_counts(
    still: None, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(guarding, "POSTS", Limit("t-posts", 3, 600))
    monkeypatch.setattr(guarding, "MISTYPED", Limit("t-mistyped", 2, 600))
    if how == "one network":
        monkeypatch.setattr(guarding, "MISTYPED_OF_NETWORK", Limit("t-mistyped-network", 2, 600))
    token = form_tokens.new_token()
    more = {"no token": {"token": "x"}, "bait": {"sito": "x"}, "one form": {"token": token}}
    answers = [send(nome="", **more.get(how, {})).status_code for _ in range(7)]
    free = 2 if how in ("one form", "one network") else 0
    assert answers == [422] * (3 + free) + [429] * (4 - free)


def test_the_sentence_says_where_to_write(memory_stripe: MemoryStripe) -> None:
    brand = BrandSettings.load()
    brand.email = "ciao@rete.example"
    brand.save()
    answer = Client().post(PAGE, typed(sito="https://x.example"))
    code = code_in(answer)
    mail = f'<a href="mailto:ciao@rete.example?subject=Codice%20{code}">ciao@rete.example</a>'
    assert f"Scrivici il codice {code} a {mail}, poi manda" in answer.content.decode()
    brand.email, brand.phone = "", "0342 <00>"
    brand.save()
    page = Client().post(PAGE, typed(sito="https://x.example")).content.decode()
    assert "oppure chiama il 0342 &lt;00&gt;, poi manda" in page


def test_bait_is_held_back_and_a_person_lets_it_go_on(memory_stripe: MemoryStripe) -> None:
    filled = typed(sito="https://x.example", nome="Zoe")
    answer = Client().post(PAGE, filled)
    page = answer.content.decode()
    assert answer.status_code == 403 and 'value="Zoe"' in page
    assert "Non ti è stato tolto niente" in page
    assert not Donation.objects.exists() and not memory_stripe.calls
    row = GiftTry.objects.get()
    assert code_in(answer) == row.code and row.reason == Reason.BAIT
    assert desk_counts.waiting() == 1
    staff = treasurer()
    url = reverse("treasury:abuse")
    assert row.code in staff.get(url, {"codice": row.code.lower()}).content.decode()
    assert row.code not in staff.get(url, {"stato": "passed"}).content.decode()
    staff.post(reverse("treasury:release_try", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == State.RELEASED and row.decided_by and row.decided_at
    assert "elio" in str(row.decided_by.email)
    assert Client().post(PAGE, filled).status_code == 303
    assert Client().post(PAGE, typed(sito="again")).status_code == 303  # the same mail address
    row.refresh_from_db()
    assert row.state == State.RELEASED and row.times == 2
    assert not doors.release(row=row, by=User.objects.get(email="elio@example.org"))
    late = timezone.now() - timedelta(hours=25)
    GiftTry.objects.filter(state=State.RELEASED).update(decided_at=late)
    assert Client().post(PAGE, typed(sito="later")).status_code == 403


def test_a_person_closes_the_door_with_a_reason_and_opens_it(memory_stripe: MemoryStripe) -> None:
    send()
    row, staff = GiftTry.objects.get(), treasurer()
    page = reverse("treasury:abuse_try", args=[row.pk])
    said = staff.post(page, {"cosa": "network", "quanto": "24", "perche": ""})
    assert said.status_code == 422 and not ClosedDoor.objects.exists()
    staff.post(page, {"cosa": "network", "quanto": "24", "perche": "Prova carte rubate"})
    door = ClosedDoor.objects.get()
    assert door.by and door.note == "Prova carte rubate"
    assert timedelta(hours=23) < door.until - timezone.now() < timedelta(hours=25)
    shut = send(address="192.0.2.200", email="altra@example.org", nome="Zoe")
    assert shut.status_code == 403 and 'value="Zoe"' in shut.content.decode()
    assert GiftTry.objects.filter(reason=Reason.BANNED, state=State.REFUSED).count() == 1
    assert send(address="198.51.100.1", email="b@example.org").status_code == 303
    history = staff.get(page).content.decode()
    assert "Prova carte rubate" in history and "Chiudi la porta" in history
    staff.post(reverse("treasury:open_door", args=[door.pk]))
    door.refresh_from_db()
    assert door.lifted_at and door.lifted_by
    assert send(address="192.0.2.200", email="altra@example.org").status_code == 303
    assert "Apri la porta" in staff.get(page).content.decode()
    ended = {"at": timezone.now() - timedelta(days=2), "until": timezone.now()}
    ClosedDoor.objects.update(lifted_at=None, lifted_by=None, **ended)
    assert send(address="192.0.2.201", email="c@example.org").status_code == 303


def test_cards_refused_in_a_row_close_the_door_for_a_while(memory_stripe: MemoryStripe) -> None:
    gift = streak(5)
    assert not ClosedDoor.objects.exists()
    refuse_card(gift, 5)
    process_events()
    assert {door.kind for door in ClosedDoor.objects.all()} == {"mail", "device"}
    held = send(address="192.0.2.99", email="b@example.org")  # the same browser, a neighbour
    assert held.status_code == 403
    assert GiftTry.objects.get(state=State.QUARANTINED).reason == Reason.DECLINES
    assert send(address="198.51.100.1", email="c@example.org").status_code == 303
    assert not memory_stripe.calls.count("fetch")  # nothing is asked for a refused card


def test_what_a_person_opened_stays_open_until_more_cards_are_refused(
    memory_stripe: MemoryStripe,
) -> None:
    gift = streak(6)
    elio = User.objects.create_user("elio")
    for door in ClosedDoor.objects.all():
        assert doors.open_again(door=door, by=elio)
        assert not doors.open_again(door=door, by=elio)
    ClosedDoor.objects.update(lifted_at=timezone.now() + timedelta(hours=1))
    refuse_card(gift, 6)
    process_events()
    assert not ClosedDoor.objects.in_force().exists()


def test_a_promises_first_charge_is_found_by_its_mail_address(memory_stripe: MemoryStripe) -> None:
    send(frequenza="mese", email="Rita@example.org")
    gift = Donation.objects.get()
    bare = {"metadata": {}, "billing_details": {"email": "rita@example.org"}}
    for number in range(6):
        refuse_card(gift, number, **bare)
    process_events()
    assert {door.kind for door in ClosedDoor.objects.all()} == {"mail", "device"}
    GiftTry.objects.update(at=timezone.now() - timedelta(days=20), declines=0)
    refuse_card(gift, 7, **bare)  # a month later, by itself
    process_events()
    assert GiftTry.objects.get().declines == 0


@pytest.mark.parametrize("kind", ["sepa_debit", ""])
def test_what_is_no_card_is_no_trial_of_cards(memory_stripe: MemoryStripe, kind: str) -> None:
    send()
    for number in range(9):
        refuse_card(Donation.objects.get(), number, kind)
    process_events()
    assert not ClosedDoor.objects.exists()
    assert not StripeEvent.objects.exclude(state="processed").exists()


def test_refusals_of_the_whole_house_put_the_brake_on_and_tell_once(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    treasurer()
    for number in range(5):
        streak(4, address=f"198.51.{number}.1", email=f"a{number}@example.org")
    (door,) = ClosedDoor.objects.all()
    assert door.kind == ClosedDoor.Kind.HOUSE and desk_counts.brake().exists()
    filled, address = typed(nome="Zoe"), {"REMOTE_ADDR": "203.0.113.5"}
    quick = Client().post(PAGE, filled, **address)
    assert quick.status_code == 429 and 'value="Zoe"' in quick.content.decode()
    assert GiftTry.objects.get(state=State.SLOWED).reason == Reason.BRAKE
    monkeypatch.setattr(guard, "age_of", lambda token: 10.0)
    assert Client().post(PAGE, filled, **address).status_code == 303
    alerting.tell()
    refuse_card(Donation.objects.latest("pk"), 9)
    process_events()
    ClosedDoor.objects.update(alert="brake")  # killed before the end of the duty
    alerting.tell()
    (told,) = Message.objects.filter(kind=alerting.KIND)
    assert "/tesoreria/abusi/" in told.body_text and "freno" in told.body_text


def test_few_refusals_among_many_gifts_are_no_attack(memory_stripe: MemoryStripe) -> None:
    now = timezone.now()
    rows = [GiftTry(key=f"k{n}", state=State.PASSED, at=now) for n in range(60)]
    GiftTry.objects.bulk_create(rows)
    for number in range(5):
        streak(4, address=f"198.51.{number}.1", email=f"a{number}@example.org")
    assert not ClosedDoor.objects.exists()


def test_a_banks_suspicion_holds_back_what_comes_next(memory_stripe: MemoryStripe) -> None:
    send()
    doors.suspected(Donation.objects.get())
    assert {door.reason for door in ClosedDoor.objects.all()} == {"fraud"}
    assert send(address="198.51.100.9").status_code == 403  # the same mail address


def test_a_guard_that_cannot_write_lets_giving_go_on(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "WRITE", "INSERT INTO nowhere VALUES (1)")
    assert send().status_code == 303
    assert not GiftTry.objects.exists()


def test_old_rows_and_too_many_go(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    rows = [
        GiftTry(key=f"k{n}", state=State.PASSED, at=now - timedelta(minutes=n)) for n in range(9)
    ]
    GiftTry.objects.bulk_create(
        [*rows, GiftTry(key="old", state=State.PASSED, at=now - guarding.KEPT)]
    )
    guarding.forget()
    assert GiftTry.objects.count() == 9
    monkeypatch.setattr(guarding, "MOST", 4)
    guarding.forget()
    assert {row.key for row in GiftTry.objects.all()} == {"k0", "k1", "k2", "k3"}


def test_the_age_of_a_form_is_its_tokens() -> None:
    assert -1 <= form_tokens.age_of(form_tokens.new_token()) < 5


def test_only_the_treasury_sees_and_decides(memory_stripe: MemoryStripe) -> None:
    send(sito="x")
    row = GiftTry.objects.get()
    other = member(roles.COORDINATION)
    for name, args in (("abuse", []), ("abuse_try", [row.pk])):
        assert other.get(reverse(f"treasury:{name}", args=args)).status_code == 302
    other.post(reverse("treasury:release_try", args=[row.pk]))
    other.post(reverse("treasury:abuse_try", args=[row.pk]), {"cosa": "mail"})
    row.refresh_from_db()
    assert row.state == State.QUARANTINED and not ClosedDoor.objects.exists()


def test_the_pages_ask_as_much_of_many_rows_as_of_few(
    memory_stripe: MemoryStripe,
) -> None:
    send(sito="x")
    staff, url = treasurer(), reverse("treasury:abuse")
    staff.get(url)
    with CaptureQueriesContext(connection) as few:
        staff.get(url)
    now = timezone.now()
    GiftTry.objects.bulk_create(
        GiftTry(key=f"k{n}", state=State.PASSED, at=now - timedelta(minutes=n)) for n in range(200)
    )
    with CaptureQueriesContext(connection) as many:
        page = staff.get(url).content.decode()
    assert len(many) == len(few)
    assert "Ultime 24 ore" in page and "<svg" in page


def test_a_network_may_not_send_all_it_may_at_once(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it sends in a rush is stopped, and told to come again soon; a moment later it goes on."""
    now = [6_000_000.0]
    monkeypatch.setattr(limits, "time", lambda: now[0])
    at_once = guarding.RUSH.times + 3
    answers = [send(address=f"192.0.2.{n}", email=f"a{n}@example.org") for n in range(at_once)]
    assert [one.status_code for one in answers] == [303] * guarding.RUSH.times + [429] * 3
    assert answers[-1]["Retry-After"] == str(guarding.RUSH.seconds)
    assert "Rimandalo tra qualche secondo" in answers[-1].content.decode()
    assert 'value="Anna"' in answers[-1].content.decode()
    assert {row.reason for row in GiftTry.objects.filter(state=State.SLOWED)} == {"network"}
    assert send(address="198.51.100.7", email="b@example.org").status_code == 303
    now[0] += guarding.RUSH.seconds
    assert send(address="192.0.2.200", email="c@example.org").status_code == 303


def test_card_testing_stays_within_the_limits_and_stops_no_donor(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two networks try cards, each form with another mail address; donors come from elsewhere."""
    now, donors = [6_000_000.0], []
    monkeypatch.setattr(limits, "time", lambda: now[0])
    for number in range(240):
        now[0] += 1  # not in a rush: what stops them is how many they are
        net, host = number % 2, number % 60
        send(address=f"198.51.{net}.{host + 1}", email=f"x{number}@example.org")
        if number % 40 == 0:
            answer = send(address=f"203.{number // 40}.113.5", email=f"r{number}@example.org")
            donors.append(answer.status_code)
    assert donors == [303] * 6
    # the browser is the same: its limit holds in each network before the network's own
    assert len(memory_stripe.orders) == 2 * guarding.BY_DEVICE.times + len(donors)
    assert memory_stripe.calls.count("open") == len(memory_stripe.orders)
    tries = GiftTry.objects.exclude(state=State.PASSED).values_list("times", flat=True)
    unread = sum(one.refused for one in crowding._crowds.values())
    assert sum(tries) + unread == 240 - 2 * guarding.BY_DEVICE.times


def test_a_flood_is_refused_without_a_question_and_still_counted(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [6_000_000.0]
    monkeypatch.setattr(limits, "time", lambda: now[0])
    monkeypatch.setattr(guarding, "POSTS", Limit("posts", 3, 600))
    assert [send().status_code for _ in range(4)] == [303, 303, 303, 429]
    with CaptureQueriesContext(connection) as asked:
        assert [send().status_code for _ in range(5)] == [429] * 5
    assert not asked.captured_queries
    row = GiftTry.objects.get(reason=Reason.FLOOD)
    assert row.times == 1
    assert send(address="203.0.113.9").status_code == 303  # of another network: nobody else waits
    now[0] += crowding.SECONDS
    assert send().status_code == 429
    row.refresh_from_db()
    assert row.times == 1 + 5 + 1
    now[0] += 600  # its window is over
    assert send().status_code == 303


def test_a_network_in_a_rush_is_refused_without_a_question_once_its_form_was_drawn_enough(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [6_000_000.0]
    monkeypatch.setattr(limits, "time", lambda: now[0])
    at_once = guarding.RUSH.times + guarding.DRAWN.times + 1
    for number in range(at_once):
        last = send(address=f"192.0.2.{number}", email=f"a{number}@example.org")
    assert last.status_code == 429 and 'value="Anna"' not in last.content.decode()
    with CaptureQueriesContext(connection) as asked:
        assert send(address="192.0.2.99", email="b@example.org").status_code == 429
    assert not asked.captured_queries
    now[0] += guarding.RUSH.seconds  # the rush is over for all of them
    assert send(address="192.0.2.99", email="b@example.org").status_code == 303


def test_a_clock_put_back_shuts_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [6_000_000.0]
    monkeypatch.setattr(limits, "time", lambda: now[0])
    crowding.shut("192.0.2.0/24", seconds=600, wait=600)
    assert crowding.wait(["192.0.2.0/24"]) == 600
    now[0] -= 3600
    assert crowding.wait(["192.0.2.0/24"]) is None
    assert crowding.missed(["192.0.2.0/24"]) == 1
