"""The tree of sources: visits, gifts and euros roll up; refunds go back down."""

import logging
from unittest import mock

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from attribution import services
from attribution.models import ShortLink, Visit
from attribution_support import give

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def tree():
    campaign = services.source(kind="campaign", key="1", label="#DonoDay")
    post = services.source(kind="post", key="1", parent=campaign)
    return campaign, post, services.source(kind="delivery", key="1", parent=post)


def test_totals_roll_up_and_a_refund_takes_its_donor_along(tree):
    campaign, post, delivery = tree
    give(delivery, "a", 2500)
    give(post, "b", 1000, "bruno")
    give(post, "b-refund", -1000, "bruno", gift="b")
    found = services.totals_of(tree)
    assert found[campaign.pk] == services.Totals(visits=0, gifts=1, cents=2500, donors=1)
    assert found[delivery.pk].cents == 2500


def test_a_refund_that_came_back_makes_no_second_gift(tree):
    campaign, post, _delivery = tree
    give(post, "a", 2500)
    give(post, "a-refund", -2500, gift="a")
    give(post, "a-returned", 2500, gift="a")
    assert services.totals(campaign) == services.Totals(gifts=1, cents=2500, donors=1)


def test_a_credit_counts_once_however_often_it_is_written(tree):
    before = services.version()
    give(tree[2], "a", 2500)
    give(tree[2], "a", 2500)
    assert services.totals(tree[0]).cents == 2500
    assert before != services.version()


def test_totals_need_few_queries_whatever_the_number(tree, django_assert_max_num_queries):
    many = [services.source(kind="post", key=str(n)) for n in range(2, 30)]
    with django_assert_max_num_queries(3):
        services.totals_of([*many, *tree])


def test_a_visit_is_counted_and_leaves_only_the_sources_code(tree, client):
    link = services.link(source=tree[2], target="/donoday/")
    response = client.get(link.path, headers={"user-agent": BROWSER})
    assert response.status_code == 302
    assert response.headers["Location"] == "/donoday/"
    assert response.cookies[services.COOKIE].value == tree[2].code
    assert services.totals(tree[0]).visits == 1


def test_a_visit_that_cannot_be_counted_is_led_on_all_the_same(tree, client, caplog):
    link = services.link(source=tree[2], target="/donoday/")
    busy = mock.patch.object(Visit, "save", side_effect=DatabaseError("full"))
    with busy, caplog.at_level(logging.WARNING, "segnopiu"):
        response = client.get(link.path, headers={"user-agent": BROWSER})
    assert response.headers["Location"] == "/donoday/"
    assert response.cookies[services.COOKIE].value == tree[2].code, "its gift is still credited"
    assert [record.message for record in caplog.records] == ["visit_not_counted"]


@pytest.mark.parametrize("https", [True, False])
def test_the_cookie_is_ours_alone_and_gone_after_seven_days(tree, client, settings, https):
    settings.BEHIND_HTTPS = https
    link = services.link(source=tree[2], target="/donoday/")
    cookie = client.get(link.path, headers={"user-agent": BROWSER}).cookies[services.COOKIE]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 7 * 24 * 3600
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert bool(cookie["secure"]) is https


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"X-Purpose": "preview"},
    ],
)
def test_a_page_fetched_ahead_is_no_visit_until_somebody_comes(tree, client, headers):
    link = services.link(source=tree[2], target="/donoday/")
    early = client.get(link.path, headers={"user-agent": BROWSER, **headers})
    assert early.status_code == 503, "so that the browser asks again"
    assert "no-store" in early.headers["Cache-Control"]
    assert not Visit.objects.exists()
    client.get(link.path, headers={"user-agent": BROWSER})
    assert services.totals(tree[0]).visits == 1


def test_asking_for_the_head_alone_is_no_visit(tree, client):
    link = services.link(source=tree[2], target="/donoday/")
    response = client.head(link.path, headers={"user-agent": BROWSER})
    assert response.headers["Location"] == "/donoday/"
    assert services.totals(tree[0]).visits == 0


@pytest.mark.parametrize("agent", ["", "Mastodon/4.5 (http.rb)", "curl/8", "Bluesky Cardyb/1.1"])
def test_machines_are_not_people(tree, client, agent):
    link = services.link(source=tree[2], target="/donoday/")
    response = client.get(link.path, headers={"user-agent": agent})
    assert services.COOKIE not in response.cookies
    assert services.totals(tree[0]).visits == 0
    assert Visit.objects.filter(crawler=True).count() == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_link_never_leads_elsewhere(tree, target):
    with pytest.raises(ValueError, match="this site"):
        services.link(source=tree[2], target=target)


def test_the_database_refuses_an_open_redirect_too(tree):
    with pytest.raises(IntegrityError), transaction.atomic():
        ShortLink.objects.create(source=tree[2], code="x", target="//evil.example")
    assert connection.is_usable()


def test_an_unknown_code_is_not_found(client):
    assert client.get("/s/abcdefgh").status_code == 404
