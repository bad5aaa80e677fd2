"""Addresses in part: enough to recognise one's own, too little to write to it."""

import re

DOTS = "•••"
_ADDRESS = re.compile(r"[^\s<>()\[\]{},;:'\"]+@[^\s<>()\[\]{},;:'\"]+")


def address(text: str) -> str:
    """anna@posta.example → a•••@posta.example"""
    name, at, domain = text.partition("@")
    return f"{name[:1]}{DOTS}{at}{domain}"


def within(text: str) -> str:
    """The same for every address in a sentence, such as a mail server's answer."""
    return _ADDRESS.sub(lambda found: address(found.group()), text)
