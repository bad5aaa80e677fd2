import dataclasses
import io
import os
import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from media.cards import SHAPES, BadPhoto, CardSpec, Photo, TooLong, geometry, photo, render
from media.cards.colour import contrast, opacity_needed, readable, rgb
from media.cards.draw import draw, figure, filled
from tests.media import pictures

GOLDEN = Path(__file__).parent / "golden"
DRAWING = Path(__file__).parents[2] / "cms/demo_content/img/cantieri.png"


def photo_card(shape: str = "share", **rest) -> CardSpec:
    words = {"headline": "Sei metri di muro, due ore, una polenta", "hashtag": "#DonoDay2026"}
    picture = Photo(path=str(DRAWING), digest="cantieri", focal=(0.55, 0.5))
    return CardSpec(kind="photo", shape=shape, **{**words, "photo": picture, **rest})


def statement(shape: str = "share", **rest) -> CardSpec:
    words = {
        "lines": ("Una spesa", "un’ora", "una mano"),
        "headline": "una valle più vicina",
        "hashtag": "#DonoDay2026",
    }
    return CardSpec(kind="statement", shape=shape, **{**words, **rest})


def thermometer(shape: str = "share", **rest) -> CardSpec:
    words = {
        "raised_cents": 1_248_000,
        "goal_cents": 2_000_000,
        "lines": ("su 20.000 €, da 318 persone. Mancano 8 giorni.",),
        "headline": "Prossima tappa: otto settimane di Cantieri",
        "hashtag": "#DonoDay2026",
        "address": "segnipositivi.example/dona",
    }
    return CardSpec(kind="thermometer", shape=shape, **{**words, **rest})


KINDS = {"photo": photo_card, "statement": statement, "thermometer": thermometer}


def decoded(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


# --- how it looks ----------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_cards_look_as_they_did(kind, shape):
    """A third of the size; letters may differ by a shade where FreeType does."""
    card = draw(KINDS[kind](shape)).reduce(3)
    kept = GOLDEN / f"{kind}-{shape}.png"
    if os.environ.get("UPDATE_GOLDEN"):
        card.quantize(64).save(kept, optimize=True)
    wanted = Image.open(kept).convert("RGB")
    assert card.size == wanted.size
    apart = ImageChops.difference(card, wanted).convert("L")
    assert ImageStat.Stat(apart).mean[0] < 4
    assert sum(apart.histogram()[72:]) / (card.width * card.height) < 0.01


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["jpeg", "png"])
def test_every_card_has_its_size_and_format(kind, shape, form):
    picture = decoded(render(KINDS[kind](shape, format=form)))
    assert picture.size == SHAPES[shape]
    assert picture.format == form.upper()


def test_png_holds_exactly_what_was_drawn():
    assert decoded(render(statement(format="png"))).tobytes() == draw(statement()).tobytes()


def test_the_same_spec_gives_the_same_bytes():
    for make in KINDS.values():
        assert render(make()) == render(make())


# --- the photograph --------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tone", ["#ffffff", "#000000", "#ffd21f", "#808080", "noise"])
def test_the_title_can_be_read_over_any_photograph(shape, tone):
    """4.5 to 1 between white letters and every pixel they may stand on."""
    picture = noise() if tone == "noise" else Image.new("RGB", (900, 900), tone)
    plain = Photo(data=pictures.saved(picture, "PNG"))
    layout = geometry.PHOTO[shape]
    ground = photo.base(plain, SHAPES[shape], layout, "#ffffff", "#17150f")
    title = layout.title
    top = int(title.base - title.style.size * 0.8)
    bottom = int(title.base + (title.most - 1) * title.style.lead + title.style.size * 0.3)
    below = ground.crop((title.x, top, title.x + title.room, bottom))
    darkest = min(contrast((255, 255, 255), colour) for _n, colour in below.getcolors(1_000_000))
    assert darkest >= 4.5


def noise() -> Image.Image:
    """Black and white squares a few pixels wide, in any order."""
    chance = random.Random(7)
    small = Image.frombytes("L", (300, 300), bytes(chance.choice((0, 255)) for _ in range(90_000)))
    return small.resize((1100, 1100), Image.Resampling.NEAREST).convert("RGB")


@example(0x008800, 0x000000)  # read on black and on white, and not on a grey
@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
def test_any_brands_colours_stay_readable(one, other):
    text, ground = f"#{one:06x}", f"#{other:06x}"
    chosen = readable(text, ground)
    assert contrast(rgb(chosen), rgb(ground)) >= 4.5
    share = opacity_needed(chosen, ground)
    for pixel in range(0, 256, 15):
        mixed = tuple(round(pixel * (1 - share) + part * share) for part in rgb(ground))
        assert contrast(rgb(chosen), mixed) >= 4.4


@pytest.mark.parametrize("focal", [(0.0, 0.5), (1.0, 0.5), (0.5, 0.5)])
def test_the_crop_follows_the_focal_point(focal):
    left, top, right, bottom = photo.crop((4000, 1000), (800, 630), focal)
    assert left >= 0 and right <= 4000.001 and top == 0 and bottom == pytest.approx(1000)
    assert left <= focal[0] * 4000 <= right


def test_a_turned_photograph_stands_upright():
    box = (200, 120)
    upright = photo.cover(Photo(data=pictures.saved(pictures.half(), "JPEG")), box)
    turned = photo.cover(Photo(data=pictures.turned(3)), box)
    assert upright.getpixel((10, 60))[0] > 150 > turned.getpixel((10, 60))[0]


@pytest.mark.parametrize(
    "content",
    [
        pictures.saved(pictures.half(mode="CMYK"), "JPEG"),
        pictures.saved(pictures.half(mode="P"), "PNG"),
        pictures.saved(pictures.half(mode="RGBA"), "PNG"),
        pictures.sixteen_bits(),
        pictures.animated(),
    ],
)
def test_photographs_of_any_mode(content):
    card = draw(photo_card(photo=Photo(data=content)))
    assert card.mode == "RGB" and card.size == (1200, 630)


@pytest.mark.parametrize("content", [b"no picture", pictures.bomb(), pictures.turned(6)[:300]])
def test_a_photograph_that_cannot_be_read_is_a_problem_with_a_sentence(content):
    with pytest.raises(BadPhoto) as caught:
        render(photo_card(photo=Photo(data=content)))
    assert str(caught.value)
    with pytest.raises(BadPhoto):  # nothing half-made was kept
        render(photo_card(photo=Photo(data=content)))


def test_a_missing_file_is_a_problem_too():
    with pytest.raises(BadPhoto):
        render(photo_card(photo=Photo(path="/nowhere/at/all.jpg", digest="x")))


def test_two_titles_over_one_photograph_do_not_mix():
    first, second = render(photo_card()), render(photo_card(headline="Mele"))
    assert first != second
    assert render(photo_card()) == first


# --- the words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        photo_card(headline="Una storia lunga che non finisce mai, e poi mai, credimi " * 4),
        statement(lines=("Una spesa davvero molto grande e lunga " * 3,)),
        statement(headline="una valle più vicina, più verde e più allegra " * 3),
        thermometer(headline="Prossima tappa: " + "ancora otto settimane " * 9),
        thermometer(raised_cents=10**40),
    ],
)
def test_too_many_words_ask_for_fewer(spec):
    with pytest.raises(TooLong) as caught:
        render(spec)
    assert caught.value.over >= 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "headline",
    [
        "Sovramagnificentissimamente insieme",
        "Responsabilizzazione dell’internazionalizzazione",
        "Mela 🍎 così è già 👩‍👩‍👧 perché 🇮🇹 Žižek àèìòù",
    ],
)
def test_long_words_emoji_accents_and_a_hashtag_of_sixty_letters_fit(kind, shape, headline):
    rest = {"lines": ()} if kind == "statement" else {}
    card = KINDS[kind](shape, headline=headline, hashtag="#" + "Insieme2026" * 5 + "Doni", **rest)
    assert draw(card).size == SHAPES[shape]


@pytest.mark.parametrize("kind", ["statement", "thermometer"])
def test_the_brands_name_is_never_written_over_the_hashtag(kind):
    """A long hashtag on the row they share leaves no room for it."""
    long = "#" + "Insieme2026" * 5
    brand = "Rete dei segni positivi in valle"
    plain, named = (draw(KINDS[kind](hashtag=long, brand=name)) for name in ("", brand))
    assert ImageChops.difference(plain, named).getbbox() is None
    assert draw(KINDS[kind](brand="Сеть")).tobytes() == draw(KINDS[kind]()).tobytes()


def test_a_sum_may_have_fewer_addends_and_a_statement_none():
    for lines in ((), ("Una spesa",), ("Una spesa", "un’ora")):
        for shape in SHAPES:
            assert draw(statement(shape, lines=lines)).size == SHAPES[shape]


def test_the_brands_name_is_written_where_there_is_room():
    for make in KINDS.values():
        for shape in SHAPES:
            plain, named = draw(make(shape)), draw(make(shape, brand="Segni positivi"))
            assert ImageChops.difference(plain, named).getbbox() is not None
    long = "Associazione di promozione sociale della valle e dei suoi dintorni"
    assert draw(statement(brand=long)).tobytes() == draw(statement()).tobytes()


@pytest.mark.parametrize(
    ("cents", "language", "written"),
    [
        (1_248_000, "it", "12.480\u00a0€"),
        (99, "it", "0\u00a0€"),
        (100_000_000, "it", "1.000.000\u00a0€"),
        (1_248_050, "en", "€12,480"),
    ],
)
def test_figures_as_the_language_writes_them(cents, language, written):
    assert figure(cents, language) == written


def test_the_guides_thermometer():
    assert filled(1_248_000, 2_000_000, 128) == 80
    assert filled(1_248_000, 2_000_000, 216) == 135


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.sampled_from([128, 144, 216, 288]))
def test_the_field_is_full_only_at_the_goal(raised, goal, signs):
    count = filled(raised, goal, signs)
    assert 0 <= count <= signs
    assert (count == signs) == (raised >= goal)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_field_shows_that_number(shape):
    """Yellow pixels of the field, divided by those of one plus."""
    place = geometry.THERMOMETER[shape].field
    signs = place.columns * place.rows
    box = (int(place.x), int(place.y), 1200, int(place.y + place.rows * place.pitch) + 1)

    def yellow(raised: int) -> int:
        card = draw(thermometer(shape, raised_cents=raised, goal_cents=signs * 100, hashtag="", headline="", lines=(), address=""))  # fmt: skip  # noqa: E501
        mask = card.crop(box).getchannel("R").point(lambda value: 255 if value > 160 else 0)
        return mask.histogram()[255]

    one = yellow(signs * 100) / signs
    for count in (0, 1, place.rows, place.rows + 1, signs - 1):
        assert yellow(count * 100) == pytest.approx(count * one, abs=one * 0.5)


# --- the spec --------------------------------------------------------------------------------


def test_a_digest_names_everything_that_shows():
    spec = photo_card()
    digests = {spec.digest()}
    changes = {
        "shape": "square",
        "headline": "Altro",
        "hashtag": "#Altro",
        "brand": "Altro",
        "format": "png",
        "ground": "#ffffff",
        "photo": dataclasses.replace(spec.photo, focal=(0.1, 0.1)),
    }
    for name, value in changes.items():
        digests.add(dataclasses.replace(spec, **{name: value}).digest())
    assert len(digests) == len(changes) + 1
    assert photo_card().digest() == spec.digest()


def test_a_digest_knows_a_photograph_by_its_content():
    content = pictures.saved(pictures.half(), "PNG")
    one = Photo(data=content)
    assert (
        photo_card(photo=one).digest()
        == photo_card(photo=Photo(path="/x", digest=one.digest)).digest()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "poem"},
        {"kind": "statement", "shape": "round"},
        {"kind": "photo"},
        {"kind": "thermometer"},
        {"kind": "statement", "lines": ("1", "2", "3", "4")},
        {"kind": "statement", "ground": "yellow"},
    ],
)
def test_what_no_person_could_have_typed_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        CardSpec(**wrong)
