"""Which networks there are: one line a channel. The database column is checked against this."""

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string

from campaigns.channels.base import Channel, Text

CHANNELS = {
    "wall": "campaigns.channels.wall.Wall",
    "mastodon": "campaigns.channels.mastodon.Mastodon",
    "bluesky": "campaigns.channels.bluesky.Bluesky",
    "telegram": "campaigns.channels.telegram.Telegram",
}


def channel(key: str) -> type[Channel]:
    """The channel's class. KeyError for a key that is not registered."""
    return import_string(CHANNELS[key])


def choices() -> list[tuple[str, Text]]:
    """For forms: key and name, in the order of the registry."""
    return [(key, channel(key).label) for key in CHANNELS]


def connect(key: str, credentials: Mapping[str, str] | None = None, **options: Any) -> Channel:
    """A channel for one account; options as `Channel` takes them. No network."""
    return channel(key)(credentials, **options)
