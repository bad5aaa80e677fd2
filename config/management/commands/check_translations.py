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
        rooms = [Path(settings.BASE_DIR) / room for room in ROOMS]
        faults = [fault for room in rooms for fault in check(room)] + quarrels(rooms)
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("Italian is complete.")


Message = tuple[str, str]  # what it is about (pgettext), the words


def check(room: Path) -> list[str]:
    entries = catalogue(room)
    used = set(messages(room))
    missing = sorted(m for m in used if m not in entries or not entries[m].translated())
    stale = sorted(m for m in entries if m not in used)
    return [f"{room.name}: not in Italian: {shown(m)}" for m in missing] + [
        f"{room.name}: translated but not used: {shown(m)}" for m in stale
    ]


def quarrels(rooms: list[Path]) -> list[str]:
    """One word, two translations: Django has one catalogue, so one room would speak for both."""
    said: dict[Message, dict[str, str]] = {}
    for room in rooms:
        for message, entry in catalogue(room).items():
            words = entry.msgstr or repr(sorted(entry.msgstr_plural.items()))
            said.setdefault(message, {}).setdefault(words, room.name)
    return [
        f"{' and '.join(found.values())} differ on {shown(message)} (use pgettext): {sorted(found)}"
        for message, found in sorted(said.items())
        if len(found) > 1
    ]


def catalogue(room: Path) -> dict[Message, polib.POEntry]:
    path = room / "locale" / "it" / "LC_MESSAGES" / "django.po"
    entries = polib.pofile(str(path)) if path.exists() else []
    return {(entry.msgctxt or "", entry.msgid): entry for entry in entries}


def shown(message: Message) -> str:
    context, words = message
    return f"{words!r} ({context})" if context else repr(words)


def messages(room: Path) -> Iterator[Message]:
    for path in room.rglob("*.py"):
        if "migrations" not in path.parts:
            yield from python_messages(path.read_text())
    for suffix in ("html", "txt", "js"):
        for path in room.rglob(f"templates/**/*.{suffix}"):
            yield from python_messages_loosely(templatize(path.read_text(), str(path)))


def python_messages(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in CALLS:
            words = [a.value for a in node.args if isinstance(a, ast.Constant)]
            texts = [word for word in words if isinstance(word, str)]
            if not texts:
                continue
            about = _name(node.func).startswith("pgettext")
            yield (texts[0], texts[1]) if about else ("", texts[0])


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def python_messages_loosely(blotted: str) -> Iterator[Message]:
    """`templatize` leaves gettext calls among blotted-out text that is no Python."""
    for found in re.finditer(
        r"\b(gettext|ngettext|pgettext|npgettext)\((.*?)\)(?=[\sA-Z]|$)", blotted, re.DOTALL
    ):
        try:
            yield from python_messages(f"{found[1]}({found[2]})")
        except SyntaxError:
            continue
