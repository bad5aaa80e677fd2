"""The demonstration site, made once for a module: every page type with its usual blocks."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone, translation

from attribution import services as attribution
from attribution.models import Source
from campaigns.models import Account, Campaign, Delivery, Post, WallEntry
from cms import cache as page_cache

# page type, path
PAGES = {
    "home": "/",
    "campaign": "/donoday/",
    "action": "/emporion/",
    "news": "/notizie/",
    "article": "/notizie/quaranta-quintali-di-mele/",
    "giving": "/che-cosa-fa-il-tuo-dono/",
    "standard": "/la-rete/",
}


HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A module in one process: the demonstration takes long to load."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group(f"cms-{item.path.stem}"))


def load_demonstration() -> None:
    from cms import demo
    from config import demonstration

    demonstration.make_logins()
    with translation.override("it"):
        demo.load()


def on_the_wall(**fields: Any) -> WallEntry:
    """A post of the demonstration's campaign, as its delivery left it on the wall."""
    campaign = Campaign.objects.get()
    now = timezone.now()
    delivery = Delivery.objects.create(
        post=Post.objects.create(campaign=campaign, text="Due mele"),
        account=Account.objects.get_or_create(channel="wall", defaults={"name": "Muro"})[0],
        planned_at=now,
    )
    words = {"text": "Due mele", "alt": "Due mele", "published_at": now} | fields
    return WallEntry.objects.create(delivery=delivery, campaign=campaign, **words)


def count_from_one() -> None:
    """PostgreSQL does not take back the numbers of what was rolled back; addresses hold them."""
    with connection.cursor() as cursor:
        for words in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(words)


@pytest.fixture(autouse=True)
def forgets(monkeypatch, folders):
    """No page and no stamp of the test before."""
    monkeypatch.setattr(page_cache, "_stamp", ("", 0.0))
    cache.clear()


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """Loaded in a transaction around the module's tests; gives the folder of the pictures."""
    folder: Path = tmp_path_factory.mktemp("uploads")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=str(folder)),
        transaction.atomic(),
    ):
        count_from_one()
        load_demonstration()
        yield folder
        transaction.set_rollback(True)


@pytest.fixture
def site(loaded, db, settings):
    settings.MEDIA_ROOT = str(loaded)


@pytest.fixture
def visitor(site) -> Client:
    return Client(HTTP_HOST="127.0.0.1:8000")


@pytest.fixture
def campaign(site) -> Campaign:
    return Campaign.objects.get()


@pytest.fixture
def node(campaign) -> Source:
    """The campaign's own source."""
    return attribution.source(kind="campaign", key=str(campaign.pk), label=campaign.name)
