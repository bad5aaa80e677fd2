"""The drawings of the demonstration content, put into the picture library once."""

import json
from pathlib import Path

from django.core.files.images import ImageFile
from wagtail.images import get_image_model

FOLDER = Path(__file__).parent / "demo_content" / "img"


def load() -> dict[str, object]:
    """Pictures by the drawing's short name, such as `valle`."""
    return {Path(entry["file"]).stem: _one(entry) for entry in _entries()}


def _entries() -> list[dict]:
    found: list[dict] = json.loads((FOLDER / "pictures.json").read_text())
    return found


def _one(entry: dict) -> object:
    model = get_image_model()
    title = f"{entry['title']} (demo)"
    found = model.objects.filter(title=title).first()
    if found:
        return found
    x, y = (
        round(part * size)
        for part, size in zip(entry["focal"], (entry["width"], entry["height"]), strict=True)
    )
    with (FOLDER / entry["file"]).open("rb") as file:
        return model.objects.create(
            title=title,
            file=ImageFile(file, name=entry["file"]),
            description=entry["alt"],
            credit=entry["credit"],
            licence=entry["licence"],
            focal_point_x=x,
            focal_point_y=y,
            focal_point_width=entry["width"] // 3,
            focal_point_height=entry["height"] // 3,
        )
