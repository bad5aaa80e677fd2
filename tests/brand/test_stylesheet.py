"""The public sheets hold nothing that no page uses."""

import re
from pathlib import Path

from django.conf import settings

ROOMS = ("brand", "cms", "campaigns", "donations", "mail", "media")
SHEETS = ("brand/static/brand/site.css", "donations/static/donations/giving.css")


def test_every_class_of_the_sheets_is_used() -> None:
    base = Path(settings.BASE_DIR)
    written = " ".join(
        path.read_text("utf-8")
        for room in ROOMS
        for kind in ("templates/**/*.html", "**/*.py")
        for path in (base / room).glob(kind)
    )
    words = set(re.findall(r"[\w-]+", written))
    for sheet in SHEETS:
        text = re.sub(r"/\*.*?\*/|url\([^)]*\)|\{[^{}]*\}", " ", (base / sheet).read_text("utf-8"))
        named = set(re.findall(r"\.([a-z][\w-]*)", text))
        assert sorted(named - words) == [], sheet
