"""Whole pages are kept for visitors, never old, never somebody else's."""

from unittest import mock

from django.test import Client

from brand.models import BrandSettings
from cms import cache
from cms.models import DonatePage, StandardPage


def a_second_later() -> None:
    cache._stamp = (cache._stamp[0], float("-inf"))


def renders(client: Client, address: str, **extra: object) -> bool:
    """Whether the page was made anew."""
    with mock.patch("cms.cache.keepable", wraps=cache.keepable) as asked:
        assert client.get(address, **extra).status_code == 200
        return asked.called


def test_a_kept_page_asks_the_database_at_most_for_the_stamp(
    site, client, django_assert_max_num_queries
):
    first = client.get("/donoday/")
    with django_assert_max_num_queries(1):
        again = client.get("/donoday/")
    assert again.content == first.content
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def test_a_page_taken_down_is_gone(site, client):
    client.get("/la-rete/")
    StandardPage.objects.get(slug="la-rete").unpublish()
    a_second_later()
    assert client.get("/la-rete/").status_code == 404


def test_a_page_moved_or_deleted_is_gone(site, client):
    client.get("/la-rete/")
    client.get("/che-cosa-fa-il-tuo-dono/")
    page = StandardPage.objects.get(slug="la-rete")
    page.slug = "rete"
    page.save_revision().publish()
    DonatePage.objects.get().delete()
    a_second_later()
    assert client.get("/la-rete/").status_code == 404
    assert client.get("/che-cosa-fa-il-tuo-dono/").status_code == 404
    assert client.get("/rete/").status_code == 200


def test_a_new_claim_is_on_every_page(site, client):
    client.get("/")
    brand = BrandSettings.load()
    brand.claim = "una valle intera"
    brand.save()
    a_second_later()
    assert "una valle intera" in client.get("/").content.decode()


def test_a_visitor_who_came_by_a_short_link_gets_the_kept_page(site, client):
    """Its cookie holds a source's code and changes nothing of the page."""
    client.get("/")
    client.cookies["da"] = "abc"
    assert not renders(client, "/")


def test_answers_with_cookies_errors_and_private_ones_are_not_kept():
    from django.http import HttpResponse

    fine = HttpResponse("x", content_type="text/html")
    assert cache.keepable(fine)
    with_cookie = HttpResponse("x", content_type="text/html")
    with_cookie.set_cookie("a", "b")
    assert not cache.keepable(with_cookie)
    assert not cache.keepable(HttpResponse("x", status=404))
    assert not cache.keepable(HttpResponse("x", headers={"Cache-Control": "private"}))


def test_an_unreadable_cache_still_shows_the_page(site, client):
    """The page cache is a help, never a condition."""
    broken = mock.Mock(get=mock.Mock(side_effect=OSError), set=mock.Mock(side_effect=OSError))
    with mock.patch("cms.cache.cache", broken):
        assert client.get("/").status_code == 200
