"""The Bluesky channel against a real Bluesky server."""

import io
from datetime import UTC, datetime

import pytest
import requests
from PIL import Image

from campaigns.channels import registry
from campaigns.channels.base import Disconnected, Draft, Media, Rejected
from campaigns.channels.bluesky import record_key
from sandbox import graphemes
from sandbox.bluesky import cid

pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("bluesky")]

LINK = "https://www.example.org/s/Ab3dE6gH"
AT = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (120, 63), "#4b2bb8").save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def credentials(bluesky_server):
    bluesky_server.account("amica.test")
    return bluesky_server.account("donoday.test")


def connect(credentials, **options):
    return registry.connect("bluesky", credentials, **options)


def records(credentials) -> list[dict]:
    query = {"repo": credentials["handle"], "collection": "app.bsky.feed.post", "limit": 100}
    url = f"{credentials['service']}/xrpc/com.atproto.repo.listRecords"
    return requests.get(url, params=query, timeout=10).json()["records"]


def test_published_repeated_found_and_read_back(credentials):
    picture = Media(jpeg(), "image/jpeg", 120, 63, "Una piazza, vista dall'alto")
    text = f"Perché 👩‍👩‍👧‍👦 #DonoDay con @amica.test e @nessuno.test: {LINK}"
    post = Draft(text, LINK, (picture,), "it", AT)
    channel = connect(credentials)
    assert channel.check(post) == []
    assert channel.find("delivery-1", post) is None
    first = channel.publish(post, "delivery-1")
    again = connect(credentials).publish(post, "delivery-1")
    assert again.remote_id == first.remote_id
    assert first.remote_id.endswith(record_key("delivery-1"))
    found = connect(credentials).find("delivery-1", post)
    assert found and found.remote_id == first.remote_id

    mine = [record for record in records(credentials) if record["uri"] == first.remote_id]
    (record,) = mine
    raw = record["value"]["text"].encode()
    read = {}
    for facet in record["value"]["facets"]:
        piece = raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        read[piece] = facet["features"][0]["$type"].partition("#")[2]
    assert read == {"#DonoDay": "tag", "@amica.test": "mention", LINK: "link"}
    (image,) = record["value"]["embed"]["images"]
    assert image["alt"] == picture.alt
    assert image["aspectRatio"] == {"width": 120, "height": 63}
    assert record["cid"] == cid.of_record(record["value"])


def test_the_session_is_renewed_with_a_refresh_token(credentials):
    kept: list[dict] = []
    connect(credentials, on_session=kept.append).verify()
    stale = kept[0] | {"accessJwt": "not.a.token"}
    identity = connect(credentials, session=stale, on_session=kept.append).verify()
    assert identity.handle == "@donoday.test"
    assert len(kept) == 2 and kept[1]["refreshJwt"] != kept[0]["refreshJwt"]


def test_a_wrong_password_asks_to_connect_again(credentials):
    with pytest.raises(Disconnected):
        connect(credentials | {"password": "wrong-password"}).verify()


@pytest.mark.parametrize(
    "piece", ["è", "e\u0301", "👩‍👩‍👧‍👦", "👍🏽", "🇮🇹", "한", "❤️", "👨‍⚕️", "ก็", "#️⃣"]
)
def test_the_server_counts_as_we_do(credentials, piece):
    """Exactly as many as fit are taken, one more is not."""
    room = min(300, 3000 // len(piece.encode()))
    code = "characters_over" if room == 300 else "bytes_over"
    fits, over = (Draft(piece * number, at=AT) for number in (room, room + 1))
    assert graphemes.count(piece) == 1
    channel = connect(credentials)
    assert channel.check(fits) == []
    assert code in [problem.code for problem in channel.check(over)]
    channel.publish(fits, f"fits-{piece}")
    with pytest.raises(Rejected, match="too big"):
        channel.publish(over, f"over-{piece}")


def test_a_heavy_picture_is_taken_at_the_upload_and_refused_at_the_record(credentials):
    content = jpeg() + b"\0" * (1_000_001 - len(jpeg()))
    post = Draft("Foto", media=(Media(content, "image/jpeg", 120, 63, "Una piazza"),), at=AT)
    assert [problem.code for problem in connect(credentials).check(post)] == ["media_heavy"]
    with pytest.raises(Rejected, match="too big"):
        connect(credentials).publish(post, "heavy")
