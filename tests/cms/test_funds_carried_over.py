"""Pages of an installation from before name their funds by key now, there and back."""

import json
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from wagtail.blocks import StreamValue
from wagtail.models import Page

from cms.models import ActionPage, HomePage
from donations.models import Fund


@pytest.mark.django_db(transaction=True)
def test_pages_blocks_and_revisions():
    root = Page.objects.get(depth=1)
    fund = Fund.objects.create(slug="tetti", name="Tetti")
    home = root.add_child(instance=HomePage(title="Casa", slug="casa"))
    page = home.add_child(instance=ActionPage(title="Tetti", slug="tetti", fund=fund))
    block = ActionPage._meta.get_field("body").stream_block
    bands = [
        {"type": "donate", "id": "1", "value": {"heading": "Dai", "text": "", "fund": fund.pk}},
        {"type": "amounts", "id": "2", "value": {"heading": "Dai", "fund": None}},
        {"type": "quote", "id": "3", "value": {"words": "Mele"}},
    ]
    page.body = StreamValue(block, bands, is_lazy=True)
    page.save()
    revision = page.save_revision()

    MigrationExecutor(connection).migrate([("cms", "0003_who_may_redirect")])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT fund, body FROM cms_actionpage")
            slug, body = cursor.fetchone()
        body = json.loads(body) if isinstance(body, str) else body
        assert slug == "tetti"
        assert [band["value"].get("fund") for band in body] == ["tetti", "", None]
        revision.refresh_from_db()
        assert revision.content["fund"] == "tetti"
        assert '"tetti"' in revision.content["body"]
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    page = ActionPage.objects.get()
    assert page.fund == fund
    assert [band.value.get("fund") for band in page.body] == [fund, None, None]
    kept = page.revisions.get().as_object()
    assert kept.fund == fund and kept.body[0].value["fund"] == fund


def test_a_name_that_nothing_answers_to_becomes_none():
    carried = import_module("cms.migrations.0005_carry_funds_over").carried
    bands = [{"type": "donate", "value": {"fund": "refuso"}}]
    assert carried(bands, {"tetti": 1}) and bands[0]["value"]["fund"] is None
