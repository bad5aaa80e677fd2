from datetime import time, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

import premium_support
from attribution import services as attribution
from campaigns.models import Campaign, Post
from config import heartbeat
from config.models import Heartbeat
from donations import gateway
from donations.treasury import desk_counts
from giving_support import begin, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(django_user_model):
    user = django_user_model.objects.create_user("marta", password="x")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def home(client, user) -> str:
    client.force_login(user)
    response = client.get("/admin/")
    assert response.status_code == 200
    return response.content.decode()


def test_no_tick_yet_is_red(client, admin_user):
    assert "sp-strip sp-bad" in home(client, admin_user)


def test_a_running_beat_is_one_quiet_line(client, admin_user):
    heartbeat.beat()
    page = home(client, admin_user)
    assert "sp-strip sp-ok" in page
    assert "sp-strip sp-bad" not in page


def test_an_old_tick_says_since_when(client, admin_user):
    heartbeat.beat()
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=29))
    page = home(client, admin_user)
    assert "sp-strip sp-bad" in page
    assert "29 " in page


def test_money_is_for_those_who_may_see_it(client, person, admin_user):
    assert "came-in" not in home(client, person)
    assert "came-in" in home(client, admin_user)


def test_money_names_the_post_that_brought_it_and_how_far_the_campaign_is(
    client, admin_user, monkeypatch
):
    today = timezone.localdate()
    campaign = Campaign(
        name="DonoDay",
        slug="donoday",
        hashtags="#DonoDay",
        start_date=today,
        end_date=today,
        goal=100_00,
    )
    campaign.full_clean()
    campaign.save()
    node = attribution.source(kind="campaign", key=str(campaign.pk), label="DonoDay")
    post = attribution.source(kind="post", key="1", label="Sei metri di muro", parent=node)
    wall = attribution.source(kind="delivery", key="1", label="Il muro", parent=post)
    stripe = MemoryStripe()
    monkeypatch.setattr(gateway, "get", lambda: stripe)
    stripe.now = timezone.now()  # an hour ago may have been yesterday
    stripe.pay_by_card(session_of(begin(source=wall).donation))
    tell(stripe)
    card = home(client, admin_user).split('aria-labelledby="came-in"')[1]
    assert "Il muro · Sei metri di muro" in card
    assert "<strong>25\u00a0€</strong> su 100\u00a0€ (25 %)" in card
    assert 'href="/admin/tesoreria/"' in card


def test_a_part_that_fails_takes_no_other_along(client, admin_user, monkeypatch):
    from cms.dashboard.money import CameInToday

    def broken(self):
        Heartbeat.objects.raw("SELECT nothing FROM nowhere")[0]

    heartbeat.beat()
    monkeypatch.setattr(CameInToday, "read", broken)
    page = home(client, admin_user)
    assert "came-in" not in page
    assert "sp-strip sp-bad" in page
    assert "sp-strip sp-ok" in page


def test_a_draft_without_a_time_stands_last_today(client, admin_user):
    today = timezone.localdate()
    campaign = Campaign(
        name="DonoDay", slug="donoday", hashtags="#DonoDay", start_date=today, end_date=today
    )
    campaign.full_clean()
    campaign.save()
    for text, at in (("Senza ora", None), ("Alle nove", time(9))):
        Post.objects.create(campaign=campaign, text=text, planned_date=today, planned_time=at)
    page = home(client, admin_user)
    assert page.index("Alle nove") < page.index("Senza ora")


def test_who_keeps_no_pages_is_offered_no_search_of_them(client, person, admin_user):
    assert 'role="search"' not in home(client, person).split("<main")[1]
    assert 'role="search"' in home(client, admin_user).split("<main")[1]


def test_who_packs_is_told_what_is_to_be_prepared(client, django_user_model, monkeypatch):
    stripe = MemoryStripe()
    monkeypatch.setattr(gateway, "get", lambda: stripe)
    gift = premium_support.asked(premium_support.seeds())
    stripe.pay_by_card(session_of(gift))
    tell(stripe)
    packer = django_user_model.objects.create_user("pina")
    packer.groups.add(Group.objects.get(name=roles.PACKERS))
    page = home(client, packer)
    assert "Ce n’è 1 da preparare." in page and "/admin/omaggi/" in page
    assert "came-in" not in page and "needs-me" not in page


def test_what_the_treasurer_has_to_decide_stands_above_the_figures(
    client, django_user_model, monkeypatch
):
    heartbeat.beat()
    elio = django_user_model.objects.create_user("elio", password="x")
    elio.groups.add(Group.objects.get(name=roles.TREASURY))
    assert "da decidere in tesoreria" not in home(client, elio)
    monkeypatch.setattr(desk_counts, "waiting", lambda: 3)
    page = home(client, elio)
    assert page.index("3 cose da decidere in tesoreria") < page.index('id="came-in"')
    assert page.count("da decidere in tesoreria") == 1
