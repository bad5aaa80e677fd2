"""Contrast by WCAG 2.2 (1.4.3): 4.5 to 1 for every word on a card, over any photograph."""

from functools import lru_cache

RGB = tuple[int, int, int]
ENOUGH = 4.5


def rgb(colour: str) -> RGB:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: RGB) -> float:
    """Relative luminance, 0 to 1 (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: RGB, other: RGB) -> float:
    """From 1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=256)
def readable(colour: str, on: str) -> str:
    """`colour` where it can be read on `on`; otherwise black or white, whichever can."""
    if contrast(rgb(colour), rgb(on)) >= ENOUGH:
        return colour
    return max(("#000000", "#ffffff"), key=lambda other: contrast(rgb(other), rgb(on)))


@lru_cache(maxsize=64)
def opacity_needed(text: str, veil: str) -> float:
    """The least opacity (0 to 1) of a veil that keeps `text` readable over any pixel at all.

    The worst pixel is the one as light (or as dark) as the text: white below white letters, and a grey
    where the text stands between what black and what white become.
    """
    for percent in range(101):
        share = percent / 100
        dark, light = (_mixed(pixel, rgb(veil), share) for pixel in (0, 255))
        between = luminance(dark) < luminance(rgb(text)) < luminance(light)
        if not between and all(contrast(rgb(text), one) >= ENOUGH for one in (dark, light)):
            return share
    return 1.0


def _mixed(grey: int, veil: RGB, share: float) -> RGB:
    red, green, blue = (round(grey * (1 - share) + part * share) for part in veil)
    return red, green, blue
