"""One `manage.py up` a VAR_DIR: two would empty each other's doorbells and schedule files."""

import fcntl
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def hold(folder: Path, address: str) -> None:
    """Keeps the folder for this process until it ends, however it ends; `exec` keeps it too.

    Raises ImproperlyConfigured with one sentence when another one has it.
    """
    found = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        told = os.read(found, 200).decode(errors="replace")
        os.close(found)
        raise ImproperlyConfigured(
            f"Segno+ already runs on {folder} ({told}): use that one or stop it, "
            "or give this one a folder of its own in VAR_DIR."
        ) from error
    os.truncate(found, 0)
    os.write(found, address.encode())
    os.set_inheritable(found, True)  # by the supervisor; children get no descriptor but their own
