"""The Telegram stand-in, asked by the product's own channel and directly."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import requests
from PIL import Image

from campaigns.channels import registry
from campaigns.channels.base import Disconnected, Draft, Media, Rejected, Unavailable, Uncertain

from .conftest import Running

LINK = "https://www.example.org/s/{}"
TOKEN = "123456789:sandbox-abcdefghijklmnop"


def jpeg(width: int = 40, height: int = 30) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#4b2bb8").save(buffer, "JPEG")
    return buffer.getvalue()


def picture(width: int = 40, height: int = 30, alt: str = "Una piazza") -> Media:
    return Media(jpeg(width, height), "image/jpeg", width, height, alt)


def telegram(sandbox: Running, name: str = "donoday", token: str = TOKEN):
    kind = registry.channel("telegram")
    return kind(kind.clean({"token": token, "chat": name, "server": f"{sandbox.url}/telegram"}))


def draft(code: str, **values) -> Draft:
    link = LINK.format(code)
    values = {"text": f"Perché #DonoDay: {link}", "at": datetime.now(UTC)} | values
    return Draft(link=link, **values)


def shown(sandbox: Running, name: str) -> str:
    return requests.get(f"{sandbox.url}/telegram/{name}", timeout=5).text


@pytest.fixture(autouse=True)
def no_fault_left(sandbox):
    yield
    sandbox.control("telegram/fault", kind="none")


def errors(channel, post: Draft) -> list[str]:
    return [one.code for one in channel.check(post) if one.level == "error"]


def test_a_text_goes_out_and_is_shown_to_people(sandbox):
    channel, post = telegram(sandbox, "testo"), draft("testo001")
    assert channel.check(post) == []
    out = channel.publish(post, "key")
    assert out.url == f"{sandbox.url}/telegram/testo/{out.remote_id}"
    assert f'<a href="{post.link}"' in requests.get(out.url, timeout=5).text


def test_a_picture_goes_out_with_its_words_and_one_is_told_that_its_description_does_not(sandbox):
    channel, post = telegram(sandbox, "foto"), draft("foto0001", media=(picture(),))
    (warning,) = channel.check(post)
    assert (warning.code, warning.level) == ("alt_unsent", "warning")
    out = channel.publish(post, "key")
    page = requests.get(out.url, timeout=5).text
    assert post.link in page and page.count("<figure>") == 1


def test_several_are_one_album_with_the_words_once(sandbox):
    channel = telegram(sandbox, "album")
    post = draft("album001", media=tuple(picture(40 + n) for n in range(3)))
    out = channel.publish(post, "key")
    page = requests.get(out.url, timeout=5).text
    assert page.count("<figure>") == 3 and page.count(f'href="{post.link}"') == 1
    sizes = [f'width="{width}"' in page for width in (40, 41, 42)]
    assert sizes == [True] * 3
    assert errors(channel, draft("album002", media=tuple(picture() for _ in range(11)))) == [
        "media_many"
    ]


@pytest.mark.parametrize(("media", "most"), [((), 4096), ((picture(),), 1024)])
@pytest.mark.parametrize("letter", ["è", "😀"])
def test_one_character_over_is_refused_by_both(sandbox, media, most, letter):
    channel = telegram(sandbox, "lungo")
    start = draft("lungo001").text + " "
    fits = draft("lungo001", text=start + letter * (most - len(start)), media=media)
    over = draft("lungo001", text=fits.text + letter, media=media)
    assert errors(channel, fits) == [] and channel.publish(fits, "fits").remote_id
    assert errors(channel, over) == ["characters_over"]
    with pytest.raises(Rejected, match="too long"):
        channel.publish(over, "over")


@pytest.mark.parametrize(
    ("size", "code"), [((9000, 1001), "media_large"), ((10, 201), "media_narrow")]
)
def test_the_shape_of_a_picture_is_refused_by_both(sandbox, size, code):
    channel, post = telegram(sandbox, "forma"), draft("forma001", media=(picture(*size),))
    assert errors(channel, post) == [code]
    with pytest.raises(Rejected, match="PHOTO_INVALID_DIMENSIONS"):
        channel.publish(post, "key")


def test_verify_says_where_we_write(sandbox):
    who = telegram(sandbox, "https://t.me/chi_siamo").verify()
    assert (who.handle, who.url) == ("@chi_siamo", f"{sandbox.url}/telegram/chi_siamo")
    assert who.remote_id.startswith("-100")


@pytest.mark.parametrize("rights", ["none", "out"])
def test_a_bot_that_may_not_post_asks_to_be_let_in(sandbox, rights):
    sandbox.control("telegram/rights", name="chiuso", rights=rights)
    channel = telegram(sandbox, "chiuso")
    for call in (channel.verify, lambda: channel.publish(draft("chiuso01"), "key")):
        with pytest.raises(Disconnected):
            call()
    sandbox.control("telegram/rights", name="chiuso", rights="post")
    assert channel.verify()


def test_a_token_that_is_none_is_not_let_in(sandbox):
    with pytest.raises(Disconnected):
        telegram(sandbox, token="123456789:nessuno-abcdefghijklmnop").verify()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error", "error_after"])
def test_what_broke_while_posting_is_uncertain_and_only_a_person_can_look(sandbox, kind):
    channel, post = telegram(sandbox, f"rotto_{kind}"), draft("rotto001")
    sandbox.control("telegram/fault", kind=kind, path="/telegram/bot")
    with pytest.raises(Uncertain):
        channel.publish(post, "key")
    with pytest.raises(Uncertain):
        channel.find("key", post)
    out = kind.endswith("after")
    assert (post.link in shown(sandbox, f"rotto_{kind}")) == out


def test_a_wait_is_taken_from_the_server(sandbox):
    sandbox.control("telegram/fault", kind="error", status=429, seconds=35)
    with pytest.raises(Unavailable) as caught:
        telegram(sandbox).publish(draft("attesa01"), "wait")
    assert caught.value.retry_after == timedelta(seconds=35)


def test_messages_survive_a_restart(tmp_path):
    running = Running(tmp_path / "data").start()
    first = telegram(running).publish(draft("riavvio1"), "kept")
    running.end()
    running.start()
    try:
        assert LINK.format("riavvio1") in shown(running, "donoday")
        assert int(telegram(running).publish(draft("riavvio2"), "new").remote_id) == (
            int(first.remote_id) + 1
        )
    finally:
        running.end()
