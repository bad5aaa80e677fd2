"""A spec drawn: the three kinds of card."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from PIL import Image

from media.cards import encode, geometry, photo
from media.cards.colour import readable
from media.cards.geometry import Line, Pluses
from media.cards.problems import Unwritable
from media.cards.spec import CardSpec
from media.cards.type import run, width
from media.cards.wrap import Fitted, Style, fit, fit_together

FINE = 4  # pluses are drawn this many times larger, then reduced: their edges may be fractions


def draw(spec: CardSpec) -> Image.Image:
    """The card's pixels (RGB). Raises CardProblem when its words do not fit."""
    return _KINDS[spec.kind](spec)


def render(spec: CardSpec) -> bytes:
    """The card as a file of `spec.format`; pure: the same spec gives the same bytes.

    Raises TooLong, Unwritable or BadPhoto, all of them CardProblem.
    """
    card = draw(spec)
    return encode.jpeg(card) if spec.format == "jpeg" else encode.png(card)


# --- kinds -----------------------------------------------------------------------------------


def _photo(spec: CardSpec) -> Image.Image:
    layout = geometry.PHOTO[spec.shape]
    assert spec.photo is not None
    light = readable(spec.light, spec.ink)
    title = fit(spec.headline, layout.title.style, layout.title.room, layout.title.most)
    card = photo.base(spec.photo, spec.size, layout, light, spec.ink)
    _label(card, spec, layout)
    _write(card, layout.title, title, light)
    _mark(card, spec, layout.mark, on=spec.ink, colour=spec.ground)
    return card


def _statement(spec: CardSpec) -> Image.Image:
    layout = geometry.STATEMENT[spec.shape]
    card = Image.new("RGB", spec.size, spec.ground)
    ink = readable(spec.ink, spec.ground)
    if spec.lines:
        _sum(card, spec, layout, ink)
    else:
        _alone(card, spec, layout, ink)
    tag = _tag(card, spec, layout.tag, ink)
    _mark(card, spec, layout.mark, on=spec.ground, colour=spec.ink, base=layout.tag.base, tag=tag)
    return card


def _alone(card: Image.Image, spec: CardSpec, layout: geometry.StatementCard, ink: str) -> None:
    """A statement without a sum hangs its plus as headings do, half way down the rows it leaves."""
    words = layout.words
    fitted = fit(spec.headline, words.style, words.room, layout.alone)
    down = (layout.alone - len(fitted.lines)) / 2 * words.style.lead
    place = replace(words, base=words.base + down)
    _write(card, place, fitted, ink)
    _words(card, "+", layout.operator, place.base, fitted.style, ink)


def _sum(card: Image.Image, spec: CardSpec, layout: geometry.StatementCard, ink: str) -> None:
    """Addends, the sum line, the total. Fewer addends stand nearer the line, as at school."""
    words, total = layout.words, layout.total
    texts = [(text, 1, "lines") for text in spec.lines]
    texts.append((spec.headline, total.most, "headline"))
    (*rows, result), style = fit_together(texts, words.style, words.room)
    for number, row in enumerate(rows):
        base = words.base + (words.most - len(rows) + number) * words.style.lead
        _words(card, " ".join(row), words.x, base, style, ink)
        if number:
            _words(card, "+", layout.operator, base, style, ink)
    x, y, wide, high = layout.bar
    card.paste(ink, (x, y, x + wide, y + high))
    _words(card, "=", layout.operator, total.base, style, ink)
    _write(card, total, Fitted(result, style), ink)


def _thermometer(spec: CardSpec) -> Image.Image:
    layout = geometry.THERMOMETER[spec.shape]
    card = Image.new("RGB", spec.size, spec.ink)
    light, accent = readable(spec.light, spec.ink), readable(spec.ground, spec.ink)
    tag = _tag(card, spec, layout.tag, accent)
    _mark(card, spec, layout.mark, on=spec.ink, colour=spec.ground, base=layout.tag.base, tag=tag)
    _one(card, layout.figure, figure(spec.raised_cents, spec.language), "raised_cents", light)
    _one(card, layout.below, " ".join(spec.lines), "lines", light)
    _field(card, layout.field, spec)
    _one(card, layout.step, spec.headline, "headline", accent)
    if layout.address:
        _one(card, layout.address, spec.address, "address", light)
    return card


_KINDS: dict[str, Callable[[CardSpec], Image.Image]] = {
    "photo": _photo,
    "statement": _statement,
    "thermometer": _thermometer,
}


# --- parts -----------------------------------------------------------------------------------


def figure(cents: int, language: str) -> str:
    """Whole euros, as the language writes them; what is below a euro has not filled one yet."""
    euros = f"{cents // 100:,}"
    if language == "en":
        return f"€{euros}"
    return euros.replace(",", ".") + "\u00a0€"


def filled(raised: int, goal: int, signs: int) -> int:
    """How many pluses of the field are full: rounded, but never all of them before the goal."""
    if raised >= goal:
        return signs
    return min(signs - 1, max(0, (2 * raised * signs + goal) // (2 * goal)))


def _words(card: Image.Image, text: str, x: int, base: float, style: Style, colour: str) -> None:
    if text:
        line = run(text, style.size, style.weight, style.tracking)
        card.paste(colour, (x + line.left, round(base) + line.top), line.mask)


def _write(card: Image.Image, place: Line, fitted: Fitted, colour: str) -> None:
    for number, text in enumerate(fitted.lines):
        _words(card, text, place.x, place.base + number * fitted.style.lead, fitted.style, colour)


def _one(card: Image.Image, place: Line, text: str, field: str, colour: str) -> None:
    """A text at its place, fitted."""
    _write(card, place, fit(text, place.style, place.room, place.most, field), colour)


def _tag(card: Image.Image, spec: CardSpec, place: Line, colour: str) -> float:
    """Where the hashtag ends."""
    fitted = fit(spec.hashtag, place.style, place.room, place.most, "hashtag")
    _write(card, place, fitted, colour)
    style = fitted.style
    ends = [width(line, style.weight, style.tracking, "hashtag") for line in fitted.lines]
    return place.x + max(ends, default=0) * style.size


def _label(card: Image.Image, spec: CardSpec, layout: geometry.PhotoCard) -> None:
    """The hashtag in its box, as wide as the word."""
    if not spec.hashtag:
        return
    x, y, _width, height = layout.label
    fitted = fit(spec.hashtag, layout.tag.style, layout.tag.room, 1, "hashtag")
    style = fitted.style
    word = round(width(fitted.lines[0], style.weight, style.tracking, "hashtag") * style.size)
    card.paste(spec.ground, (x, y, x + word + 2 * layout.pad, y + height))
    ink = readable(spec.ink, spec.ground)
    _words(card, fitted.lines[0], x + layout.pad, layout.tag.base, style, ink)


def _mark(
    card: Image.Image,
    spec: CardSpec,
    place: Pluses,
    *,
    on: str,
    colour: str,
    base: float = 0,
    tag: float = 0,
) -> None:
    """The three pluses and, where there is room beside them and letters for it, the brand's name
    (on the hashtag's base line where the two share a row, and beyond its end at `tag`).
    """
    _pluses(card, place, colour)
    if not spec.brand:
        return
    style = Style(round(place.side * 0.8), place.side, 700, -0.01)
    try:
        wide = round(width(spec.brand, style.weight, style.tracking, "brand") * style.size)
    except Unwritable:
        return
    gap, signs = place.side, round(place.pitch * 2 + place.side)
    left = place.x < spec.size[0] / 2
    start = round(place.x + signs + gap if left else place.x - gap - wide)
    room = 400 if spec.kind == "photo" and spec.shape == "share" else spec.size[0] - 72
    taken = 0 if left else max(round(spec.size[0] * 0.45), tag + gap / 2)
    if start >= taken and start + wide <= room:
        base = base or place.y + place.side / 2 + style.size * 0.36
        _words(card, spec.brand, start, base, style, readable(spec.light, on))


def _pluses(card: Image.Image, place: Pluses, colour: str) -> None:
    mask, (x, y) = _signs(place)
    card.paste(colour, (x, y), mask)


def _field(card: Image.Image, place: Pluses, spec: CardSpec) -> None:
    """All signs empty, then whole columns full, then what is left from the top of the next."""
    _pluses(card, place, spec.dim)
    mask, (x, y) = _signs(place)
    count = filled(spec.raised_cents, spec.goal_cents, place.columns * place.rows)
    columns, rest = divmod(count, place.rows)
    edge = round(columns * place.pitch) if columns < place.columns else mask.width
    following = min(mask.width, round((columns + 1) * place.pitch))
    for box in ((0, 0, edge, mask.height), (edge, 0, following, round(rest * place.pitch))):
        if box[2] > box[0] and box[3] > box[1]:
            card.paste(spec.ground, (x + box[0], y + box[1]), mask.crop(box))


@lru_cache(maxsize=32)
def _signs(place: Pluses) -> tuple[Image.Image, tuple[int, int]]:
    """The field's mask and its whole-pixel corner, which is at most a pixel up and left."""
    left, top = int(place.x), int(place.y)
    wide = int(place.x - left + (place.columns - 1) * place.pitch + place.side) + 2
    high = int(place.y - top + (place.rows - 1) * place.pitch + place.side) + 2
    large = Image.new("L", (wide * FINE, high * FINE), 0)
    arm = place.side / 3
    for column in range(place.columns):
        for row in range(place.rows):
            x = place.x - left + column * place.pitch
            y = place.y - top + row * place.pitch
            _bar(large, x, y + arm, place.side, arm)
            _bar(large, x + arm, y, arm, place.side)
    return large.reduce(FINE), (left, top)


def _bar(large: Image.Image, x: float, y: float, wide: float, high: float) -> None:
    box = [round(edge * FINE) for edge in (x, y, x + wide, y + high)]
    large.paste(255, (box[0], box[1], box[2], box[3]))
