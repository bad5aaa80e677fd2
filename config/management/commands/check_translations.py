"""Is every string that users see translated into Italian? Used by `make check`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
ROOMS = (
    "attribution", "brand", "campaigns", "cms", "config",
    "donations", "mail", "media", "outbox", "people",
)  # fmt: skip


class Command(BaseCommand):
    help = "Fails when a message of ours has no Italian translation, or a translation no message."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        faults = [fault for room in ROOMS for fault in check(Path(settings.BASE_DIR) / room)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("Italian is complete.")


def check(room: Path) -> list[str]:
    catalogue = room / "locale" / "it" / "LC_MESSAGES" / "django.po"
    entries = {e.msgid: e for e in polib.pofile(str(catalogue))} if catalogue.exists() else {}
    used = set(messages(room))
    missing = sorted(m for m in used if m not in entries or not entries[m].translated())
    stale = sorted(m for m in entries if m not in used)
    return [f"{room.name}: not in Italian: {m!r}" for m in missing] + [
        f"{room.name}: translated but not used: {m!r}" for m in stale
    ]


def messages(room: Path) -> Iterator[str]:
    for path in room.rglob("*.py"):
        if "migrations" not in path.parts:
            yield from python_messages(path.read_text())
    for suffix in ("html", "txt", "js"):
        for path in room.rglob(f"templates/**/*.{suffix}"):
            yield from python_messages_loosely(templatize(path.read_text(), str(path)))


def python_messages(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in CALLS:
            words = [a.value for a in node.args if isinstance(a, ast.Constant)]
            texts = [word for word in words if isinstance(word, str)]
            if not texts:
                continue
            yield texts[1] if _name(node.func).startswith("pgettext") else texts[0]


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def python_messages_loosely(blotted: str) -> Iterator[str]:
    """`templatize` leaves gettext calls among blotted-out text that is no Python."""
    for found in re.finditer(
        r"\b(gettext|ngettext|pgettext|npgettext)\((.*?)\)(?=[\sA-Z]|$)", blotted, re.DOTALL
    ):
        try:
            yield from python_messages(f"{found[1]}({found[2]})")
        except SyntaxError:
            continue
