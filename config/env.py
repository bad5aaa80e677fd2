"""Typed reading of the environment; every failure names the variable and says what to write."""

import re
import warnings
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config import advice


class Environment:
    """The process environment over an optional `.env` file; an empty name reads none.

    Raises ImproperlyConfigured with one clear sentence when a value cannot be used.
    """

    def __init__(self, dotenv: Path | str) -> None:
        self._env = environ.Env()
        if dotenv and Path(dotenv).is_file():
            self._env.read_env(str(dotenv))

    def text(self, name: str, default: str = "") -> str:
        return str(self._env.str(name, default=default)).strip()

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name).lower() or str(default).lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        raise ImproperlyConfigured(f"{name} is '{value}': write true or false.")

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdecimal() or not low <= int(value) <= high:
            raise ImproperlyConfigured(
                f"{name} is '{value}': write a whole number from {low} to {high}."
            )
        return int(value)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name).upper() or default
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} is '{value}': write one of {', '.join(allowed)}.")
        return value

    def hosts(self, name: str, default: str) -> list[str]:
        """Names alone, as a browser sends them: no scheme, no port, no path."""
        found = _words(self.text(name)) or _words(default)
        for word in found:
            if not re.fullmatch(r"\*|\.?[\w.-]+|\[[0-9a-fA-F:]+\]", word):
                raise ImproperlyConfigured(
                    f"{name} has '{word}': write names such as www.example.org, "
                    "separated by commas, without https://, port or path."
                )
        return found

    def listening(self, name: str, default: str) -> str:
        """The IPv4 address of one of this machine's own networks, or 0.0.0.0 for all of them."""
        value = self.text(name) or default
        try:
            return str(IPv4Address(value))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} is '{value}': write 127.0.0.1, 0.0.0.0 or another IPv4 address "
                "of this machine."
            ) from error

    def address(self, name: str, default: str) -> str:
        """An http(s) address of a whole host, without a trailing slash."""
        value = (self.text(name) or default).rstrip("/")
        try:
            parts = urlsplit(value)
            good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:  # a port that is no number
            good = False
        if not good or parts.path or parts.query or parts.fragment or parts.username:
            raise ImproperlyConfigured(
                f"{name} is '{value}': write an address such as https://www.example.org."
            )
        return value

    def fernet_keys(self, name: str, value: str) -> list[str]:
        """Separated by commas; the value itself is a secret and never repeated."""
        found = _words(value)
        try:
            for key in found:
                Fernet(key)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} has something in it that is no key: write what "
                f"`{advice.manage('newkeys')}` prints; several are separated by commas."
            ) from error
        return found

    def stripe_key(self, name: str) -> str:
        value = self.text(name)
        if value and not value.startswith(("sk_", "rk_")):
            raise ImproperlyConfigured(
                f"{name} is no secret key of Stripe's: write one that begins with rk_ or sk_ "
                "(pk_ is the publishable one)."
            )
        return value

    def broker(self, name: str) -> str:
        """Where the doorbell hangs: in files, at Redis or at RabbitMQ."""
        value = self.text(name) or "filesystem://"
        if urlsplit(value).scheme not in {"filesystem", "redis", "rediss", "amqp", "amqps"}:
            raise ImproperlyConfigured(
                f"{name} cannot be read: write something like redis://127.0.0.1:6379/0 or "
                "amqp://user:password@host:5672//, or nothing for files."
            )
        return value

    def database(self, name: str, default: str) -> dict:
        return self._parsed(name, default, environ.Env.db_url_config, "postgres://user@host/name")

    def cache(self, name: str, default: str) -> dict:
        return self._parsed(name, default, environ.Env.cache_url_config, "redis://127.0.0.1:6379/1")

    def email(self, name: str, default: str) -> dict:
        return self._parsed(
            name, default, environ.Env.email_url_config, "smtp+tls://user:password@host:587"
        )

    def _parsed(self, name: str, default: str, parse, example: str) -> dict:  # type: ignore[no-untyped-def]
        value = self.text(name) or default
        try:
            with warnings.catch_warnings(action="ignore"):  # a warning would repeat the value
                found = dict(parse(value))
            if not (found.get("ENGINE") or found.get("BACKEND") or found.get("EMAIL_BACKEND")):
                raise ValueError("no engine")
            return found
        except Exception as error:
            # the value may hold a password: it is not repeated
            raise ImproperlyConfigured(
                f"{name} cannot be read: write something like {example}."
            ) from error


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
