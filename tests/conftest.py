"""What every test may use. Missing outside services skip with a reason; REQUIRE_ALL=1 forbids it."""

import os
from pathlib import Path

import pytest

from tests_support import require_chromium


@pytest.fixture(autouse=True)
def folders(settings, tmp_path: Path) -> None:
    """Uploads, papers and mails of a test stay in its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "uploads")
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "private")},
        },
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


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
