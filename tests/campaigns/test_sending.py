"""What happens to a delivery at its minute, with a network that does what the test says.

The sender's threads only speak to the network, so that ordinary transactional tests will do;
real processes, kills and dropped connections are in test_fault_matrix.py.
"""

import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext

from attribution.services import version
from campaigns import services
from campaigns.admin import desk
from campaigns.channels.base import Disconnected, Published, Rejected, Unavailable, Uncertain
from campaigns.errors import Refused
from campaigns.models import Account, Delivery, Post, WallEntry
from campaigns.states import Question, State
from campaigns.vault import Unreadable
from outbox.services import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(write, approve, accounts):
    """one(**fields) → the only delivery of a post on the fake network."""

    def one(**fields):
        (row,) = approve(write(where=accounts[:1], **fields))
        return row

    return one


def send():
    services.send_due(seconds=0)


def again(row):
    row.refresh_from_db()
    return row


def due_now(row):
    Delivery.objects.filter(pk=row.pk).update(next_at=timezone.now())


def test_it_leaves_at_its_minute_and_not_before(one, fake):
    row = one(minutes=10)
    send()
    assert again(row).state == State.PLANNED
    Delivery.objects.filter(pk=row.pk).update(planned_at=timezone.now(), next_at=timezone.now())
    send()
    assert again(row).state == State.PUBLISHED
    assert row.remote_url == f"https://fake.example/{row.key}"
    assert row.published_at and row.lease_token is None
    assert [entry.after for entry in row.log.all()] == ["planned", "due", "sending", "published"]
    draft = fake.drafts[row.key]
    assert draft.link == row.source.link.url and draft.link in draft.text


def test_publishing_freshens_the_cached_pages(one):
    before = version()
    one()
    send()
    assert version() != before


def test_the_sender_waits_for_a_post_about_to_be_due(one):
    row = one(minutes=10)
    when = timezone.now() + timedelta(seconds=0.5)
    Delivery.objects.filter(pk=row.pk).update(planned_at=when, next_at=when)
    services.send_due(seconds=5)
    assert again(row).state == State.PUBLISHED
    assert row.published_at - when < timedelta(seconds=0.5)


def test_refused_by_the_network_is_told_and_not_repeated(one, fake):
    row = one()
    fake.script = [Rejected("Too rude.")]
    send()
    send()
    assert again(row).state == State.REJECTED
    assert row.last_error == "Too rude." and fake.calls[row.key] == 1
    services.send_now(delivery=row, by=None)
    send()
    assert again(row).state == State.PUBLISHED


def test_certainly_not_sent_is_tried_again_with_the_same_key(one, fake):
    row = one()
    fake.script = [Unavailable("Closed.", retry_after=timedelta(seconds=90))]
    send()
    assert again(row).state == State.RETRY_WAIT
    assert row.next_at >= timezone.now() + timedelta(seconds=80)
    payload, key = row.payload, row.key
    due_now(row)
    Account.objects.update(rest_until=None)
    send()
    assert again(row).state == State.PUBLISHED
    assert (row.payload, row.key) == (payload, key)
    assert fake.calls[key] == 2


def test_a_network_that_asks_for_rest_does_not_hold_up_the_others(write, approve, accounts, fake):
    other = Account.objects.create(channel="fake", name="Fake two")
    Account.objects.filter(pk=accounts[0].pk).update(
        rest_until=timezone.now() + timedelta(minutes=5)
    )
    approve(write(where=[accounts[0], other]))
    send()
    resting, quick = Delivery.objects.order_by("account__name")
    assert (resting.state, quick.state) == (State.DUE, State.PUBLISHED)


def test_the_servers_own_wait_is_kept_per_account(one, fake, accounts):
    row = one()
    fake.script = [Unavailable("429", retry_after=timedelta(seconds=40))]
    send()
    accounts[0].refresh_from_db()
    rest = accounts[0].rest_until - timezone.now()
    assert timedelta(seconds=35) < rest <= timedelta(seconds=40)
    assert again(row).state == State.RETRY_WAIT


def test_an_account_that_did_not_answer_gets_one_at_a_time_until_it_does(one, fake, accounts):
    rows = [one() for _number in range(4)]
    fake.script = [Unavailable("silence", rest=timedelta(seconds=30))]
    Account.objects.filter(pk=accounts[0].pk).update(rest_until=timezone.now())
    send()
    assert sum(fake.calls.values()) == 1
    send()
    assert sum(fake.calls.values()) == 1
    Account.objects.filter(pk=accounts[0].pk).update(rest_until=timezone.now())
    send()
    accounts[0].refresh_from_db()
    assert accounts[0].rest_until is None
    Delivery.objects.filter(state=State.RETRY_WAIT).update(next_at=timezone.now())
    send()
    assert {again(row).state for row in rows} == {State.PUBLISHED}


def test_a_call_that_hangs_is_left_behind_and_still_writes_down_what_it_hears(
    one, fake, monkeypatch, transactional_db
):
    import threading

    from campaigns.services import flights

    monkeypatch.setattr(flights, "PATIENCE", 0.3)
    go_on, row = threading.Event(), one()
    fake.gate = lambda *_arguments: go_on.wait(20)
    send()
    assert again(row).state == State.SENDING
    go_on.set()
    deadline = timezone.now() + timedelta(seconds=20)
    while again(row).state == State.SENDING and timezone.now() < deadline:
        time.sleep(0.05)
    assert row.state == State.PUBLISHED and fake.calls[row.key] == 1


@pytest.mark.parametrize("asked", [False, True])
def test_proof_is_kept_when_the_database_is_busy(one, fake, monkeypatch, asked):
    from campaigns.services import outcomes

    row, good = one(), one()
    if asked:
        fake.lose = 2
        send()
        Delivery.objects.update(next_at=timezone.now())
    bump, broken = outcomes.bump, [OperationalError("database is locked")] * 3

    def busy():
        if broken:
            raise broken.pop()
        bump()

    monkeypatch.setattr(outcomes, "bump", busy)
    services.reconcile() if asked else send()
    assert {again(row).state, again(good).state} == {State.PUBLISHED}
    assert fake.calls[row.key] == 1 and not broken
    assert row.log.filter(after=State.PUBLISHED).count() == 1


def test_an_outcome_that_cannot_be_written_down_takes_no_other_along(one, fake, monkeypatch):
    from campaigns.services import outcomes

    bad, good = one(), one()
    finish = outcomes.finish

    def fails(row, **fields):
        if row.pk == bad.pk:
            raise ValueError("a letter no database takes")
        finish(row, **fields)

    monkeypatch.setattr(outcomes, "finish", fails)
    send()
    assert (again(bad).state, again(good).state) == (State.SENDING, State.PUBLISHED)
    monkeypatch.setattr(outcomes, "finish", finish)
    Delivery.objects.filter(pk=bad.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    services.reconcile()
    assert again(bad).state == State.PUBLISHED and fake.calls[bad.key] == 1


def test_unknown_is_asked_about_and_found(one, fake):
    row = one()
    fake.lose = 1
    send()
    assert again(row).state == State.UNKNOWN
    send()
    assert fake.calls[row.key] == 1
    due_now(row)
    services.reconcile()
    assert again(row).state == State.PUBLISHED
    assert row.remote_id == f"r-{row.key}"
    assert fake.calls[row.key] == 1


def test_unknown_that_proves_absent_is_sent_again(one, fake):
    row = one()
    fake.script = [Uncertain("lost")]
    send()
    due_now(row)
    services.reconcile()
    assert again(row).state == State.RETRY_WAIT
    send()
    assert again(row).state == State.PUBLISHED
    assert fake.calls[row.key] == 2


def moved_ahead(row):
    """As an approval for another day leaves what may be out."""
    ahead = timezone.now() + timedelta(days=2)
    Delivery.objects.filter(pk=row.pk).update(planned_at=ahead)
    return ahead


def test_moved_meanwhile_and_not_out_waits_for_its_new_minute(one, fake):
    row = one()
    fake.script = [Uncertain("lost")]
    send()
    ahead = moved_ahead(row)
    due_now(row)
    services.reconcile()
    send()
    assert again(row).state == State.PLANNED and row.next_at == ahead
    assert fake.calls[row.key] == 1


def test_moved_meanwhile_and_a_person_says_it_is_not_out(one, fake, elena):
    row = one()
    fake.script, fake.finds = [Uncertain("lost")], [Uncertain("cannot tell")]
    send()
    due_now(row)
    services.reconcile()
    ahead = moved_ahead(row)
    services.decide(delivery=again(row), went_out=False, by=elena)
    send()
    assert again(row).state == State.PLANNED and row.next_at == ahead
    assert fake.calls[row.key] == 1


def test_a_network_is_believed_only_after_it_had_time_to_show_it(one, fake, monkeypatch):
    monkeypatch.setattr(fake, "settle", timedelta(minutes=1))
    row = one()
    fake.script = [Uncertain("lost")]
    send()
    assert again(row).next_at >= row.tried_at + timedelta(minutes=1)
    due_now(row)
    services.reconcile()
    assert again(row).state == State.UNKNOWN
    assert row.next_at == row.tried_at + timedelta(minutes=1)


@pytest.mark.parametrize("asked", [False, True])
def test_what_no_database_takes_does_not_cost_the_proof(one, fake, asked):
    row, odd = one(), "1\0\ud800"
    fake.out[row.key] = Published(odd, f"https://fake.example/{odd}")
    if asked:
        fake.script = [Uncertain(odd)]
        send()
        due_now(row)
        services.reconcile()
    else:
        fake.script = [Rejected(odd)]
        send()
        assert again(row).state == State.REJECTED and row.last_error == "1?"
        return
    assert again(row).state == State.PUBLISHED and row.remote_id == "1?"


def test_a_fault_of_ours_while_asking_is_asked_again(one, fake):
    row = one()
    fake.lose, fake.finds = 1, [KeyError("uri")]
    send()
    due_now(row)
    services.reconcile()
    assert again(row).state == State.UNKNOWN
    due_now(row)
    services.reconcile()
    assert again(row).state == State.PUBLISHED and fake.calls[row.key] == 1


def test_without_proof_a_person_decides(one, fake, elena):
    row = one()
    fake.script, fake.finds = [Uncertain("lost")], [Uncertain("cannot tell")]
    send()
    due_now(row)
    services.reconcile()
    assert again(row).state == State.NEEDS_PERSON
    assert row.question == Question.PROOF
    assert row in Delivery.objects.for_person()
    services.reconcile()
    send()
    assert again(row).state == State.NEEDS_PERSON
    services.decide(delivery=row, went_out=True, by=elena)
    assert again(row).state == State.PUBLISHED
    assert row.log.last().by == elena
    with pytest.raises(Refused, match="Elena"):
        services.decide(delivery=row, went_out=False, by=elena)
    send()
    assert fake.calls[row.key] == 1


def test_the_person_may_say_send_it_again(one, fake, elena):
    row = one(minutes=-50)
    fake.script, fake.finds = [Uncertain("lost")], [Uncertain("cannot tell")]
    send()
    due_now(row)
    services.reconcile()
    services.decide(delivery=row, went_out=False, by=elena)
    send()
    assert again(row).state == State.PUBLISHED
    assert fake.calls[row.key] == 2


def test_a_network_that_cannot_be_asked_is_asked_later_and_in_the_end_a_person_is(one, fake):
    row = one()
    fake.script = [Uncertain("lost")]
    fake.finds = [Unavailable("down"), Unavailable("down")]
    send()
    due_now(row)
    services.reconcile()
    assert again(row).state == State.UNKNOWN and row.next_at > timezone.now()
    Delivery.objects.update(next_at=timezone.now(), tried_at=timezone.now() - timedelta(hours=25))
    services.reconcile()
    assert again(row).state == State.NEEDS_PERSON


def connect_again():
    Account.objects.update(state=Account.State.CONNECTED, problem="", active=True)


def test_a_revoked_token_marks_the_account_and_its_posts_wait_for_it(one, fake, accounts):
    row, other = one(), one(minutes=-0.5)
    fake.script = [Disconnected("Connect it again.")] * 2
    send()
    send()
    accounts[0].refresh_from_db()
    assert accounts[0].state == Account.State.DISCONNECTED
    assert accounts[0].problem == "Connect it again."
    assert {again(row).state, again(other).state} == {State.RETRY_WAIT}
    assert row.last_error == "Connect it again." and fake.calls[row.key] == 1
    connect_again()
    send()
    assert {again(row).state, again(other).state} == {State.PUBLISHED}


def test_a_token_revoked_while_asking_marks_the_account_and_asks_a_person(one, fake, accounts):
    row = one()
    fake.lose = 1
    send()
    fake.finds = [Disconnected("revoked")]
    due_now(row)
    services.reconcile()
    assert (again(row).state, row.question) == (State.NEEDS_PERSON, Question.PROOF)
    accounts[0].refresh_from_db()
    assert (accounts[0].state, accounts[0].problem) == (Account.State.DISCONNECTED, "revoked")
    assert desk.lost_accounts() == [accounts[0]] and desk.number() == 2


@pytest.mark.parametrize(
    "how", [{"state": Account.State.DISCONNECTED}, {"active": False}], ids=["lost", "set aside"]
)
def test_a_post_waits_for_an_account_that_is_not_there_and_then_asks(one, fake, how):
    back, late = one(minutes=5), one(minutes=5)
    Account.objects.update(**how)
    Delivery.objects.update(planned_at=timezone.now(), next_at=timezone.now())
    for _beat in range(3):
        send()
    assert {again(back).state, again(late).state} == {State.RETRY_WAIT}
    assert back.attempts == 1 and back.log.count() == 3  # once, not at every beat
    assert "Il post" in back.last_error or "waits" in back.last_error
    Delivery.objects.filter(pk=late.pk).update(planned_at=timezone.now() - timedelta(hours=2))
    send()
    assert (again(late).state, late.question) == (State.NEEDS_PERSON, Question.LATE)
    assert not fake.calls
    connect_again()
    send()
    assert (again(back).state, again(late).state) == (State.PUBLISHED, State.NEEDS_PERSON)


@pytest.mark.parametrize("waits", ["rest", "retry"])
def test_late_while_its_account_rests_or_before_its_next_attempt_asks(one, fake, waits):
    row = one()
    if waits == "retry":
        fake.script = [Unavailable("429", retry_after=timedelta(hours=5))]
        send()
    Account.objects.update(rest_until=timezone.now() + timedelta(hours=5))
    Delivery.objects.update(planned_at=timezone.now() - timedelta(minutes=61))
    send()
    assert (again(row).state, row.question) == (State.NEEDS_PERSON, Question.LATE)
    assert row in Delivery.objects.for_person()


@pytest.mark.parametrize("what", ["database", "disk", "loading"])
def test_a_fault_of_this_machine_is_no_refusal(one, fake, monkeypatch, what):
    import errno

    from campaigns.services import content
    from tests.campaigns.pictures import picture

    row = one(image=picture(), alt_text="Un muro")
    image = type(row.post.image)
    full = OSError(errno.ENOSPC, "No space left on device")
    fault = OperationalError("database is locked") if what == "database" else full

    def broken(*_arguments, **_options):
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(
            *((content, "_file") if what == "loading" else (image, "get_rendition")), broken
        )
        send()
    assert again(row).state == State.RETRY_WAIT and not fake.calls
    due_now(row)
    send()
    assert again(row).state == State.PUBLISHED


def test_a_full_disk_is_told_while_writing_and_does_not_stop_the_yes(one, monkeypatch, write):
    import errno

    from tests.campaigns.pictures import picture

    post = write(image=picture(), alt_text="Un muro")

    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(post.image), "get_rendition", full)
    found = [problem for found in services.problems(post=post).values() for problem in found]
    assert "media_busy" in {problem.code for problem in found}
    assert {problem.level for problem in found} == {"warning"}


def test_a_fault_of_ours_counts_as_unknown(one, fake):
    row = one()
    fake.script = [ZeroDivisionError("oops")]
    send()
    assert again(row).state == State.UNKNOWN


def test_a_post_with_a_fault_does_not_stop_the_others(one, fake):
    broken, good = one(), one()
    Delivery.objects.filter(pk=broken.pk).update(content={})
    send()
    assert again(good).state == State.PUBLISHED
    assert again(broken).state == State.RETRY_WAIT
    assert broken.next_at > timezone.now() and broken.lease_token is None


def test_checked_again_before_it_is_sent(one, fake, monkeypatch):
    row = one()
    from campaigns.channels.base import Limits

    monkeypatch.setattr(fake, "limits", Limits(text=5))
    send()
    assert again(row).state == State.REJECTED
    assert not fake.calls


def test_too_late_asks_instead_of_flooding(one, fake, elena):
    rows = [one(minutes=-61 - number) for number in range(3)]
    send()
    assert {again(row).state for row in rows} == {State.NEEDS_PERSON}
    assert {row.question for row in rows} == {Question.LATE}
    assert not fake.calls
    services.send_now(delivery=rows[0], by=elena)
    services.let_go(delivery=rows[1], by=elena)
    send()
    assert [again(row).state for row in rows] == [
        State.PUBLISHED,
        State.CANCELLED,
        State.NEEDS_PERSON,
    ]
    with pytest.raises(Refused):
        services.decide(delivery=rows[2], went_out=True, by=elena)


def test_a_little_late_goes_out_by_itself(one):
    row = one(minutes=-59)
    send()
    assert again(row).state == State.PUBLISHED


def test_the_late_policy_is_the_campaigns(one, campaign):
    campaign.late_minutes = 5
    campaign.save()
    row = one(minutes=-6)
    send()
    assert again(row).question == Question.LATE


def test_a_network_that_stays_down_past_the_late_policy_asks(one, fake):
    row = one(minutes=-59)
    fake.script = [Unavailable("down")]
    send()
    Delivery.objects.update(
        planned_at=timezone.now() - timedelta(minutes=61), next_at=timezone.now()
    )
    send()
    assert again(row).question == Question.LATE
    assert fake.calls[row.key] == 1


def test_ticking_and_sending_once_more_changes_nothing(one, fake):
    """Two beats and two workers at once are in faults/test_two_workers.py and test_races.py."""
    rows = [one() for _number in range(5)]
    for _twice in range(2):
        services.tick()
    for _worker in range(2):
        send()
    assert all(fake.calls[again(row).key] == 1 for row in rows)
    assert {row.log.count() for row in rows} == {4}


def test_a_worker_that_died_before_the_intent_costs_nothing(one, fake):
    row = one()
    services.tick()
    (taken,) = claim(
        Delivery.objects.sendable(timezone.now()), limit=1, lease=timedelta(seconds=-1)
    )
    send()
    assert not fake.calls
    services.reconcile()
    send()
    assert again(row).state == State.PUBLISHED
    assert taken.pk == row.pk


@pytest.mark.parametrize("reached", [True, False])
def test_a_worker_that_died_after_the_intent_is_reconciled(one, fake, reached):
    row = one()
    fake.gate = die
    with pytest.raises(Died):
        services.send_due(seconds=0)
    assert again(row).state == State.SENDING and row.digest
    fake.gate = None
    send()
    assert not fake.calls
    if reached:
        fake.out[row.key] = Published("r", "https://fake.example/r")
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    services.reconcile()
    assert again(row).state == (State.PUBLISHED if reached else State.RETRY_WAIT)
    send()
    assert again(row).state == State.PUBLISHED
    assert fake.calls[row.key] == (0 if reached else 1)


class Died(BaseException):
    """Nothing in between may catch it, as with a kill."""


def die(*_arguments):
    raise Died


def test_a_lease_that_was_lost_writes_nothing_over_what_others_found(one, fake):
    row = one()
    services.tick()
    rows = claim(Delivery.objects.sendable(timezone.now()), limit=1, lease=timedelta(minutes=1))
    Delivery.objects.update(lease_token=None, state=State.NEEDS_PERSON, question="late")
    from campaigns.services.outcomes import Outcome, record

    assert record([Outcome(rows[0], Published("x", ""))]) == 0
    assert again(row).state == State.NEEDS_PERSON


def test_the_wall_gets_its_row_with_the_outcome(write, approve, accounts):
    (row,) = approve(write(where=accounts[1:]))
    send()
    entry = WallEntry.objects.get()
    assert entry.delivery == row
    assert entry.link == row.source.link.url and entry.link in entry.text
    assert again(row).remote_url == f"/muro/{entry.pk}/"


def test_a_site_that_moved_after_the_yes_sends_its_new_address_and_asks_nobody_again(
    write, approve, accounts, fake, settings
):
    look = {"card": Post.Card.THERMOMETER, "card_headline": "Ancora un po’"}
    (row,) = approve(write(where=accounts[:1], **look))
    settings.SITE_URL = "https://www.example.org"
    assert services.recheck() == 0
    send()
    row = again(row)
    assert row.state == State.PUBLISHED
    link = row.source.link.url
    assert link.startswith("https://www.example.org/s/")
    assert row.payload["link"] == link and link in row.payload["text"]


# edited, moved, cancelled in every state -----------------------------------------------------

FIELDS = {
    State.SENDING: {"digest": "x"},
    State.UNKNOWN: {"digest": "x"},
    State.RECONCILING: {"digest": "x"},
    State.PUBLISHED: {"published_at": "now"},
    State.NEEDS_PERSON: {"question": Question.PROOF, "digest": "x"},
}
STOPS = {State.PLANNED, State.DUE, State.RETRY_WAIT, State.REJECTED, State.HELD}
LATER = {State.UNKNOWN, State.RECONCILING, State.NEEDS_PERSON}
NOTHING = {State.PUBLISHED, State.CANCELLED}


def put(row, state):
    fields = dict(FIELDS.get(state, {}))
    if fields.get("published_at"):
        fields["published_at"] = timezone.now()
    fields["next_at"] = None if state in (State.HELD, State.CANCELLED) else timezone.now()
    Delivery.objects.filter(pk=row.pk).update(state=state, **fields)


def change(action, post, edit, marta):
    from datetime import date, time

    if action == "edit":
        return edit(post, text="Altro {link} #DonoDay2026")
    if action == "move":
        return services.move(post=post, day=date(2026, 12, 24), at=time(9), by=marta)
    return services.cancel(post=post, by=marta)


@pytest.mark.parametrize("action", ["edit", "move", "cancel"])
@pytest.mark.parametrize("state", list(State))
def test_a_change_in_every_state(action, state, one, edit, marta):
    row = one(minutes=5)
    put(row, state)
    wished = State.CANCELLED if action == "cancel" else State.HELD
    if state == State.SENDING or (state == State.PUBLISHED and action == "move"):
        with pytest.raises(Refused):
            change(action, row.post, edit, marta)
        assert again(row).state == state
        assert row.post.get_latest_revision_as_object().text.startswith("Vieni")
        return
    change(action, row.post, edit, marta)
    if state in STOPS:
        assert (again(row).state, row.next_at, row.lease_token) == (wished, None, None)
    elif state in LATER:
        assert (again(row).state, row.afterwards) == (state, wished)
    else:
        assert state in NOTHING
        assert again(row).state == state


@pytest.mark.parametrize(("cancelled", "wished"), [(True, "cancelled"), (False, "held")])
def test_changed_while_unknown_and_then_proved_absent_is_not_sent(
    cancelled, wished, one, fake, edit, marta
):
    row = one()
    fake.script = [Uncertain("lost")]
    send()
    change("cancel" if cancelled else "edit", row.post, edit, marta)
    due_now(row)
    services.reconcile()
    send()
    assert again(row).state == wished
    assert fake.calls[row.key] == 1


def test_approved_anew_while_unknown_goes_out_in_the_new_words(one, fake, edit, approve):
    row = one()
    fake.script = [Uncertain("lost")]
    send()
    first = again(row).payload["at"]
    edit(row.post, text="Nuovo {link} #DonoDay2026")
    approve(row.post)
    assert again(row).state == State.UNKNOWN
    due_now(row)
    services.reconcile()
    send()
    assert again(row).state == State.PUBLISHED
    assert fake.drafts[row.key].text.startswith("Nuovo")
    assert row.payload["at"] == first


def test_stopped_between_claim_and_intent_is_not_sent(one, fake, edit, monkeypatch):
    """The editor's save lands while the sender holds the lease but has not committed yet."""
    from campaigns.services import sending

    row = one()
    prepare = sending._prepare

    def prepare_slowly(taken, now):
        job = prepare(taken, now)
        edit(row.post, text="Un momento {link} #DonoDay2026")
        return job

    monkeypatch.setattr(sending, "_prepare", prepare_slowly)
    send()
    assert again(row).state == State.HELD
    assert not fake.calls


def test_a_move_keeps_the_wall_clock_across_the_change_of_the_clocks(one, marta):
    from datetime import UTC, date, datetime, time

    row = one(minutes=60)
    services.move(post=row.post, day=date(2027, 3, 28), at=time(2, 30), by=marta)
    moved = row.post.get_latest_revision_as_object()
    assert moved.planned_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert moved.moment.oddity == "skipped"
    assert services.problems(post=moved)[None][0].code == "hour_skipped"


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        ((2027, 10, 31), (2027, 10, 31, 0, 30)),  # 02:30 comes twice: the first one
        ((2027, 3, 28), (2027, 3, 28, 1, 30)),  # 02:30 does not exist: 03:30
        ((2027, 3, 27), (2027, 3, 27, 1, 30)),
        ((2027, 11, 1), (2027, 11, 1, 1, 30)),
    ],
)
def test_half_past_two_on_the_nights_of_the_clock_change(one, approve, marta, day, utc):
    """It leaves once, at the moment the planner was told, and the plan still says 02:30."""
    from datetime import UTC, date, datetime, time

    post, when = one(minutes=60).post, datetime(*utc, tzinfo=UTC)
    services.move(post=post, day=date(*day), at=time(2, 30), by=marta)
    (row,) = approve(post)
    assert row.planned_at == row.next_at == when
    assert services.tick(now=when - timedelta(seconds=1)) == 0
    assert services.tick(now=when) == 1
    assert services.tick(now=when + timedelta(hours=1)) == 0
    post.refresh_from_db()
    assert (post.planned_date, post.planned_time) == (date(*day), time(2, 30))
    assert post.zone == "Europe/Rome"


def test_another_zone_of_the_campaign_moves_its_days_and_no_approved_post(one, campaign):
    row = one(minutes=60)
    before = row.planned_at, campaign.starts_at
    campaign.zone = "America/New_York"
    campaign.full_clean()
    campaign.save()
    assert again(row).planned_at == before[0] and row.post.zone == "Europe/Rome"
    assert campaign.starts_at - before[1] in {timedelta(hours=5), timedelta(hours=6)}


# accounts ------------------------------------------------------------------------------------


def test_an_account_whose_key_is_gone_says_so(one, settings, accounts):
    from cryptography.fernet import Fernet

    accounts[0].credentials = {"token": "x"}
    accounts[0].save()
    row = one()
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    send()
    assert again(row).state == State.RETRY_WAIT
    accounts[0].refresh_from_db()
    assert accounts[0].state == Account.State.DISCONNECTED
    with pytest.raises(Unreadable) as unreadable:
        accounts[0].connect()
    assert accounts[0].problem == str(unreadable.value)
    assert row.last_error == f"{unreadable.value} {gettext('The post waits for it.')}"


def test_a_session_is_kept_sealed(accounts):
    channel = accounts[0].connect()
    channel.on_session({"access": "geheim"})
    account = Account.objects.get(pk=accounts[0].pk)
    assert "geheim" not in account.sealed_session
    assert account.connect().session == {"access": "geheim"}
