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
