"""Where everything stands, in pixels, by shape. Share and portrait are the design guide's tables;
square and story were drawn in their spirit (a story keeps clear of the app's own bars, 250 px
above and 340 px below). `base` is the base line of a text's first line.
"""

from dataclasses import dataclass

from media.cards.wrap import Style

Box = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True)
class Line:
    """A text: pen's start, base line, style, room and the greatest number of lines."""

    x: int
    base: float
    style: Style
    room: int
    most: int = 1


@dataclass(frozen=True)
class Pluses:
    """A field of plus signs: corner, columns, rows, pitch and side of one."""

    x: float
    y: float
    side: int
    pitch: float
    columns: int = 3
    rows: int = 1


def mark(x: int, y: int, side: int) -> Pluses:
    """The three pluses of the brand."""
    return Pluses(x, y, side, side * 1.25)


def field(x: int, y: int, columns: int, rows: int, pitch: float, side: int) -> Pluses:
    """The thermometer's; each sign stands in the middle of its cell."""
    inset = (pitch - side) / 2
    return Pluses(x + inset, y + inset, side, pitch, columns, rows)


def tag(x: int, base: float, size: int, room: int = 760) -> Line:
    return Line(x, base, Style(size, size, 800, -0.01), room)


@dataclass(frozen=True)
class PhotoCard:
    photo: Box
    across: bool  # the veil falls to the right; otherwise down
    veil: tuple[tuple[int, float], ...]  # distance into the photo, opacity
    label: Box  # width 0: as wide as the words and twice `pad`
    pad: int
    tag: Line
    title: Line
    mark: Pluses


@dataclass(frozen=True)
class StatementCard:
    operator: int
    words: Line  # the addends' column; `most` counts rows
    bar: Box
    total: Line
    alone: int  # rows of a statement without addends
    tag: Line
    mark: Pluses


@dataclass(frozen=True)
class ThermometerCard:
    tag: Line
    figure: Line
    below: Line
    field: Pluses
    step: Line
    address: Line | None
    mark: Pluses


def _title(size: int, lead: int) -> Style:
    return Style(size, lead)


def _sum(size: int, lead: int) -> Style:
    return Style(size, lead, 900, -0.04)


def _figure(size: int) -> Style:
    return Style(size, size - 8, 900, -0.05)


def _text(size: int, lead: int) -> Style:
    return Style(size, lead, 500, 0)


PHOTO = {
    "share": PhotoCard(
        photo=(400, 0, 800, 630),
        across=True,
        veil=((0, 1), (140, 0.55), (320, 0)),
        label=(64, 56, 0, 60),
        pad=18,
        tag=tag(64, 96.8, 30),
        title=Line(64, 261.3, _title(76, 76), 440, 4),
        mark=mark(64, 540, 34),
    ),
    "square": PhotoCard(
        photo=(0, 0, 1080, 690),
        across=False,
        veil=((360, 0), (570, 0.62), (690, 1)),
        label=(72, 64, 0, 68),
        pad=20,
        tag=tag(72, 110.2, 34),
        title=Line(72, 756, _title(88, 90), 936, 3),
        mark=mark(72, 980, 36),
    ),
    "portrait": PhotoCard(
        photo=(0, 0, 1080, 900),
        across=False,
        veil=((520, 0), (760, 0.62), (900, 1)),
        label=(72, 72, 0, 76),
        pad=22,
        tag=tag(72, 123.6, 38),
        title=Line(72, 970.4, _title(104, 106), 936, 3),
        mark=mark(72, 1240, 42),
    ),
    "story": PhotoCard(
        photo=(0, 0, 1080, 1160),
        across=False,
        veil=((700, 0), (1000, 0.62), (1160, 1)),
        label=(72, 262, 0, 84),
        pad=24,
        tag=tag(72, 319.2, 42),
        title=Line(72, 1234, _title(108, 110), 936, 3),
        mark=mark(72, 1520, 44),
    ),
}

STATEMENT = {
    "share": StatementCard(
        operator=64,
        words=Line(148, 146.1, _sum(106, 104), 988, 3),
        bar=(64, 381, 1072, 10),
        total=Line(148, 492.1, _sum(106, 104), 988, 1),
        alone=4,
        tag=tag(64, 570.8, 30),
        mark=mark(1024, 540, 32),
    ),
    "square": StatementCard(
        operator=72,
        words=Line(180, 184, _sum(140, 136), 828, 3),
        bar=(72, 504, 936, 12),
        total=Line(180, 646, _sum(140, 136), 828, 2),
        alone=5,
        tag=tag(72, 1006, 38, 700),
        mark=mark(878, 970, 38),
    ),
    "portrait": StatementCard(
        operator=72,
        words=Line(196, 250.9, _sum(164, 160), 812, 3),
        bar=(72, 612, 936, 14),
        total=Line(196, 780.9, _sum(164, 160), 812, 2),
        alone=6,
        tag=tag(72, 1269.1, 42, 700),
        mark=mark(868, 1230, 40),
    ),
    "story": StatementCard(
        operator=72,
        words=Line(196, 560.9, _sum(164, 160), 812, 3),
        bar=(72, 922, 936, 14),
        total=Line(196, 1090.9, _sum(164, 160), 812, 2),
        alone=6,
        tag=tag(72, 1539.1, 42, 700),
        mark=mark(868, 1500, 40),
    ),
}

THERMOMETER = {
    "share": ThermometerCard(
        tag=tag(64, 84.8, 30, 800),
        figure=Line(64, 269.6, _figure(188), 1072),
        below=Line(64, 337.2, _text(34, 42), 1072),
        field=field(64, 390, 32, 4, 33.5, 24),
        step=Line(64, 578.8, Style(30, 36, 800, -0.01), 1072),
        address=None,
        mark=mark(1024, 58, 32),
    ),
    "square": ThermometerCard(
        tag=tag(72, 106.6, 38),
        figure=Line(72, 312, _figure(204), 936),
        below=Line(72, 390, _text(40, 50), 936, 2),
        field=field(72, 496, 24, 6, 39, 27),
        step=Line(72, 824, _title(56, 60), 936, 2),
        address=Line(72, 1006, Style(36, 42, 800, -0.01), 936),
        mark=mark(878, 74, 38),
    ),
    "portrait": ThermometerCard(
        tag=tag(72, 115.1, 42),
        figure=Line(72, 388.2, _figure(212), 936),
        below=Line(72, 481.8, _text(44, 56), 936, 2),
        field=field(72, 640, 24, 9, 39, 27),
        step=Line(72, 1129, _title(64, 68), 936, 2),
        address=Line(72, 1267.7, Style(38, 44, 800, -0.01), 936),
        mark=mark(868, 78, 40),
    ),
    "story": ThermometerCard(
        tag=tag(72, 303.1, 42),
        figure=Line(72, 566.2, _figure(212), 936),
        below=Line(72, 659.8, _text(44, 56), 936, 2),
        field=field(72, 790, 24, 12, 39, 27),
        step=Line(72, 1374, _title(64, 68), 936, 2),
        address=Line(72, 1540, Style(38, 44, 800, -0.01), 936),
        mark=mark(868, 266, 40),
    ),
}
