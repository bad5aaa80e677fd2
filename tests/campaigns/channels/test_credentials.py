import pytest

from campaigns.channels import registry
from campaigns.channels.base import InvalidCredentials
from config import logs


def test_mastodon_wants_a_server_and_a_token():
    clean = registry.channel("mastodon").clean
    values = {"instance": " mastodon.uno/ ", "token": " abcdefghij0123456789 ", "other": "x"}
    assert clean(values) == {
        "instance": "https://mastodon.uno",
        "token": "abcdefghij0123456789",
    }
    with pytest.raises(InvalidCredentials) as caught:
        clean({"instance": "http://mastodon.uno", "token": "short"})
    assert set(caught.value.errors) == {"instance", "token"}


def test_bluesky_wants_a_handle_and_an_app_password():
    clean = registry.channel("bluesky").clean
    assert clean({"handle": "@DonoDay.bsky.social", "password": "abcd-efgh-ijkl-mnop"}) == {
        "handle": "donoday.bsky.social",
        "password": "abcd-efgh-ijkl-mnop",
        "service": "https://bsky.social",
    }
    with pytest.raises(InvalidCredentials) as caught:
        clean({"handle": "donoday", "password": "x", "service": "ftp://x.org"})
    assert set(caught.value.errors) == {"handle", "password", "service"}


@pytest.mark.parametrize("key", registry.CHANNELS)
def test_every_channel_describes_itself(key):
    channel = registry.channel(key)
    assert channel.key == key
    assert str(channel.label)
    names = [field.name for field in channel.fields]
    assert len(set(names)) == len(names)
    assert all(str(field.label) for field in channel.fields)


TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("@piusegni", "@piusegni"),
        (" piusegni ", "@piusegni"),
        ("https://t.me/piusegni", "@piusegni"),
        ("-1001234567890", "-1001234567890"),
    ],
)
def test_telegram_wants_a_token_and_a_channel(typed, kept):
    clean = registry.channel("telegram").clean
    found = clean({"token": f" {TOKEN} ", "chat": typed})
    assert found == {"token": TOKEN, "chat": kept, "server": "https://api.telegram.org"}
    with pytest.raises(InvalidCredentials) as caught:
        clean({"token": "123", "chat": "pi", "server": "ftp://x.org"})
    assert set(caught.value.errors) == {"token", "chat", "server"}


def test_the_token_of_a_bot_is_in_no_log_line():
    assert TOKEN not in logs.masked(f"Max retries exceeded with url: /bot{TOKEN}/sendMessage (…)")
