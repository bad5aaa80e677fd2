"""A page named its fund by the end of an address, which the treasury may change: now by key."""

import json

from django.db import migrations
from django.db.models import F, JSONField
from django.db.models.functions import Cast
from wagtail.blocks import StreamValue

GIVING = ("actionpage", "campaignpage")
PAGES = (*GIVING, "donatepage", "homepage", "standardpage")
BLOCKS = ("thermometer", "amounts", "donate")


def carried(bands, funds):
    """Whether something changed. A fund that is not there becomes none: its button led nowhere."""
    found = [band["value"] for band in bands if band["type"] in BLOCKS]
    for value in found:
        value["fund"] = funds.get(value.get("fund"))
    return bool(found)


def carry(apps, funds):
    for name in PAGES:
        model = apps.get_model("cms", name)
        block = model._meta.get_field("body").stream_block
        for pk, bands in model.objects.annotate(raw=Cast(F("body"), JSONField())).values_list(
            "pk", "raw"
        ):
            if bands and carried(bands, funds):
                model.objects.filter(pk=pk).update(body=StreamValue(block, bands, is_lazy=True))
    kept = apps.get_model("wagtailcore", "Revision").objects.filter(
        content_type__app_label="cms", content_type__model__in=PAGES
    )
    for revision in kept.iterator():
        bands = json.loads(revision.content.get("body") or "[]")
        changed = carried(bands, funds)
        if changed:
            revision.content["body"] = json.dumps(bands)
        if "fund" in revision.content:
            revision.content["fund"] = funds.get(revision.content["fund"])
            changed = True
        if changed:
            revision.save(update_fields=["content"])


def to_keys(apps, schema_editor):
    funds = dict(apps.get_model("donations", "Fund").objects.values_list("slug", "pk"))
    for name in GIVING:
        model = apps.get_model("cms", name)
        for pk, slug in model.objects.values_list("pk", "fund_slug"):
            model.objects.filter(pk=pk).update(fund_id=funds.get(slug))
    carry(apps, funds)


def to_slugs(apps, schema_editor):
    funds = {None: ""} | dict(apps.get_model("donations", "Fund").objects.values_list("pk", "slug"))
    for name in GIVING:
        model = apps.get_model("cms", name)
        for pk, fund in model.objects.values_list("pk", "fund_id"):
            model.objects.filter(pk=pk).update(fund_slug=funds.get(fund, ""))
    carry(apps, funds)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0004_funds_by_key"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(to_keys, to_slugs)]
