"""Typed reading of the environment; every failure names the variable and says what to write."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


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
        value = self.text(name, "true" if default else "false").lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"", "0", "false", "no", "off"}:
            return False
        raise ImproperlyConfigured(f"{name} is '{value}': write true or false.")

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdecimal() or not low <= int(value) <= high:
            raise ImproperlyConfigured(
                f"{name} is '{value}': write a whole number from {low} to {high}."
            )
        return int(value)

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def address(self, name: str, default: str) -> str:
        """An http(s) address without a trailing slash."""
        value = (self.text(name) or default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ImproperlyConfigured(
                f"{name} is '{value}': write an address such as https://www.example.org."
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
            found = dict(parse(value))
            if not (found.get("ENGINE") or found.get("BACKEND") or found.get("EMAIL_BACKEND")):
                raise ValueError("no engine")
            return found
        except Exception as error:
            # the value may hold a password: it is not repeated
            raise ImproperlyConfigured(
                f"{name} cannot be read: write something like {example}."
            ) from error
