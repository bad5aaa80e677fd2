from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from campaigns import demo, services
from campaigns.models import Account, Campaign, Delivery, Post, WallEntry
from campaigns.services.figures import APPROVAL, DRAFT
from campaigns.states import State
from config import demonstration


@pytest.mark.django_db
def test_the_demonstration_shows_every_stage_and_loads_once():
    demonstration.make_logins()
    demo.load()
    demo.load()
    now = timezone.now()
    assert Campaign.objects.filter(starts_at__lte=now, ends_at__gt=now).count() == 1
    assert set(Account.objects.values_list("channel", flat=True)) == {
        "wall",
        "mastodon",
        "bluesky",
    }
    assert WallEntry.objects.count() == len(demo.OUT)
    standings = services.standings(posts=Post.objects.all())
    shown = {standing.state for standing in standings.values()}
    assert {DRAFT, APPROVAL, State.PLANNED, State.PUBLISHED} <= shown
    assert not Delivery.objects.filter(state__in=[State.REJECTED, State.NEEDS_PERSON]).exists()
    # who gives came by a post that was out by then, so people came to those and to no others
    visited = Delivery.objects.filter(source__visits__isnull=False).distinct()
    assert {delivery.state for delivery in visited} == {State.PUBLISHED}
    entry = WallEntry.objects.latest("published_at")
    assert entry.published_at.date() == entry.delivery.planned_at.date()


@pytest.mark.django_db
def test_the_sandbox_accounts_follow_it_to_another_port(settings):
    demonstration.make_logins()
    demo.load()
    before, settings.SANDBOX_URL = settings.SANDBOX_URL, "http://127.0.0.1:8462"
    mastodon, bluesky = (Account.objects.get(channel=key) for key in ("mastodon", "bluesky"))
    host = urlsplit(before).netloc
    Account.objects.filter(pk=mastodon.pk).update(
        handle=f"@segnipositivi@{host}", url=f"{before}/mastodon/@segnipositivi"
    )
    Delivery.objects.filter(account=bluesky).update(remote_url=f"{before}/bluesky/profile/a/post/1")
    real = Account(channel="mastodon", name="Vero")
    real.credentials = {"instance": "https://mastodon.uno", "token": "0123456789"}
    real.save()
    day = timezone.now() + timedelta(days=1)
    Account.objects.update(next_at=day)
    demo.follow_sandbox()
    demo.follow_sandbox()
    for account in (mastodon, bluesky, real):
        account.refresh_from_db()
    assert mastodon.credentials["instance"] == "http://127.0.0.1:8462/mastodon"
    assert mastodon.credentials["token"] == "sandbox-segnipositivi"
    assert mastodon.next_at <= timezone.now() < real.next_at == day
    assert mastodon.handle == "@segnipositivi@127.0.0.1:8462"
    assert mastodon.url == "http://127.0.0.1:8462/mastodon/@segnipositivi"
    assert bluesky.credentials["service"] == "http://127.0.0.1:8462/bluesky"
    assert {row.remote_url for row in bluesky.deliveries.all()} == {
        "http://127.0.0.1:8462/bluesky/profile/a/post/1"
    }
    assert real.credentials["instance"] == "https://mastodon.uno"
