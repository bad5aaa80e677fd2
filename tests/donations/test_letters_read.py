"""Sentences put together out of pieces read wrong in one language or the other: every mail that
donors get is read as it comes out of the templates."""

import re

import pytest
from django.utils import translation

from donations.letters import samples
from donations.services import letters
from mail.services import rendered

ARTICLES = r"il|lo|la|i|gli|le|un|uno|una"
JOINED = r"(?:a|da|de|ne|su)(?:l|llo|lla|i|gli|lle)"
TWICE = re.compile(rf"\b(?:{JOINED}|{ARTICLES}) (?:{ARTICLES})\b", re.IGNORECASE)
STUTTER = re.compile(r"\b(\w{2,}) \1\b", re.IGNORECASE)
LOOSE = re.compile(r" [,.;:](?=\s|$)|\s\)|\(\s|\.\.(?!\.)|,,|\bNone\b|\{\{|\{%")


pytestmark = pytest.mark.django_db
EVERY = [(kind, language) for kind in letters.kinds() for language in letters.languages()]


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_reads_as_one_text(kind: str, language: str) -> None:
    with translation.override(language):
        known = samples.context(kind)
    subject, text, _html = rendered(f"donations/mail/{kind}", known, language)
    for said in (subject, " ".join(text.split())):
        for wrong in (STUTTER, LOOSE, *([TWICE] if language == "it" else [])):
            found = wrong.search(said)
            assert found is None, said[max(0, found.start() - 40) : found.end() + 40]
