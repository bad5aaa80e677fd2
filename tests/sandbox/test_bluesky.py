"""The Bluesky stand-in, asked by the product's own channel and directly."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import requests
from PIL import Image

from campaigns.channels import registry
from campaigns.channels.base import Disconnected, Draft, Media, Rejected, Unavailable, Uncertain
from sandbox.bluesky import cid

from .conftest import Running

LINK = "https://www.example.org/s/{}"
AT = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
PUT = "/bluesky/xrpc/com.atproto.repo.putRecord"


def jpeg(width: int = 40, height: int = 30) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#4b2bb8").save(buffer, "JPEG")
    return buffer.getvalue()


def bluesky(sandbox: Running, name: str = "donoday", **options):
    credentials = {
        "handle": f"{name}.test",
        "password": "sandbox-app-password",
        "service": f"{sandbox.url}/bluesky",
    }
    return registry.connect("bluesky", credentials, **options)


def draft(code: str, **values) -> Draft:
    link = LINK.format(code)
    return Draft(link=link, **({"text": f"Perché #DonoDay: {link}", "at": AT} | values))


def records(sandbox: Running, name: str) -> list[dict]:
    query = {"repo": f"{name}.test", "collection": "app.bsky.feed.post"}
    base = f"{sandbox.url}/bluesky/xrpc/com.atproto.repo.listRecords"
    return requests.get(base, params=query, timeout=5).json()["records"]


@pytest.fixture(autouse=True)
def no_fault_left(sandbox):
    yield
    sandbox.control("bluesky/fault", kind="none")


def test_a_post_with_a_picture_goes_out_once_and_is_shown_to_people(sandbox):
    picture = Media(jpeg(), "image/jpeg", 40, 30, "Una piazza piena di <gente>")
    post = draft("foto0001", media=(picture,))
    assert bluesky(sandbox, "foto").check(post) == []
    first = bluesky(sandbox, "foto").publish(post, "key-foto")
    again = bluesky(sandbox, "foto").publish(post, "key-foto")
    assert (again.remote_id, again.url) == (first.remote_id, first.url)
    (record,) = records(sandbox, "foto")
    assert record["uri"] == first.remote_id
    (image,) = record["value"]["embed"]["images"]
    assert (image["alt"], image["aspectRatio"]) == (picture.alt, {"width": 40, "height": 30})
    assert image["image"]["ref"]["$link"] == cid.of_blob(jpeg())

    shown = requests.get(first.url, timeout=5)
    assert "Una piazza piena di &lt;gente&gt;" in shown.text
    assert f'<a href="{post.link}"' in shown.text
    assert "<b>#DonoDay</b>" in shown.text
    assert "style=" not in shown.text and "<script" not in shown.text


def test_mentions_become_facets_where_the_handle_exists(sandbox):
    bluesky(sandbox, "amica").verify()
    post = draft("menzione", text=f"Con @amica.test e @nessuno.test {LINK.format('menzione')}")
    bluesky(sandbox, "menzioni").publish(post, "mention")
    (record,) = records(sandbox, "menzioni")
    kinds = [f["features"][0]["$type"].partition("#")[2] for f in record["value"]["facets"]]
    assert kinds == ["mention", "link"]


def test_one_grapheme_or_byte_over_is_refused_by_both(sandbox):
    channel = bluesky(sandbox, "lungo")
    room = 300 - channel.count(draft("lungo001"))[0].used
    fits = draft("lungo001", text=draft("lungo001").text + " " + "è" * (room - 1))
    over = draft("lungo002", text=draft("lungo002").text + " " + "è" * room)
    heavy = draft("lungo003", text=f"{'👩‍👩‍👧‍👦' * 130} {LINK.format('lungo003')}")
    assert channel.check(fits) == []
    assert [problem.code for problem in channel.check(over)] == ["characters_over"]
    assert [problem.code for problem in channel.check(heavy)] == ["bytes_over"]
    channel.publish(fits, "fits")
    with pytest.raises(Rejected, match="maximum 300, got 301"):
        channel.publish(over, "over")
    with pytest.raises(Rejected, match="maximum 3000"):
        channel.publish(heavy, "heavy")
    assert len(records(sandbox, "lungo")) == 1


def test_a_picture_one_byte_too_heavy_is_refused_by_both(sandbox):
    channel = bluesky(sandbox, "pesante")
    content = jpeg() + b"\0" * (1_000_001 - len(jpeg()))
    post = draft("pesante1", media=(Media(content, "image/jpeg", 40, 30, "Una piazza"),))
    assert [problem.code for problem in channel.check(post)] == ["media_heavy"]
    with pytest.raises(Rejected, match="blob too big"):
        channel.publish(post, "heavy")


def test_the_session_is_kept_and_renewed(sandbox):
    kept: list[dict] = []
    first = bluesky(sandbox, "sessione", on_session=kept.append)
    first.verify()
    assert len(kept) == 1
    later = bluesky(sandbox, "sessione", session=kept[0], on_session=kept.append)
    later.verify()
    assert len(kept) == 1
    sandbox.control("bluesky/expire", handle="sessione.test", kind="accessJwt")
    later.publish(draft("sessione"), "session")
    assert len(kept) == 2 and kept[1]["accessJwt"] != kept[0]["accessJwt"]
    sandbox.control("bluesky/expire", handle="sessione.test")
    bluesky(sandbox, "sessione", session=kept[1], on_session=kept.append).verify()
    assert len(kept) == 3
    assert len(records(sandbox, "sessione")) == 1


def test_sessions_are_limited(sandbox):
    for _number in range(30):
        bluesky(sandbox, "troppe").verify()
    with pytest.raises(Unavailable) as caught:
        bluesky(sandbox, "troppe").verify()
    assert caught.value.retry_after is not None


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error", "error_after"])
def test_what_is_uncertain_is_proven_by_the_record(sandbox, kind):
    name = kind.replace("_", "-")
    channel = bluesky(sandbox, name)
    post = draft(f"guasto{kind}")
    sandbox.control("bluesky/fault", kind=kind, path=PUT)
    with pytest.raises(Uncertain):
        channel.publish(post, kind)
    found = channel.find(kind, post)
    assert (found is not None) == kind.endswith("after")
    channel.publish(post, kind)
    assert len(records(sandbox, name)) == 1


def test_a_fault_before_the_publishing_call_is_certain(sandbox):
    sandbox.control(
        "bluesky/fault", kind="drop_after", path="/bluesky/xrpc/com.atproto.repo.uploadBlob"
    )
    picture = Media(jpeg(), "image/jpeg", 40, 30, "Un cortile")
    with pytest.raises(Unavailable):
        bluesky(sandbox, "upload").publish(draft("upload01", media=(picture,)), "upload")


def test_a_wait_is_taken_from_the_server(sandbox):
    sandbox.control("bluesky/fault", kind="error", status=429, seconds=90, path=PUT)
    with pytest.raises(Unavailable) as caught:
        bluesky(sandbox, "attesa").publish(draft("attesa01"), "wait")
    assert caught.value.retry_after
    assert timedelta(seconds=80) < caught.value.retry_after <= timedelta(seconds=90)


def test_a_revoked_account_asks_to_connect_again(sandbox):
    kept: list[dict] = []
    bluesky(sandbox, "revocato", on_session=kept.append).verify()
    sandbox.control("bluesky/revoke", handle="revocato.test", revoked=True)
    with pytest.raises(Disconnected):
        bluesky(sandbox, "revocato", session=kept[0]).publish(draft("revocato"), "revoked")
    sandbox.control("bluesky/revoke", handle="revocato.test", revoked=False)
    assert bluesky(sandbox, "revocato", session=kept[0]).verify().handle == "@revocato.test"


def call(sandbox: Running, method: str, name: str, token: str = "", **options) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{sandbox.url}/bluesky/xrpc/{name}"
    return requests.request(method, url, headers=headers, timeout=5, **options)


def test_the_servers_other_rules(sandbox):
    kept: list[dict] = []
    bluesky(sandbox, "regole", on_session=kept.append).verify()
    token, did = kept[0]["accessJwt"], kept[0]["did"]

    def write(how: str, rkey: str, **record) -> tuple[int, str]:
        value = {"$type": "app.bsky.feed.post", "text": "x", "createdAt": "2026-11-22T21:00:00Z"}
        body = {"repo": did, "collection": "app.bsky.feed.post", "rkey": rkey}
        name = f"com.atproto.repo.{how}Record"
        answer = call(sandbox, "POST", name, token, json=body | {"record": value | record})
        return answer.status_code, answer.json().get("message", "")

    assert write("create", "3kabcdefgh222") == (200, "")
    assert write("create", "3kabcdefgh222")[0] == 500
    assert "Invalid TID" in write("put", "self")[1]
    assert "Invalid datetime" in write("put", "3kabcdefgh223", createdAt="yesterday")[1]
    unknown = {"$link": cid.of_blob(b"never uploaded")}
    image = {"$type": "blob", "ref": unknown, "mimeType": "image/png", "size": 3}
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": image}]}
    assert "alt" in write("put", "3kabcdefgh223", embed=embed)[1]
    embed["images"][0]["alt"] = "x"
    assert "Could not find blob" in write("put", "3kabcdefgh223", embed=embed)[1]
    body = {"repo": did, "collection": "app.bsky.feed.post", "rkey": "3kabcdefgh222"}
    assert call(sandbox, "POST", "com.atproto.repo.deleteRecord", token, json=body).ok
    gone = call(sandbox, "GET", "com.atproto.repo.getRecord", params=body)
    assert (gone.status_code, gone.json()["error"]) == (400, "RecordNotFound")
    assert call(sandbox, "GET", "com.atproto.server.getSession").status_code == 401
    refused = call(sandbox, "GET", "com.atproto.server.getSession", "no-such-token")
    assert (refused.status_code, refused.json()["error"]) == (400, "InvalidToken")


def test_a_records_cid_is_that_of_a_real_server():
    """Seen on a PDS: the same record, the same identifier."""
    record = {
        "$type": "app.bsky.feed.post",
        "text": "ciao",
        "createdAt": "2026-11-22T21:00:00.000Z",
    }
    assert cid.of_record(record) == "bafyreifamwventdmcurfvspgx5opor3fccfxpijqd7gp65kfi2camf5wai"
    assert (
        cid.of_blob(b"x" * 1_000_001)
        == "bafkreief4tnpimbyb5qslagrd27rxjejua2bezvpb5xv5vraqusuljdfly"
    )


def test_posts_survive_a_restart(tmp_path):
    running = Running(tmp_path / "data").start()
    kept: list[dict] = []
    bluesky(running, on_session=kept.append).publish(draft("riavvio1"), "kept")
    running.end()
    running.start()
    try:
        assert bluesky(running, session=kept[0]).find("kept", draft("riavvio1"))
    finally:
        running.end()
