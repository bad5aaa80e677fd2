"""No page stands where an address of the product's own would hide it."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import get_resolver, reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html

from cms import address
from cms.models import HomePage, StandardPage
from config.health import ANSWERS

pytestmark = pytest.mark.django_db
TOLD = "è un indirizzo che il sito usa già: scegline un altro"


@pytest.fixture
def home(site):
    return HomePage.objects.get()


@pytest.fixture
def rita(site):
    client = Client()
    client.force_login(get_user_model().objects.get(username="rita"))
    return client


def first_parts(patterns):
    for pattern in patterns:
        route = re.sub(r"^\^", "", str(pattern.pattern))
        if route:
            yield re.split(r"[/?$]", route)[0].replace("\\", "")
        else:
            yield from first_parts(pattern.url_patterns)


def test_the_list_is_what_the_site_answers():
    parts = set(first_parts(get_resolver().url_patterns))
    parts = {part for part in parts if not part.startswith("((")}  # Wagtail's pages themselves
    assert parts | {path.strip("/") for path in ANSWERS} | {"static"} == address.FIXED


@pytest.mark.parametrize("slug", sorted(slug for slug in address.FIXED if "." not in slug))
def test_a_new_page_does_not_take_one(rita, home, slug):
    new = reverse("wagtailadmin_pages:add", args=["cms", "standardpage", home.pk])
    typed = querydict_from_html(rita.get(new).content.decode(), form_id="page-edit-form")
    typed = typed | {"title": "Nostra", "slug": slug, "body-count": "0", "action-publish": "1"}
    answer = rita.post(new, typed)
    assert TOLD in answer.content.decode()
    assert not Page.objects.filter(slug=slug).exists()


def test_neither_does_an_edited_a_copied_or_a_moved_one(rita, home):
    page = StandardPage.objects.get(slug="la-rete")
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    typed = querydict_from_html(rita.get(edit).content.decode(), form_id="page-edit-form")
    answer = rita.post(edit, typed | {"slug": "privacy", "body-count": "0", "action-publish": "1"})
    assert TOLD in answer.content.decode()
    copy = reverse("wagtailadmin_pages:copy", args=[page.pk])
    asked = {"new_title": "Dona", "new_slug": "dona", "new_parent_page": home.pk}
    assert TOLD in rita.post(copy, asked).content.decode()
    below = page.add_child(instance=StandardPage(title="Muro", slug="muro"))
    move = reverse("wagtailadmin_pages:move_confirm", args=[below.pk, home.pk])
    assert TOLD in rita.post(move, follow=True).content.decode()
    many = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    moved = {"chooser": home.pk, "move_applied": "1"}
    assert TOLD in rita.post(f"{many}?id={below.pk}", moved, follow=True).content.decode()
    assert StandardPage.objects.get(pk=below.pk).get_parent().pk == page.pk
    below.slug = "il-muro"
    below.save()
    rita.post(f"{many}?id={below.pk}", moved, follow=True)
    assert StandardPage.objects.get(pk=below.pk).get_parent().pk == home.pk


def test_further_down_they_are_free(rita, home):
    parent = StandardPage.objects.get(slug="la-rete")
    new = reverse("wagtailadmin_pages:add", args=["cms", "standardpage", parent.pk])
    typed = querydict_from_html(rita.get(new).content.decode(), form_id="page-edit-form")
    rita.post(
        new, typed | {"title": "P", "slug": "privacy", "body-count": "0", "action-publish": "1"}
    )
    assert Page.objects.get(slug="privacy").live


def test_whoever_makes_pages_without_the_form_is_told_too(home):
    with pytest.raises(ValidationError, match="privacy"):
        home.add_child(instance=StandardPage(title="Privacy", slug="privacy"))


def test_one_that_stands_there_already_is_named(home):
    StandardPage.objects.filter(slug="la-rete").update(slug="privacy")
    (found,) = [one for one in run_checks(databases=["default"]) if one.id == "segnopiu.W004"]
    assert "/privacy/" in found.msg
    assert str(StandardPage.objects.get(slug="privacy").pk) in found.hint
