"""What is out on the wall can be taken down; on the networks it is said plainly that it cannot."""

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse

from attribution import services as attribution
from campaigns import services
from campaigns.errors import Refused
from campaigns.models import WallEntry
from campaigns.states import State
from people import roles
from people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def out(write, approve):
    """A post that is out on the wall and on a network."""
    post = write(text="Sbagliato {link} #DonoDay2026")
    approve(post)
    services.send_due(seconds=0.01)
    return post


def signed_in(client, role):
    user = User.objects.create_user("chi", first_name="Marta")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def seen(client):
    cache.clear()
    return [
        client.get(path).content.decode()
        for path in ("/muro/", "/muro/feed.atom", "/muro/feed.json")
    ]


def test_it_leaves_page_and_feeds_and_stays_in_the_history(client, out, elena):
    entry, before = WallEntry.objects.get(), attribution.version()
    assert all("Sbagliato" in text for text in seen(client))
    assert services.take_down(post=out, by=elena, why="Data errata") == 1
    assert not any("Sbagliato" in text for text in seen(client))
    assert client.get(entry.get_absolute_url()).status_code == 404
    assert attribution.version() != before  # kept pages are made anew
    assert out.deliveries.get(account__channel="wall").state == State.PUBLISHED
    last = out.deliveries.get(account__channel="wall").log.last()
    assert last.by == elena and "Data errata" in last.why
    with pytest.raises(Refused):
        services.take_down(post=out, by=elena)


def test_the_page_says_what_must_be_done_on_the_networks(client, out):
    signed_in(client, roles.CAMPAIGNERS)
    url = reverse("campaigns_posts:take_down", args=[out.pk])
    assert url in client.get(reverse("campaigns_posts:edit", args=[out.pk])).content.decode()
    page = client.get(url).content.decode()
    fake = out.deliveries.get(account__channel="fake")
    assert fake.remote_url in page and "cancellalo a mano" in page
    answer = client.post(url, {"why": "Data errata"}, follow=True)
    assert not WallEntry.objects.shown().exists()
    page = answer.content.decode()
    assert "Tolto" in page and "Data errata" in page and "Marta" in page
    assert client.post(url, {"why": ""}).status_code == 409  # the second click


def test_who_may_only_read_may_not(client, out):
    signed_in(client, roles.REVIEW_COOPERATION)
    url = reverse("campaigns_posts:take_down", args=[out.pk])
    assert client.post(url).status_code in (302, 403)
    assert WallEntry.objects.shown().exists()
