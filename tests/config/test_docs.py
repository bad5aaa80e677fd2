"""What README and docs show is there, small, and nothing lies there unshown."""

import re
from pathlib import Path

from django.conf import settings

BASE = Path(settings.BASE_DIR)
SMALL = 80 * 1024


def test_every_variable_and_command_is_told() -> None:
    settings_file = (BASE / "config/settings.py").read_text("utf-8")
    read = set(re.findall(r'(?:env\.\w+|_secret)\(\s*"([A-Z_]+)"', settings_file))
    told = re.findall(r"^(?:# )?([A-Z_]+)=", (BASE / ".env.example").read_text("utf-8"), re.M)
    assert sorted(read) == sorted(told)
    commands = {
        path.stem
        for path in BASE.glob("*/management/commands/*.py")
        if not path.stem.startswith(("_", "check_", "compile_"))  # those are the developers'
    }
    operations = (BASE / "docs/operations.md").read_text("utf-8")
    assert commands == set(re.findall(r"^\| `(\w+)` \|", operations, re.M))


def test_every_picture_is_shown_with_words_and_is_small() -> None:
    shown: set[Path] = set()
    for page in [BASE / "README.md", *(BASE / "docs").glob("**/*.md")]:
        for words, path in re.findall(r"!\[(.*?)\]\(([^)]+)\)", page.read_text("utf-8")):
            assert words, f"{page.name}: {path} has no words"
            shown.add((page.parent / path).resolve())
    there = {path.resolve() for path in (BASE / "docs/pictures").iterdir()}
    assert shown == there
    assert [path.name for path in there if path.stat().st_size > SMALL] == []
