"""The Mastodon stand-in, asked by the product's own channel and directly."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import requests
from PIL import Image

from campaigns.channels import registry
from campaigns.channels.base import Disconnected, Draft, Media, Rejected, Unavailable, Uncertain

from .conftest import Running, until

LINK = "https://www.example.org/s/{}"


def jpeg(width: int = 40, height: int = 30) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#4b2bb8").save(buffer, "JPEG")
    return buffer.getvalue()


def mastodon(sandbox: Running, name: str = "donoday"):
    return registry.connect(
        "mastodon", {"instance": f"{sandbox.url}/mastodon", "token": f"sandbox-{name}"}
    )


def draft(code: str, **values) -> Draft:
    link = LINK.format(code)
    values = {"text": f"Perché #DonoDay: {link}", "at": datetime.now(UTC)} | values
    return Draft(link=link, **values)


def statuses(sandbox: Running, name: str, **query) -> list[dict]:
    auth = {"Authorization": f"Bearer sandbox-{name}"}
    base = f"{sandbox.url}/mastodon/api/v1/accounts"
    me = requests.get(f"{base}/verify_credentials", headers=auth, timeout=5).json()["id"]
    return requests.get(f"{base}/{me}/statuses", headers=auth, params=query, timeout=5).json()


@pytest.fixture(autouse=True)
def no_fault_left(sandbox):
    yield
    sandbox.control("mastodon/fault", kind="none")


def test_a_post_with_a_picture_goes_out_once_and_is_shown_to_people(sandbox):
    channel = mastodon(sandbox, "foto")
    picture = Media(jpeg(), "image/jpeg", 40, 30, "Una piazza piena di <gente>")
    post = draft("foto0001", media=(picture,))
    assert channel.check(post) == []
    first = channel.publish(post, "key-foto")
    assert mastodon(sandbox, "foto").publish(post, "key-foto") == first
    (status,) = statuses(sandbox, "foto")
    assert status["media_attachments"][0]["description"] == picture.alt
    assert f'href="{post.link}"' in status["content"]

    shown = requests.get(first.url, timeout=5)
    assert "Una piazza piena di &lt;gente&gt;" in shown.text
    assert f'<a href="{post.link}"' in shown.text
    assert "script" not in shown.headers["Content-Security-Policy"].replace("default-src", "")
    assert "style=" not in shown.text
    media = status["media_attachments"][0]["url"]
    assert requests.get(media, timeout=5).content == jpeg()


def test_limits_are_the_servers_own(sandbox):
    channel = mastodon(sandbox)
    assert (channel.fetch_limits().text, channel.limits.link_length) == (500, 23)
    sandbox.control("mastodon/settings", max_characters=5000)
    try:
        assert channel.fetch_limits().text == 5000
    finally:
        sandbox.control("mastodon/settings", max_characters=500)


def test_one_character_over_is_refused_by_both(sandbox):
    channel = mastodon(sandbox, "lungo")
    fits = draft("lungo001")
    room = 500 - channel.count(fits)[0].used
    fits = draft("lungo001", text=fits.text + " " + "è" * (room - 1))
    over = draft("lungo002", text=draft("lungo002").text + " " + "è" * room)
    assert channel.check(fits) == []
    assert [problem.code for problem in channel.check(over)] == ["characters_over"]
    assert channel.publish(fits, "fits").remote_id
    with pytest.raises(Rejected, match="500"):
        channel.publish(over, "over")
    assert len(statuses(sandbox, "lungo")) == 1


def test_verify_says_who_we_are(sandbox):
    identity = mastodon(sandbox, "chi").verify()
    assert identity.handle.startswith("@chi@127.0.0.1")
    assert identity.url.endswith("/mastodon/@chi")


def test_dropped_after_the_post_is_uncertain_and_found_by_its_link(sandbox):
    channel = mastodon(sandbox, "caduto")
    post = draft("caduto01")
    sandbox.control("mastodon/fault", kind="drop_after", path="/mastodon/api/v1/statuses")
    with pytest.raises(Uncertain):
        channel.publish(post, "key-caduto")
    found = channel.find("key-caduto", post)
    assert found and found.remote_id == statuses(sandbox, "caduto")[0]["id"]
    assert channel.publish(post, "key-caduto").remote_id == found.remote_id


def test_dropped_before_the_post_is_uncertain_and_proven_absent(sandbox):
    channel = mastodon(sandbox, "prima")
    post = draft("prima001")
    channel.publish(draft("prima000"), "other")
    sandbox.control("mastodon/fault", kind="drop_before", path="/mastodon/api/v1/statuses")
    with pytest.raises(Uncertain):
        channel.publish(post, "key-prima")
    assert channel.find("key-prima", post) is None


@pytest.mark.parametrize("kind", ["error", "error_after"])
def test_a_500_on_the_publishing_call_is_uncertain(sandbox, kind):
    channel = mastodon(sandbox, f"cinque_{kind}")
    post = draft(f"cinque{kind}")
    sandbox.control("mastodon/fault", kind=kind, path="/mastodon/api/v1/statuses")
    with pytest.raises(Uncertain):
        channel.publish(post, kind)
    assert (channel.find(kind, post) is not None) == (kind == "error_after")


def test_a_500_on_the_upload_is_certainly_not_sent(sandbox):
    sandbox.control("mastodon/fault", kind="drop_after", path="/mastodon/api/v2/media")
    picture = Media(jpeg(), "image/jpeg", 40, 30, "Un cortile")
    with pytest.raises(Unavailable):
        mastodon(sandbox).publish(draft("media001", media=(picture,)), "media")


def test_a_wait_is_taken_from_the_server(sandbox):
    fault = {"kind": "error", "status": 429, "seconds": 90, "path": "/mastodon/api/v1/statuses"}
    sandbox.control("mastodon/fault", **fault)
    with pytest.raises(Unavailable) as caught:
        mastodon(sandbox).publish(draft("attesa01"), "wait")
    assert caught.value.retry_after
    assert timedelta(seconds=80) < caught.value.retry_after <= timedelta(seconds=90)


def test_the_last_call_allowed_asks_for_a_rest(sandbox):
    sandbox.control("mastodon/settings", requests=1)
    try:
        published = mastodon(sandbox, "piano").publish(draft("piano001"), "rest")
        assert published.rest is not None
        with pytest.raises(Unavailable):
            mastodon(sandbox, "piano").verify()
    finally:
        sandbox.control("mastodon/settings", requests=300)


def test_a_revoked_token_asks_to_connect_again(sandbox):
    sandbox.control("mastodon/revoke", name="revocato", revoked=True)
    for call in ("verify", "publish"):
        with pytest.raises(Disconnected):
            channel = mastodon(sandbox, "revocato")
            channel.verify() if call == "verify" else channel.publish(draft("revoc001"), "r")
    sandbox.control("mastodon/revoke", name="revocato", revoked=False)
    assert mastodon(sandbox, "revocato").verify()


def test_find_reads_back_over_pages(sandbox):
    sandbox.control("mastodon/settings", requests=1000)
    channel = mastodon(sandbox, "pagine")
    wanted = draft("pagine00")
    first = channel.publish(wanted, "wanted")
    for number in range(45):
        channel.publish(draft(f"pagin1{number:02}"), f"other-{number}")
    assert channel.find("wanted", wanted) == first
    later = draft("pagine00", at=datetime.now(UTC) + timedelta(hours=1))
    assert channel.find("wanted", later) is None
    assert [row["id"] for row in statuses(sandbox, "pagine", min_id=first.remote_id, limit=1)]
    sandbox.control("mastodon/settings", requests=300)


def test_media_is_202_then_206_then_200_and_its_description_can_change(sandbox):
    auth = {"Authorization": "Bearer sandbox-media"}
    base = f"{sandbox.url}/mastodon/api"
    files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
    answer = requests.post(f"{base}/v2/media", headers=auth, files=files, timeout=5)
    assert (answer.status_code, answer.json()["url"]) == (202, None)
    one = f"{base}/v1/media/{answer.json()['id']}"
    assert requests.get(one, headers=auth, timeout=5).status_code == 206
    early = {"status": "x", "media_ids": [answer.json()["id"]]}
    refused = requests.post(f"{base}/v1/statuses", headers=auth, json=early, timeout=5)
    assert (refused.status_code, "finished processing" in refused.text) == (422, True)
    until(lambda: requests.get(one, headers=auth, timeout=5).status_code == 200)
    changed = requests.put(one, headers=auth, data={"description": "nuova"}, timeout=5)
    assert changed.json()["description"] == "nuova"
    other = {"Authorization": "Bearer sandbox-altri"}
    assert requests.get(one, headers=other, timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("content", "mime"), [(b"no picture", "image/jpeg"), (jpeg(), "application/pdf")]
)
def test_what_is_no_picture_is_refused(sandbox, content, mime):
    answer = requests.post(
        f"{sandbox.url}/mastodon/api/v2/media",
        headers={"Authorization": "Bearer sandbox-media"},
        files={"file": ("a.jpg", content, mime)},
        timeout=5,
    )
    assert (answer.status_code, "Validation failed" in answer.text) == (422, True)


def test_a_stranger_is_not_let_in(sandbox):
    base = f"{sandbox.url}/mastodon/api/v1/statuses"
    answer = requests.post(base, json={"status": "x"}, timeout=5)
    assert answer.status_code == 401


def test_posts_and_idempotency_keys_survive_a_restart(tmp_path):
    running = Running(tmp_path / "data").start()
    first = mastodon(running).publish(draft("riavvio1"), "kept")
    running.end()
    running.start()
    try:
        assert mastodon(running).publish(draft("riavvio1"), "kept").remote_id == first.remote_id
    finally:
        running.end()
