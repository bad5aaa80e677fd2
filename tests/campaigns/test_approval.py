import pytest
from wagtail.actions.publish_revision import PublishRevisionAction

from campaigns import services
from campaigns.errors import NotReady, Refused
from campaigns.models import Delivery, Post
from campaigns.states import State

pytestmark = pytest.mark.django_db


def states(post):
    return set(post.deliveries.values_list("state", flat=True))


def test_a_yes_plans_one_delivery_an_account_each_with_its_own_link(write, approve):
    post = write(minutes=60)
    assert not post.deliveries.exists()
    rows = approve(post)
    assert [row.account.channel for row in rows] == ["fake", "wall"]
    assert states(post) == {State.PLANNED}
    assert {row.planned_at for row in rows} == {post.planned_at}
    links = {row.source.link.url for row in rows}
    assert len(links) == 2
    for row in rows:
        assert row.source.link.url in row.content["text"]
        assert "{link}" not in row.content["text"]
        assert row.source.parent.kind == "post"
        assert row.source.parent.parent.key == str(post.campaign_id)
        assert row.source.link.target == "/dona/"


def test_nobody_publishes_around_the_approval(write, approve, admin_user, edit):
    post = write(minutes=60)
    with pytest.raises(Refused):
        post.latest_revision.publish(user=admin_user)
    with pytest.raises(Refused):
        post.publish(post.latest_revision, user=admin_user, skip_permission_checks=True)
    with pytest.raises(Refused):
        PublishRevisionAction(post.latest_revision).execute(skip_permission_checks=True)
    approve(post)
    revision = edit(post, text="Altro {link} #DonoDay2026")
    with pytest.raises(Refused):
        revision.publish(user=admin_user)
    assert states(post) == {State.HELD}


def test_a_yes_to_what_has_changed_meanwhile_does_not_count(write, approve, edit):
    post = write(minutes=60)
    approve(post)
    said_yes_to = post.latest_revision
    stale = Post.objects.get(pk=post.pk)
    edit(post, text="Nel frattempo {link} #DonoDay2026")
    for instance in (stale, Post.objects.get(pk=post.pk)):
        with pytest.raises(Refused):
            instance.publish(said_yes_to)
    assert states(post) == {State.HELD}


def test_saving_an_approved_post_stops_it_and_asks_again(write, approve, edit):
    post = write(minutes=60)
    approve(post)
    edit(post, text="Corretto {link} #DonoDay2026")
    assert states(post) == {State.HELD}
    assert post.workflow_in_progress
    rows = approve(post)
    assert states(post) == {State.PLANNED}
    assert all(row.content["text"].startswith("Corretto") for row in rows)


def test_the_links_stay_the_same_when_it_is_approved_again(write, approve, edit):
    post = write(minutes=60)
    before = {row.pk: row.source.link.code for row in approve(post)}
    edit(post, text="Corretto {link} #DonoDay2026")
    assert {row.pk: row.source.link.code for row in approve(post)} == before


def test_a_save_without_a_change_stops_nothing(write, approve, marta):
    post = write(minutes=60)
    approve(post)
    Post.objects.get(pk=post.pk).save_revision(user=marta, changed=False)
    assert states(post) == {State.PLANNED}


def test_the_author_is_not_shut_out_while_it_waits(write, elena, marta):
    post = write(minutes=60)
    services.ask(post=post, by=marta)
    lock = post.get_lock()
    assert lock is None or not lock.for_user(marta)


def test_an_autosave_never_changes_a_version_somebody_was_shown(write, approve, marta):
    post = write(minutes=60)
    services.ask(post=post, by=marta)
    shown = post.latest_revision
    changed = Post.objects.get(pk=post.pk)
    changed.text = "Di nascosto {link} #DonoDay2026"
    new = changed.save_revision(user=marta, overwrite_revision=changed.latest_revision)
    shown.refresh_from_db()
    assert new.pk != shown.pk
    assert "Di nascosto" not in shown.content["text"]


def test_a_change_while_it_waits_is_asked_again(write, elena, marta, edit):
    post = write(minutes=60)
    state = services.ask(post=post, by=marta)
    edit(post, text="Altro {link} #DonoDay2026")
    state.refresh_from_db()
    state.current_task_state.specific.approve(user=elena)
    post.refresh_from_db()
    assert not post.deliveries.exists()
    assert post.workflow_in_progress
    post.current_workflow_task_state.approve(user=elena)
    assert all("Altro" in row.content["text"] for row in post.deliveries.all())
    assert post.deliveries.count() == 2


def test_asking_is_refused_with_the_problems(write, marta, accounts):
    post = write(minutes=60, text="x" * 101)
    with pytest.raises(NotReady) as refusal:
        services.ask(post=post, by=marta)
    assert [problem.code for problem in refusal.value.problems[accounts[0]]] == ["characters_over"]
    assert accounts[1] not in refusal.value.problems


def test_a_text_of_its_own_for_one_network(write, approve):
    post = write(minutes=60, text="y" * 101, variants=[("fake", "Corto {link} #DonoDay2026")])
    fake, wall = approve(post)
    assert fake.content["text"].startswith("Corto")
    assert wall.content["text"] == "y" * 101


def test_variants_and_accounts_travel_in_the_revision(write, approve, edit, accounts):
    from campaigns.models import PostVariant

    post = write(minutes=60, variants=[("wall", "Muro {link} #DonoDay2026")])
    approve(post)
    edit(
        post,
        accounts=[accounts[0]],
        variants=[PostVariant(channel="fake", text="Solo qui {link} #DonoDay2026")],
    )
    assert set(Post.objects.get(pk=post.pk).accounts.all()) == set(accounts)
    fake, wall = approve(post)
    assert fake.content["text"].startswith("Solo qui")
    assert wall.state == State.CANCELLED


def test_nobody_is_asked_for_a_yes_to_what_is_all_out(write, approve, edit, accounts, marta):
    post = write(where=[accounts[0]])
    approve(post)
    assert services.send_due(seconds=0.1) == 1
    edit(post, text="Corretto {link} #DonoDay2026")
    with pytest.raises(Refused):
        services.ask(post=post, by=marta)
    assert not post.workflow_in_progress
    edit(post, accounts=accounts)
    assert services.ask(post=post, by=marta)


def test_what_was_taken_away_while_held_can_still_be_settled(write, approve, edit, accounts, fake):
    post = write()
    approve(post)
    post.deliveries.filter(account=accounts[1]).update(state=State.RETRY_WAIT)
    Delivery.objects.filter(account=accounts[1]).update(next_at=None)
    assert services.send_due(seconds=0.1) == 1
    edit(post, accounts=[accounts[0]])
    assert states(post) == {State.PUBLISHED, State.HELD}
    approve(post)
    assert states(post) == {State.PUBLISHED, State.CANCELLED}


def test_an_account_added_later_joins_while_the_other_is_already_out(
    write, approve, edit, accounts, fake
):
    post = write(where=[accounts[0]])
    approve(post)
    assert services.send_due(seconds=0.1) == 1
    edit(post, accounts=accounts)
    assert states(post) == {State.PUBLISHED}
    services.ask(post=post, by=None)
    first, second = approve(post)
    assert (first.state, second.state) == (State.PUBLISHED, State.PLANNED)
    services.send_due(seconds=0.1)
    assert sum(fake.calls.values()) == 1
    assert states(post) == {State.PUBLISHED}


def test_a_post_that_went_through_approval_cannot_be_deleted(write, approve):
    from django.db.models import ProtectedError

    post = write(minutes=60)
    approve(post)
    with pytest.raises(ProtectedError):
        post.delete()
    assert Delivery.objects.count() == 2


def test_the_log_says_who_and_why(write, approve, edit, elena, marta):
    post = write(minutes=60)
    row = approve(post)[0]
    edit(post, text="Corretto {link} #DonoDay2026")
    entries = list(row.log.all())
    assert [(entry.after, entry.by) for entry in entries] == [
        (State.PLANNED, elena),
        (State.HELD, marta),
    ]
    assert all(entry.why for entry in entries)


def test_the_migration_made_the_usual_approval():
    workflow = Post.get_default_workflow()
    assert workflow.name == "Revisione"
    assert workflow.tasks.get().specific.groups.get().name == "Coordinamento"


def test_nobody_was_granted_publishing():
    from django.contrib.auth.models import Group

    assert not Group.objects.filter(permissions__codename="publish_post").exists()
