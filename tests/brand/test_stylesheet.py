"""The public sheets hold nothing that no page uses."""

import re
from pathlib import Path

from django.conf import settings

ROOMS = ("brand", "cms", "campaigns", "donations", "mail", "media")
TONES = ("ok", "go", "info", "warn", "bad", "mute")
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


def test_every_class_of_ours_in_the_staffs_sheet_is_used() -> None:
    base = Path(settings.BASE_DIR)
    written = " ".join(
        path.read_text("utf-8")
        for room in ROOMS
        for kind in ("templates/**/*.html", "**/*.py", "static/**/*.js")
        for path in (base / room).glob(kind)
    )
    words = set(re.findall(r"[\w-]+", written)) | {f"sp-{tone}" for tone in TONES}
    text = (base / "brand/static/brand/admin/segnopiu-admin.css").read_text("utf-8")
    named = set(re.findall(r"\.(sp-[\w-]*)", text))
    assert sorted(named - words) == []


def test_the_marks_of_a_form_are_styled() -> None:
    """What a form is made of stands in a sheet; a class taken away would show a bare browser box."""
    base = Path(settings.BASE_DIR)
    styled = " ".join((base / sheet).read_text("utf-8") for sheet in SHEETS)
    form = (base / "donations/templates/donations/give.html").read_text("utf-8")
    used = {name for names in re.findall(r'class="([^"{]+)"', form) for name in names.split()}
    assert sorted(name for name in used if f".{name}" not in styled) == []


def test_a_face_has_the_same_weights_in_each_of_its_files() -> None:
    """Otherwise the browser picks one file by weight, and letters of the other fall to a system
    face."""
    tokens = (Path(settings.BASE_DIR) / "brand/static/brand/tokens.css").read_text("utf-8")
    faces = re.findall(r'font-family: "(\w+)"; .*?font-weight: ([\d ]+);', tokens)
    assert len(faces) == 4 and len(set(faces)) == 2
