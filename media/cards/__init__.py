"""Cards drawn for campaigns: a frozen spec in, bytes out."""

from media.cards.draw import render
from media.cards.problems import BadPhoto, CardProblem, TooLong, Unwritable
from media.cards.spec import MIME, SHAPES, VERSION, CardSpec, Photo

__all__ = [
    "MIME",
    "SHAPES",
    "VERSION",
    "BadPhoto",
    "CardProblem",
    "CardSpec",
    "Photo",
    "TooLong",
    "Unwritable",
    "render",
]
