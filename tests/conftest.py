"""What every test may use. Missing outside services skip with a reason; REQUIRE_ALL=1 forbids it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.test import TransactionTestCase

from donations import seal
from migrated_database import copied, forget_templates
from tests_support import require_chromium

settings.VAR_DIR.mkdir(parents=True, exist_ok=True)  # where the test database is a file


@pytest.fixture(autouse=True)
def folders(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads, papers and mails of a test stay in its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "uploads")
    papers = apps.get_model("mail", "Attachment")._meta.get_field("file").storage
    for name in ("base_location", "location"):  # the fields hold it since they were made
        monkeypatch.setitem(vars(papers), name, str(tmp_path / "private"))
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    settings.EMAIL_BACKEND = "mail.queue.Queue"  # pytest-django puts its own in its place
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True)
def no_crowds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process knows of floods is of one test."""
    monkeypatch.setattr("donations.services.crowding._crowds", {})


@pytest.fixture(scope="session")
def browser():
    path = require_chromium()
    from playwright.sync_api import sync_playwright

    # Playwright leaves its loop set in this thread; the ORM is used beside it, never inside
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield running
        running.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """As Django's own runner does, random order or not: who empties the tables comes last."""
    items.sort(key=_empties_tables)


def _empties_tables(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    asked = set(getattr(item, "fixturenames", ()))
    return bool(
        (mark and mark.kwargs.get("transaction")) or asked & {"transactional_db", "live_server"}
    )


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[bool]:
    """Of several workers each has a copy of a database that one of them migrated."""
    reused = bool(request.config.getvalue("reuse_db"))
    if reused or "PYTEST_XDIST_WORKER" not in os.environ:
        yield reused
        return
    with copied(tmp_path_factory):
        yield True


def pytest_sessionfinish(session: pytest.Session) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        forget_templates(session.config._tmp_path_factory)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """What the migrations wrote is kept; pytest-django does so only where a mark asks for it."""
    with django_db_blocker.unblock():
        for connection in connections.all():
            WRITTEN[connection.alias] = connection.creation.serialize_db_to_string()


WRITTEN: dict[str, str] = {}  # not on the connection: once a browser runs, there is another one
flush = TransactionTestCase._fixture_teardown


def flush_and_restore(case: TransactionTestCase) -> None:
    """What the migrations wrote (roles, collections, approval) is there for the next one."""
    case.serialized_rollback = True  # or the flush would write content types of its own,
    for model in apps.get_models():  # as would whoever asks for one while they are away
        ContentType.objects.get_for_model(model, for_concrete_model=False)
    for name, written in WRITTEN.items():
        connections[name]._test_serialized_contents = written
    for connection in connections.all():  # no product code does this
        seal.unseal(connection)
        seal.unseal_receipts(connection)
        seal.unseal_receipt_lines(connection)
        seal.unseal_consents(connection)
        seal.unseal_months(connection)
        seal.unseal_statements(connection)
    try:
        flush(case)
    finally:
        for connection in connections.all():
            seal.seal(connection)
            seal.seal_receipts(connection)
            seal.seal_receipt_lines(connection)
            seal.seal_consents(connection)
            seal.seal_months(connection)
            seal.seal_statements(connection)
            seal.seal_terms(connection)
    for name, written in WRITTEN.items():
        connections[name].creation.deserialize_db_from_string(written)


TransactionTestCase._fixture_teardown = flush_and_restore
