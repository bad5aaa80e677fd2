"""What is wrong with a mail's words, in sentences for whoever wrote them."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from donations.letters import markup
from donations.letters.defaults import Words
from donations.letters.placeholders import SPARED, Placeholder

SUBJECT = 78  # RFC 5322 2.1.1, and more than a phone shows
SAFE = ("https", "http", "mailto")
Problems = dict[str, list[str]]
_BRACES = re.compile(r"\{([^{}]*)\}")
_A_NAME = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/?#].*)?", re.IGNORECASE)


def problems(
    kind: str, words: Words, *, placeholders: Iterable[Placeholder], parts: Iterable[str]
) -> Problems:
    """By field; empty when all is well."""
    known = {one.name: one for one in placeholders}
    pieces = set(parts)
    found: Problems = {"subject": [], "heading": [], "words": []}
    in_a_line = {name for name, one in known.items() if not one.link}
    for name in ("subject", "heading"):
        text = getattr(words, name)
        found[name] += _unknown(text, in_a_line)
        if not text.strip():
            found[name].append(_("Write something here."))
    if len(words.subject) > SUBJECT:
        found["subject"].append(
            _("At most %(most)s characters: phones show even fewer.") % {"most": SUBJECT}
        )
    found["words"] += _unknown(words.words, {*known, *pieces})
    found["words"] += _misplaced(words.words, pieces)
    found["words"] += _links(words.words, {name for name, one in known.items() if one.link})
    found["words"] += _missing(kind, words, known, pieces)
    if not words.words.strip():
        found["words"].append(_("Write something here."))
    return {field: told for field, told in found.items() if told}


def _unknown(text: str, allowed: set[str]) -> Iterator[str]:
    names = [name for name in _BRACES.findall(text) if name not in allowed]
    for name in dict.fromkeys(names):
        near = get_close_matches(name.strip().lower(), allowed, n=1)
        said = {"name": f"{{{name}}}", "allowed": _listed(allowed)}
        if near:
            yield _(
                "There is no placeholder %(name)s here. Did you mean %(near)s? Allowed are: "
                "%(allowed)s."
            ) % {**said, "near": f"{{{near[0]}}}"}
        else:
            yield _("There is no placeholder %(name)s here. Allowed are: %(allowed)s.") % said
    if re.search(r"[{}]", _BRACES.sub("", text)):
        yield _("A brace stands alone: a placeholder is a name between two, such as {nome}.")


def _misplaced(text: str, pieces: set[str]) -> Iterator[str]:
    alone = {block.alone for block in markup.read(text)}
    for name in sorted(pieces):
        if name in markup.named(text) and (name not in alone or text.count(f"{{{name}}}") > 1):
            yield _(
                "%(name)s is a piece of the layout: it stands once, in a paragraph of its own."
            ) % {"name": f"{{{name}}}"}


def _missing(
    kind: str, words: Words, known: dict[str, Placeholder], pieces: set[str]
) -> Iterator[str]:
    written = set(markup.named(words.words))
    needed = {name for name, one in known.items() if one.needed}
    needed |= {name for name in pieces if (kind, name) not in SPARED}
    for name in sorted(needed - written):
        yield _("%(name)s is missing: without it the mail does not do what it is for.") % {
            "name": f"{{{name}}}"
        }


def _links(text: str, places: set[str]) -> Iterator[str]:
    for block in markup.read(text):
        for run in (run for line in block.lines for run in line if run.href):
            name = markup.PLACEHOLDER.fullmatch(run.href)
            if name:
                if name[1] not in places:
                    yield _("%(name)s is no address: a link cannot lead there.") % {"name": name[0]}
            elif urlsplit(run.href).scheme.lower() not in SAFE:
                yield _(
                    "The link “%(label)s” leads to “%(address)s”: write the whole address, from "
                    "https:// on."
                ) % {"label": run.text, "address": run.href}
            elif _says_another(run.text, run.href):
                yield _(
                    "The link says “%(label)s” and leads to “%(address)s”: mail programs take that "
                    "for a fraud. Write words, or the same address."
                ) % {"label": run.text, "address": run.href}


def _says_another(label: str, href: str) -> bool:
    said = _A_NAME.fullmatch(label.strip())
    return bool(said) and said[1].lower() != (urlsplit(href).hostname or "").lower()  # type: ignore[index]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
