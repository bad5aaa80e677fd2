"""The words that the templates bring, written as staff would write them."""

import re
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation

from donations.letters import placeholders, reading, samples
from donations.letters.markup import Said
from mail.services import rendered


@dataclass(frozen=True)
class Words:
    subject: str
    heading: str
    words: str


@dataclass(frozen=True)
class Letter:
    """A kind of mail in one language: its own words and what may be laid into them."""

    default: Words
    said: Said

    @property
    def parts(self) -> list[str]:
        return list(self.said.parts)


def letter(kind: str, language: str) -> Letter:
    """Raises whatever the templates raise when the sample lacks something they need."""
    with translation.override(language):
        known = samples.marks(kind)
        subject, _text, html = rendered(f"donations/mail/{kind}", known, language)
        mail = reading.read(html)
        said = placeholders.said(kind, known, mail.parts)
    named = [(value, name) for name, value in said.values.items() if value]
    named.sort(key=lambda pair: len(pair[0]), reverse=True)  # a sentence before the sums in it
    texts = [_unmarked(text, named) for text in (subject, mail.heading, mail.words)]
    return Letter(Words(*texts), said)


def parts(kind: str, known: dict) -> dict:
    """The pieces of layout of this very mail."""
    return reading.read(render_to_string(f"donations/mail/{kind}/body.html", known)).parts


def _unmarked(text: str, named: list[tuple[str, str]]) -> str:
    for value, name in named:
        for same in (value, value.replace("\u00a0", " ")):  # a subject keeps no other spaces
            text = text.replace(same, f"{{{name}}}")
    return re.sub(r"⟦(\w+)⟧", r"\1", text)
