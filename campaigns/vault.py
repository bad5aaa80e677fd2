"""Secrets of the accounts, encrypted at rest with the keys of SECRETS_KEY."""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext


class Unreadable(Exception):
    """Sealed with a key that is no longer in SECRETS_KEY: the account has to be connected again."""


@lru_cache(maxsize=4)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(values: dict[str, Any]) -> str:
    """Encrypted with the first key; an empty dict is an empty text."""
    if not values:
        return ""
    keys = _keys(tuple(settings.SECRETS_KEYS))
    return keys.encrypt(json.dumps(values).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """What `seal` was given, whichever of the keys sealed it. Raises Unreadable."""
    if not sealed:
        return {}
    try:
        opened = _keys(tuple(settings.SECRETS_KEYS)).decrypt(sealed.encode())
    except InvalidToken as problem:
        raise Unreadable(
            gettext("Its keys cannot be read any more on this installation: connect it again.")
        ) from problem
    values: dict[str, Any] = json.loads(opened)
    return values


def rotate(sealed: str) -> str:
    """The same values, encrypted with the first key. Raises Unreadable."""
    return seal(unseal(sealed))
