from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.utils import timezone
from wagtail.models import Workflow, WorkflowTask

from campaigns import services
from campaigns.channels import registry
from campaigns.models import Account, Campaign, Post, PostVariant, ReviewTask
from people import roles
from people.models import User
from tests.campaigns.fakes import Fake


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    """A network of ours beside the real ones."""
    monkeypatch.setitem(registry.CHANNELS, "fake", "tests.campaigns.fakes.Fake")
    Fake.reset()
    cache.clear()  # Wagtail keeps renditions there, and another test's files are gone
    return Fake


@pytest.fixture
def marta(db):
    """Writes posts."""
    return User.objects.create_user("marta", email="marta@example.org")


@pytest.fixture
def elena(db):
    """Says yes to them."""
    user = User.objects.create_user("elena", first_name="Elena", email="elena@example.org")
    user.groups.add(Group.objects.get_or_create(name=roles.COORDINATION)[0])
    return user


@pytest.fixture
def workflow(db):
    group = Group.objects.get_or_create(name=roles.COORDINATION)[0]
    flow = Workflow.objects.create(name="Yes")
    task = ReviewTask.objects.create(name="Yes of the coordination")
    task.groups.add(group)
    WorkflowTask.objects.create(workflow=flow, task=task)
    return flow


@pytest.fixture
def campaign(db, workflow):
    today = timezone.localdate()
    campaign = Campaign(
        name="DonoDay",
        slug="donoday",
        hashtags="#DonoDay2026",
        start_date=today - timedelta(days=3),
        end_date=today + timedelta(days=10),
        goal=2_000_000,
        workflow=workflow,
    )
    campaign.full_clean()
    campaign.save()
    return campaign


@pytest.fixture
def accounts(db):
    return [
        Account.objects.create(channel="fake", name="Fake one"),
        Account.objects.create(channel="wall", name="Muro"),
    ]


@pytest.fixture
def write(campaign, accounts, marta):
    """write(minutes=-1, text=…) → a saved post, not yet approved."""

    def write(*, minutes=0.0, text="Vieni {link} #DonoDay2026", where=None, variants=(), **fields):
        when = timezone.localtime(timezone.now() + timedelta(minutes=minutes))
        post = Post(
            campaign=campaign,
            text=text,
            planned_date=when.date(),
            planned_time=when.time(),
            **fields,
        )
        post.accounts = accounts if where is None else where
        post.variants = [PostVariant(channel=key, text=words) for key, words in variants]
        post.full_clean()
        post.save()
        post.save_revision(user=marta)
        return post

    return write


@pytest.fixture
def approve(elena):
    """approve(post) → its deliveries, planned by a yes of Elena."""

    def approve(post):
        state = post.current_workflow_state or services.ask(post=post, by=elena)
        state.current_task_state.specific.approve(user=elena)
        post.refresh_from_db()
        return list(post.deliveries.order_by("account__channel"))

    return approve


@pytest.fixture
def edit(marta):
    """edit(post, text=…) saves a new version, as the admin does."""

    def edit(post, *, by=None, **fields):
        latest = Post.objects.get(pk=post.pk).get_latest_revision_as_object()
        for name, value in fields.items():
            setattr(latest, name, value)
        revision = latest.save_revision(user=by or marta)
        post.refresh_from_db()
        return revision

    return edit
