"""Reads a mail that was rendered from its templates: its heading, its words and the pieces of layout
between them. So every kind of mail can be written anew, whatever its templates say."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from donations.letters.markup import Part

_WORDS = "carta"  # the class of the cell that holds the words, see donations/mail/base.html
_HEADING = "grande"


@dataclass
class Mail:
    """`blocks`: paragraphs in the markup of `letters.markup`; a part stands as {its name}."""

    heading: str = ""
    blocks: list[str] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return "\n\n".join(self.blocks)


def read(html: str) -> Mail:
    reader = _Reader(html)
    reader.feed(html)
    return reader.mail


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.starts = [0, *(found.end() for found in re.finditer("\n", html))]
        self.mail = Mail()
        self.cells: list[bool] = []  # the open cells: whether each is the one of the words
        self.part: _Table | None = None
        self.heading = False
        self.words: list[str] = []
        self.href = ""

    @property
    def inside(self) -> bool:
        return any(self.cells)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "h1" and _HEADING in classes:
            self.heading = True
        if self.part:
            self.part.opens(tag, given, classes)
        elif self.inside and tag == "table":
            self._close()
            self.part = _Table(self._offset())
        elif tag == "td":
            self.cells.append(_WORDS in classes)
        elif self.inside:
            self._marks(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "h1":
            self.heading = False
        if self.part:
            if self.part.closes(tag):
                self._keep(self.part)
                self.part = None
        elif tag == "td":
            if self.inside:
                self._close()
            self.cells.pop()
        elif self.inside:
            if tag in ("b", "strong"):
                self.words.append("**")
            elif tag == "a":
                self.words.append(f"]({self.href})")
            elif tag in ("p", "div", "ul", "li"):
                self._close()

    def handle_data(self, data: str) -> None:
        if self.heading:
            self.mail.heading = _tidy(self.mail.heading + data)
        elif self.part:
            self.part.says(_squeezed(data))
        elif self.inside:
            self.words.append(_squeezed(data))

    def _marks(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("b", "strong"):
            self.words.append("**")
        elif tag == "br":
            self.words.append("\n")
        elif tag == "a":
            self.href = given["href"]
            self.words.append("[")
        elif tag in ("p", "div", "ul", "li"):
            self._close()

    def _close(self) -> None:
        lines = [_tidy(line) for line in "".join(self.words).split("\n")]
        self.words = []
        if any(lines):
            self.mail.blocks.append("\n".join(filter(None, lines)))

    def _keep(self, table: "_Table") -> None:
        end = self.html.index(">", self._offset()) + 1
        stem = "pulsante" if table.button else "riquadro"
        same = sum(name.startswith(stem) for name in self.mail.parts)
        name = f"{stem}{same + 1}" if same else stem
        self.mail.parts[name] = Part(self.html[table.start : end], table.text)
        self.mail.blocks.append(f"{{{name}}}")

    def _offset(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column


class _Table:
    """A button, when there is a link in it that looks like one; else a box of figures."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.depth = 1
        self.button = False
        self.rows: list[list[str]] = []
        self.href = ""

    def opens(self, tag: str, given: dict[str, str], classes: list[str]) -> None:
        self.depth += tag == "table"
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        elif tag == "br":
            self.says("\n")
        elif tag == "a" and "bottone" in classes:
            self.button, self.href = True, given["href"]

    def closes(self, tag: str) -> bool:
        self.depth -= tag == "table"
        return not self.depth

    def says(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        rows = [[_tidy(line) for cell in row for line in cell.split("\n")] for row in self.rows]
        if self.button:
            label = re.sub(r"\W+$", "", " ".join(rows[0]))
            return f"{label}: {self.href}"
        return "\n".join(_row([cell for cell in row if cell]) for row in rows)


def _row(cells: list[str]) -> str:
    """`your gift: 50 €`, and `= 120 €`."""
    if len(cells) < 2:
        return "".join(cells)
    first = cells[0] + (":" if cells[0][-1].isalnum() else "")
    return " ".join([first, *cells[1:]])


def _squeezed(text: str) -> str:
    """As a browser does; spaces that hold a sum together stay."""
    return re.sub(r"[ \t\n]+", " ", text)


def _tidy(text: str) -> str:
    return _squeezed(text).strip(" ")
