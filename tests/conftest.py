"""What every test may use. Missing outside services skip with a reason; REQUIRE_ALL=1 forbids it."""

import os
from pathlib import Path

import pytest


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


def missing(reason: str) -> None:
    """Skips the test with the reason, which says how to get what is missing."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"REQUIRE_ALL=1, but {reason}")
    pytest.skip(reason)
