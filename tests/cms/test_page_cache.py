"""Whole pages for visitors without a session, and for nobody else."""

from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction, Site

from attribution import services as attribution
from attribution_support import give
from brand.models import BrandSettings
from campaigns import services as posts
from campaigns.models import Account, Campaign, Post
from cms import cache as page_cache
from cms.models import ActionPage, DonatePage, StandardPage
from media.models import StoredCard
from tests.cms.conftest import PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def queries(django_assert_num_queries, monkeypatch):
    """Without the stamp's own, which a slow machine would look up in between."""
    monkeypatch.setattr(page_cache, "STAMP_SECONDS", 3600.0)
    return django_assert_num_queries


@pytest.fixture
def at_once(monkeypatch):
    """The stamp is looked up at every request, instead of once a second."""
    monkeypatch.setattr(page_cache, "STAMP_SECONDS", -1.0)


def test_the_second_visitor_costs_no_query(visitor, queries):
    first = visitor.get("/la-rete/")
    with queries(0):
        second = visitor.get("/la-rete/")
    assert second.content == first.content
    for name in ("Content-Type", "Content-Security-Policy", "X-Frame-Options", "Content-Language"):
        assert second.headers[name] == first.headers[name]


def test_no_page_sets_a_cookie(visitor):
    for path in PAGES.values():
        assert not visitor.get(path).cookies
        assert not visitor.get(path).cookies


def test_who_is_signed_in_is_never_given_a_kept_page(visitor, admin_client):
    StandardPage.objects.filter(slug="la-rete").update(title="Prima")
    visitor.get("/la-rete/")
    StandardPage.objects.filter(slug="la-rete").update(title="Dopo")
    assert "Prima" in visitor.get("/la-rete/").content.decode()
    own = admin_client.get("/la-rete/", HTTP_HOST="127.0.0.1:8000").content.decode()
    assert "Dopo" in own
    assert "Prima" in visitor.get("/la-rete/").content.decode(), "nor does it keep theirs"


def test_a_gift_shows_at_once(visitor, at_once):
    assert "0\u00a0€" in visitor.get("/donoday/").content.decode()
    campaign = Campaign.objects.get()
    node = attribution.source(kind="campaign", key=str(campaign.pk))
    give(node, "d1", 123_400)
    for path in (PAGES["home"], PAGES["campaign"]):
        assert "1.234\u00a0€" in visitor.get(path).content.decode()


def test_a_refund_shows_at_once(visitor, at_once, node):
    give(node, "d1", 123_400)
    assert "1.234\u00a0€" in visitor.get("/donoday/").content.decode()
    give(node, "r1", -23_400, gift="d1")
    for path in (PAGES["home"], PAGES["campaign"]):
        page = visitor.get(path).content.decode()
        assert "1.000\u00a0€" in page and "1.234\u00a0€" not in page


def test_a_post_is_on_the_pages_at_its_minute_and_off_them_when_taken_down(
    visitor, at_once, campaign
):
    """Through a delivery as the sender makes it, since that is what freshens the kept pages."""
    shown = (PAGES["campaign"], "/muro/")
    assert not any("Tre mele" in visitor.get(path).content.decode() for path in shown)
    carla = get_user_model().objects.get(username="carla")
    now = timezone.localtime()
    post = Post(campaign=campaign, text="Tre mele {link} #DonoDay2026")
    post.planned_date, post.planned_time = now.date(), now.time()
    post.accounts = [Account.objects.create(channel="wall", name="Muro")]
    post.save()
    post.save_revision(user=carla)
    asked = posts.ask(post=post, by=carla)
    asked.current_task_state.specific.approve(user=carla)
    posts.send_due(seconds=0.01)
    assert all("Tre mele" in visitor.get(path).content.decode() for path in shown)
    posts.take_down(post=post, by=carla)
    assert not any("Tre mele" in visitor.get(path).content.decode() for path in shown)


def test_no_page_is_older_than_a_few_seconds(db, monkeypatch):
    """Written out: the number of the code would agree with itself, however large it grew."""
    now = 1000.0
    monkeypatch.setattr(page_cache.time, "monotonic", lambda: now)
    before = page_cache.stamp()
    attribution.bump()
    assert page_cache.stamp() == before
    now += 1.01  # in seconds, whatever the code calls them
    assert page_cache.stamp() != before


def test_a_publication_shows_at_once(visitor, at_once):
    visitor.get("/la-rete/")
    page = StandardPage.objects.get(slug="la-rete")
    page.title = "La rete nuova"
    page.save_revision().publish()
    assert "La rete nuova" in visitor.get("/la-rete/").content.decode()


def test_a_page_taken_down_is_gone(visitor, at_once):
    visitor.get("/la-rete/")
    StandardPage.objects.get(slug="la-rete").unpublish()
    assert visitor.get("/la-rete/").status_code == 404


def test_a_page_moved_or_deleted_is_gone(visitor, at_once):
    visitor.get("/la-rete/")
    visitor.get("/che-cosa-fa-il-tuo-dono/")
    page = StandardPage.objects.get(slug="la-rete")
    page.slug = "rete"
    page.save_revision().publish()
    DonatePage.objects.get().delete()
    assert visitor.get("/la-rete/").status_code == 404
    assert visitor.get("/che-cosa-fa-il-tuo-dono/").status_code == 404
    assert visitor.get("/rete/").status_code == 200


def test_a_new_claim_is_on_every_page(visitor, at_once):
    visitor.get("/")
    brand = BrandSettings.load()
    brand.claim = "una valle intera"
    brand.save()
    assert "una valle intera" in visitor.get("/").content.decode()


def test_a_visitor_who_came_by_a_short_link_gets_the_kept_page(visitor, queries):
    """Its cookie holds a source's code and changes nothing of the page."""
    visitor.get("/")
    visitor.cookies["da"] = "abc"
    with queries(0):
        assert visitor.get("/").status_code == 200


def test_answers_with_cookies_errors_and_private_ones_are_not_kept():
    fine = HttpResponse("x", content_type="text/html")
    assert page_cache.keepable(fine)
    with_cookie = HttpResponse("x", content_type="text/html")
    with_cookie.set_cookie("a", "b")
    assert not page_cache.keepable(with_cookie)
    assert not page_cache.keepable(HttpResponse("x", status=404))
    assert not page_cache.keepable(HttpResponse("x", headers={"Cache-Control": "private"}))


def test_an_unreadable_cache_still_shows_the_page(visitor):
    """The page cache is a help, never a condition."""
    broken = mock.Mock(get=mock.Mock(side_effect=OSError), set=mock.Mock(side_effect=OSError))
    with mock.patch.object(page_cache, "cache", broken):
        assert visitor.get("/").status_code == 200


def test_a_made_up_host_is_refused_and_poisons_nothing(visitor):
    assert visitor.get("/la-rete/", HTTP_HOST="cattivo.example").status_code == 400
    assert "cattivo.example" not in visitor.get("/la-rete/").content.decode()
    visitor.get("/la-rete/", HTTP_X_FORWARDED_HOST="cattivo.example")
    assert "cattivo.example" not in visitor.get("/la-rete/").content.decode()


def test_what_networks_add_to_a_link_changes_nothing(visitor, queries):
    visitor.get("/la-rete/")
    with queries(0):
        assert visitor.get("/la-rete/?fbclid=abc&utm_source=mastodon").status_code == 200


def test_other_questions_in_the_address_are_not_kept(visitor, rf):
    assert visitor.get("/la-rete/?anteprima=x").status_code == 200
    assert not page_cache.cacheable(rf.get("/la-rete/?anteprima=x"))


def test_made_up_numbers_of_pages_and_ports_do_not_fill_the_cache(rf):
    for asked in ("99", "999", "0", "-1", "abc", "", "2&pagina=3", "2&p=3"):
        assert not page_cache.cacheable(rf.get(f"/notizie/?pagina={asked}")), asked
    assert page_cache.cacheable(rf.get("/notizie/?pagina=2"))
    one, two = (rf.get("/la-rete/", headers={"host": f"127.0.0.1:{port}"}) for port in (1, 2))
    assert page_cache.key(one) == page_cache.key(two)


def test_each_page_of_a_list_is_its_own(rf):
    first, second = (page_cache.key(rf.get(f"/notizie/?pagina={number}")) for number in (1, 2))
    assert len({first, second, page_cache.key(rf.get("/notizie/"))}) == 3


def test_a_kept_answer_has_the_headers_of_the_first(visitor):
    for path in ("/la-rete/", "/muro/feed.json"):
        first, second = (visitor.get(path) for _ in range(2))
        assert int(second.headers["Content-Length"]) == len(second.content)
        names = set(first.headers) - {"X-Request-Id"}
        assert {n: first.headers[n] for n in names} == {n: second.headers[n] for n in names}


def test_what_a_page_shows_and_who_may_see_it_hold_at_once(visitor, at_once):
    page = StandardPage.objects.get(slug="la-rete")
    picture = page.picture or get_image_model().objects.first()
    page.picture = picture
    page.save_revision().publish()
    visitor.get("/la-rete/")
    picture.description = "Due mani e una mela"
    picture.save()
    assert "Due mani e una mela" in visitor.get("/la-rete/").content.decode()
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert visitor.get("/la-rete/").status_code == 302
    restriction.delete()
    assert visitor.get("/la-rete/").status_code == 200
    page.move(ActionPage.objects.get(slug="emporion"), pos="last-child")
    assert visitor.get("/la-rete/").headers["Location"] == "/emporion/la-rete/"
    assert visitor.get("/emporion/la-rete/").status_code == 200


def test_a_site_with_another_name_is_followed_at_once(site):
    before = attribution.version()
    Site.objects.get().save()
    assert attribution.version() != before


@pytest.mark.parametrize("kind", ["login", "password", "groups"])
def test_a_private_page_is_kept_for_nobody(visitor, admin_client, kind):
    page = StandardPage.objects.get(slug="la-rete")
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password="mela")
    with mock.patch("cms.cache._keep") as kept:
        admin_client.get("/la-rete/", headers={"host": "127.0.0.1:8000"})
        visitor.get("/la-rete/")
        visitor.cookies["csrftoken"] = "a" * 32  # as after a visit to the form
        visitor.get("/la-rete/")
    assert not [call for call in kept.call_args_list if call.args[0].startswith("page:")]


def test_a_post_and_the_giving_form_are_never_kept(visitor, rf):
    assert not page_cache.cacheable(rf.post("/la-rete/"))
    for path in ("/dona/", "/admin/", "/s/abc", "/readyz", "/posta-di-prova/"):
        assert not page_cache.cacheable(rf.get(path)), path


def test_a_missing_page_is_not_kept(visitor, queries):
    assert visitor.get("/non-esiste/").status_code == 404
    page = StandardPage(title="Ora esiste", slug="non-esiste")
    from cms.models import HomePage

    HomePage.objects.get().add_child(instance=page)
    assert visitor.get("/non-esiste/").status_code == 200


def test_a_preview_is_not_kept(visitor):
    page = StandardPage.objects.get(slug="la-rete")
    page.title = "Solo una bozza"
    cards = StoredCard.objects.count()
    assert "Solo una bozza" in page.make_preview_request().content.decode()
    assert StoredCard.objects.count() == cards  # nor a card with that title
    assert "Solo una bozza" not in visitor.get("/la-rete/").content.decode()
