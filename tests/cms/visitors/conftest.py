"""The demonstration site, as a visitor finds it."""

import pytest
from django.core.cache import cache as shared
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from attribution import services as attribution
from campaigns.models import Campaign
from cms import cache, demo

# one address for each type of page, and one that is not there
ADDRESSES = (
    "/",
    "/emporion/",
    "/notizie/",
    "/notizie/quaranta-quintali-di-mele/",
    "/donoday/",
    "/che-cosa-fa-il-tuo-dono/",
    "/la-rete/",
    "/privacy/",
    "/non-esiste/",
)


@pytest.fixture(autouse=True)
def fresh_stamp(folders):
    """The stamp that a process remembers for a second belongs to one test only."""
    shared.clear()
    cache._stamp = ("", float("-inf"))
    yield
    cache._stamp = ("", float("-inf"))


def load() -> None:
    with translation.override("it"):
        demo.load()


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demonstration content, loaded once for a module and rolled back after it."""
    uploads = tmp_path_factory.mktemp("uploads")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=str(uploads)),
        transaction.atomic(),
    ):
        load()
        # Celery's doorbell and the like belong to commits; this one never comes
        transaction.get_connection().run_on_commit = []
        yield uploads
        transaction.set_rollback(True)


@pytest.fixture
def site(folders, loaded, db, settings):
    settings.MEDIA_ROOT = str(loaded)


@pytest.fixture
def campaign(site):
    return Campaign.objects.get()


@pytest.fixture
def node(campaign):
    """The campaign's own source."""
    return attribution.source(kind="campaign", key=str(campaign.pk), label=campaign.name)
