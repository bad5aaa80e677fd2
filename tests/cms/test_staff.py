"""What the editors see: every page type opens, every block shows itself, roles end where they end."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html

from brand.models import BrandSettings
from cms.blocks import BANDS, COLUMN
from people import roles
from tests.cms.conftest import PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, django_user_model):
    def sign_in(role: str):
        user = django_user_model.objects.create_user("prova", password="x")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


def _pages() -> list[Page]:
    slugs = [path.strip("/").split("/")[-1] or "home" for path in PAGES.values()]
    return list(Page.objects.filter(slug__in=slugs, depth__gt=1))


def test_the_editors_open_every_page_type(site, sign_in):
    editor = sign_in(roles.EDITORS)
    found = _pages()
    assert len(found) == len(PAGES)
    for page in found:
        answer = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert answer.status_code == 200, page


@pytest.mark.parametrize("taken", ["emporion", "dona"])  # by another page, by the site itself
def test_an_address_that_is_taken_is_told_and_loses_nothing(site, sign_in, taken):
    editor, page = sign_in(roles.EDITORS), Page.objects.get(slug="la-rete")
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    typed = querydict_from_html(editor.get(address).content.decode(), form_id="page-edit-form")
    typed["slug"], typed["title"] = taken, "La rete, riscritta"
    answer = editor.post(address, typed | {"body-count": "0", "action-publish": "1"})
    form = answer.context["form"]
    assert list(form.errors) == ["slug"] and taken in form.errors["slug"][0]
    assert 'value="La rete, riscritta"' in answer.content.decode()
    page.refresh_from_db()
    assert page.slug == "la-rete"


@pytest.mark.parametrize("role", [roles.TREASURY, roles.CAMPAIGNERS, roles.REVIEW_COOPERATION])
def test_others_do_not_edit_pages(site, sign_in, role):
    client = sign_in(role)
    page = Page.objects.get(slug="la-rete")
    answer = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert answer.status_code in (302, 403)
    answer = client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert answer.status_code in (302, 403)
    assert Page.objects.filter(pk=page.pk).exists()


def test_the_admin_shows_the_network_and_not_its_maker(site, sign_in):
    page = sign_in(roles.CAMPAIGNERS).get("/admin/").content.decode()
    brand, title = BrandSettings.load(), re.search(r"<title>(.*?)</title>", page, re.S)
    assert "Nessun pagamento è reale" in page  # no key of Stripe: every page says so
    assert f"<span>{brand.name}</span>" in page and "Wagtail" not in title[1]
    assert "wagtail.org" not in page and "keyboard-shortcuts-trigger" in page


def test_who_keeps_no_pages_sees_no_count_of_them(site, sign_in):
    assert "w-summary" not in sign_in(roles.CAMPAIGNERS).get("/admin/").content.decode()


def test_the_editors_see_how_much_there_is(site, sign_in):
    assert "w-summary" in sign_in(roles.EDITORS).get("/admin/").content.decode()


def test_the_editors_do_not_change_the_identity(site, sign_in):
    address = reverse("wagtailsettings:edit", args=["brand", "legalsettings"])
    assert sign_in(roles.EDITORS).get(address, follow=False).status_code in (302, 403)


def test_every_block_shows_itself_before_it_is_chosen(site, admin_client):
    address = reverse("wagtailadmin_block_preview")
    for name, block in BANDS + COLUMN:
        assert block.is_previewable, name
        assert block.meta.icon and block.label and block.get_description(), name
        answer = admin_client.get(address, {"id": block.definition_prefix})
        assert answer.status_code == 200, name
        page = answer.content.decode()
        assert "brand/site" in page and len(re.sub(r"<[^>]+>|\s", "", page)) > 40, name


def test_templates_of_lower_rooms_load_nothing_from_cms():
    for room in settings.BASE_DIR.iterdir():
        if room.name == "cms" or not (Path(room) / "templates").is_dir():
            continue
        for template in (Path(room) / "templates").rglob("*.*"):
            text = template.read_text()
            assert not re.search(r"{%\s*load [^%]*\bcms_tags\b", text), template
            assert not re.search(r"{%\s*(include|extends) [\"']cms/", text), template
