"""What "today" holds, for the dashboard."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns import services
from campaigns.models import Post
from campaigns.states import State

pytestmark = pytest.mark.django_db


def on(day):
    return [post.pk for post in services.day_of(day=day)]


def test_a_moved_post_stands_on_its_new_day_only(write, approve, marta):
    post = write()
    approve(post)
    today = post.planned_date
    later = today + timedelta(days=5)
    assert on(today) == [post.pk]
    services.move(post=post, day=later, at=post.planned_time, by=marta)
    assert {row.state for row in post.deliveries.all()} == {State.HELD}
    assert on(today) == []
    assert on(later) == [post.pk]


def test_what_is_out_stays_on_the_day_it_went_out(write, approve, edit):
    post = write()
    approve(post)
    services.send_due(seconds=0)
    edit(post, planned_date=post.planned_date + timedelta(days=5))
    assert on(post.planned_date) == [post.pk]


def test_what_was_cancelled_does_not_go_out(write, approve, marta):
    post = write()
    approve(post)
    services.cancel(post=post, by=marta)
    assert on(post.planned_date) == []


def test_the_day_is_that_of_rome_wherever_it_was_written_for(campaign):
    day = timezone.localdate()
    post = Post.objects.create(
        campaign=campaign,
        text="Sera a New York",
        planned_date=day - timedelta(days=1),
        planned_time="20:00",
        zone="America/New_York",
    )
    assert on(day) == [post.pk]
    assert on(day - timedelta(days=1)) == []
