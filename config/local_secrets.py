"""Random secrets for an installation on loopback, made once and kept in `var/`."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "SECRETS_KEY": lambda: Fernet.generate_key().decode(),
}


def local_secret(folder: Path, name: str) -> str:
    """The kept secret `name`; written whole before it is seen, so that two processes agree."""
    path = folder / f".{name.lower()}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(MAKERS[name]())
        try:
            os.link(draft, path)  # fails where another process was first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
