"""A page's buttons give to a fund by its key, whatever becomes of its name, address and gifts."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import querydict_from_html

from cms import cache as page_cache
from cms.blocks import BANDS
from cms.models import CampaignPage
from donations.models import Fund

pytestmark = pytest.mark.django_db
CLOSED = "scegli un altro fondo, o nessuno."


@pytest.fixture
def donoday(site, monkeypatch):
    monkeypatch.setattr(page_cache, "STAMP_SECONDS", 0)
    return Fund.objects.get(slug="donoday")


@pytest.fixture
def rita():
    client = Client()
    client.force_login(get_user_model().objects.get(username="rita"))
    return client


def editing(client, page):
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return address, client.get(address).content.decode()


def test_a_renamed_fund_is_followed(donoday, visitor):
    before = visitor.get("/donoday/").content.decode()
    assert "&amp;fondo=donoday" in before
    donoday.slug, donoday.name = "scaffale", "Lo scaffale"
    donoday.save()
    after = visitor.get("/donoday/").content.decode()
    assert "&amp;fondo=scaffale" in after
    assert "fondo=donoday" not in after


@pytest.mark.parametrize("end", ["closed", "deleted"])
def test_without_its_fund_a_page_still_stands(donoday, visitor, end):
    if end == "deleted":
        donoday.delete()
    else:
        donoday.active = False
        donoday.save()
    for address in ("/", "/donoday/"):
        page = visitor.get(address)
        assert page.status_code == 200
        assert "fondo=" not in page.content.decode().replace("fondo=emporion", "")


def test_the_editor_chooses_among_the_funds(donoday, rita):
    _address, form = editing(rita, CampaignPage.objects.get())
    assert form.count("Sceglie chi dona") and "Cantieri" in form
    typed = querydict_from_html(form, form_id="page-edit-form")
    assert typed["fund"] == str(donoday.pk)


@pytest.mark.parametrize("where", ["page", "block"])
def test_the_editor_is_told_of_a_closed_fund(donoday, rita, where):
    page = CampaignPage.objects.get()
    if where == "page":
        page.body = []
    else:
        page.fund = None
    page.save_revision().publish()
    donoday.active = False
    donoday.save()
    address, form = editing(rita, page)
    typed = querydict_from_html(form, form_id="page-edit-form")
    typed = typed | ({"body-count": "0"} if where == "page" else _amounts(donoday))
    answer = rita.post(address, typed | {"action-publish": "1"}).content.decode()
    assert CLOSED in answer
    assert "(chiuso)" in answer


def _amounts(fund):
    """One band as the editor's script sends it."""
    one = {
        "deleted": "", "order": "0", "type": "amounts", "id": "",
        "value-heading": "Quanto fa?", "value-tone": "", "value-note": "",
        "value-fund": str(fund.pk), "value-amounts-count": "1",
        "value-amounts-0-deleted": "", "value-amounts-0-order": "0", "value-amounts-0-id": "",
        "value-amounts-0-value-euros": "15", "value-amounts-0-value-meaning": "La spesa",
    }  # fmt: skip
    return {"body-count": "1", **{f"body-0-{name}": value for name, value in one.items()}}


@pytest.mark.parametrize("kind", ["thermometer", "amounts", "donate"])
def test_each_block_keeps_the_key(donoday, kind):
    fund = dict(BANDS)[kind].child_blocks["fund"]
    assert fund.get_prep_value(donoday) == donoday.pk
    assert fund.to_python(donoday.pk) == donoday
    assert fund.to_python(0) is None
