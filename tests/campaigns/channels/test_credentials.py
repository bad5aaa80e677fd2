import pytest

from campaigns.channels import registry
from campaigns.channels.base import InvalidCredentials


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
