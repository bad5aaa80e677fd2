"""The light markup of a mail's words: paragraphs, lists, **bold**, *italic*, [words](address).

It is read before anything is laid in for a {placeholder}: what a donor wrote is never markup, and
no word of it reaches the engine of the templates.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")
_INLINE = re.compile(r"\[([^\]]+)\]\(([^()\s]+)\)|\*\*(.+?)\*\*|\*(\S(?:.*?\S)?)\*")
_MARGIN = "margin:0 0 18px;"


@dataclass(frozen=True)
class Run:
    """Words that look alike."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""
    language: str = ""  # empty: that of the mail


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Block:
    """A paragraph with its lines, or a list with its items."""

    lines: tuple[Line, ...]
    listed: bool = False

    @property
    def alone(self) -> str:
        """The name of the placeholder that is all of it, or ""."""
        if len(self.lines) != 1 or len(self.lines[0]) != 1:
            return ""
        found = PLACEHOLDER.fullmatch(self.lines[0][0].text)
        return found[1] if found else ""


@dataclass(frozen=True)
class Part:
    """A piece of the layout that stands between the words: a button, a box with figures."""

    html: str
    text: str


@dataclass(frozen=True)
class Said:
    """What stands for the placeholders. None: whatever speaks of it is left out. `foreign`: the language
    of those that are not in the mail's own."""

    values: Mapping[str, str | None]
    links: frozenset[str] = frozenset()
    parts: Mapping[str, Part] = field(default_factory=dict)
    foreign: Mapping[str, str] = field(default_factory=dict)


def read(words: str) -> list[Block]:
    paragraphs = re.split(r"\n\s*\n", words.replace("\r\n", "\n").strip())
    return [_block(one.split("\n")) for one in paragraphs if one.strip()]


def _block(lines: list[str]) -> Block:
    listed = all(line.startswith("- ") for line in lines)
    bare = [line.removeprefix("- ") if listed else line for line in lines]
    return Block(tuple(tuple(_runs(line.strip(), Run(""))) for line in bare), listed)


def _runs(text: str, like: Run) -> Iterator[Run]:
    end = 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            yield replace(like, text=text[end : found.start()])
        label, href, bold, italic = found.groups()
        if label:
            yield from _runs(label, replace(like, href=href))
        elif bold:
            yield from _runs(bold, replace(like, bold=True))
        else:
            yield from _runs(italic, replace(like, italic=True))
        end = found.end()
    if end < len(text):
        yield replace(like, text=text[end:])


def plain(text: str, said: Said) -> str:
    """One line without markup, such as a subject."""
    return " ".join(_laid(text, said).split())


def plain_html(text: str, said: Said) -> SafeString:
    """The same line within a page, such as a heading."""
    line = _filled((Run(text),), replace(said, links=frozenset()))
    return mark_safe(_tagged(line))  # noqa: S308  escaped run by run


def to_html(blocks: Iterable[Block], said: Said) -> SafeString:
    made = (_html(block) for block in _spoken(blocks, said))
    return mark_safe("\n".join(made))  # noqa: S308  escaped run by run


def to_text(blocks: Iterable[Block], said: Said) -> str:
    return "\n\n".join(_text(block) for block in _spoken(blocks, said))


def _spoken(blocks: Iterable[Block], said: Said) -> Iterator[Block | Part]:
    """With everything laid in, without what has nothing to say."""
    for block in blocks:
        if block.alone and block.alone not in said.values:
            if part := said.parts.get(block.alone):  # else this mail has no such piece
                yield part
            continue
        if "\n" in (said.values.get(block.alone) or ""):
            yield from _as_written(said.values[block.alone] or "")
            continue
        if not block.listed and _silent(block.lines, said):
            continue
        filled = [_filled(line, said) for line in block.lines if not _silent([line], said)]
        lines = tuple(line for line in filled if any(run.text.strip() for run in line))
        if lines:
            yield Block(lines, block.listed)


def _as_written(value: str) -> Iterator[Block]:
    """What somebody wrote in paragraphs of its own, without a mark in it being one of ours."""
    for paragraph in re.split(r"\n\s*\n", value.replace("\r\n", "\n").strip()):
        yield Block(tuple((Run(line.strip()),) for line in paragraph.split("\n")))


def _silent(lines: Iterable[Line], said: Said) -> bool:
    names = (name for line in lines for run in line for name in named(run.text + run.href))
    return any(said.values.get(name, "") is None for name in names)


def named(text: str) -> list[str]:
    return PLACEHOLDER.findall(text)


def _filled(line: Line, said: Said) -> Line:
    runs = [part for run in line for part in _apart(run, said)]
    joined: list[Run] = []
    for run in runs:
        text = re.sub(r"[ \t]+", " ", run.text)
        if joined and joined[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if text:
            joined.append(replace(run, text=text))
    if joined:
        joined[0] = replace(joined[0], text=joined[0].text.lstrip(" "))
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip(" "))
    return tuple(joined)


def _apart(run: Run, said: Said) -> Iterator[Run]:
    """An address that stands among the words is a link to itself; words of another language are marked
    as such."""
    href = _laid(run.href, said)
    end = 0
    for found in PLACEHOLDER.finditer(run.text):
        link, language = found[1] in said.links and not href, said.foreign.get(found[1], "")
        if link or language:
            yield replace(run, text=_laid(run.text[end : found.start()], said), href=href)
            value = said.values.get(found[1]) or ""
            yield replace(run, text=value, href=value if link else href, language=language)
            end = found.end()
    yield replace(run, text=_laid(run.text[end:], said), href=href)


def _laid(text: str, said: Said) -> str:
    return PLACEHOLDER.sub(lambda found: said.values.get(found[1], found[0]) or "", text)


def _html(block: Block | Part) -> str:
    if isinstance(block, Part):
        return block.html
    lines = [_tagged(line) for line in block.lines]
    if block.listed:
        items = "".join(f"<li>{line}</li>" for line in lines)
        return f'<ul style="{_MARGIN}padding:0 0 0 22px;">{items}</ul>'
    return f'<p style="{_MARGIN}">{"<br>".join(lines)}</p>'


def _tagged(line: Line) -> str:
    made = ""
    for href, runs in groupby(line, lambda run: run.href):
        label = "".join(_marked(run) for run in runs)
        made += f'<a href="{escape(href)}">{label}</a>' if href else label
    return made


def _marked(run: Run) -> str:
    made: str = escape(run.text)
    if run.language:
        made = f'<span lang="{escape(run.language)}">{made}</span>'
    if run.bold:
        made = f"<b>{made}</b>"
    return f"<em>{made}</em>" if run.italic else made


def _text(block: Block | Part) -> str:
    if isinstance(block, Part):
        return block.text
    mark = "- " if block.listed else ""
    return "\n".join(mark + _written(line) for line in block.lines)


def _written(line: Line) -> str:
    made = ""
    for href, runs in groupby(line, lambda run: run.href):
        label = "".join(run.text for run in runs)
        made += f"{label} <{href}>" if href not in ("", label) else label
    return made
