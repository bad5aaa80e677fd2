"""Commands in the words of our sentences: as they must be typed where the person stands."""

import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def manage(words: str) -> str:
    """`.venv/bin/python manage.py <words>` in the project's folder, whole paths elsewhere."""
    return (
        f"{_seen_from_here(Path(sys.executable))} {_seen_from_here(BASE_DIR / 'manage.py')} {words}"
    )


def _seen_from_here(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
