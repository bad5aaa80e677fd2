"""The pictures of README and docs, taken from a running demonstration.

    make run                                             # in another terminal
    .venv/bin/python scripts/screenshots.py [http://127.0.0.1:8000]

Needs what the browser tests need (Playwright, and Chromium as `CHROMIUM` or on the path). Writes
WebP of a few tens of kilobytes into docs/pictures/.
"""

import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs/pictures"
WIDTHS = {1440: 900, 390: 844}
PASSWORD = "segnopositivo"  # noqa: S105  of the demonstration, known to all
QUALITY = 70


def first_draft(page: Any) -> None:
    """From the list of posts into the composer of one that is still being written."""
    edit = page.locator("main a[href*='/edit/']", has_text="Manca una foto").first
    page.goto(page.evaluate("link => link.href", edit.element_handle()))


# name → (path, who signs in, what to do there)
SHOTS: dict[str, tuple[str, str, Callable[[Any], None] | None]] = {
    "home": ("/", "", None),
    "campaign": ("/donoday/", "", None),
    "give": ("/dona/?importo=50", "", None),
    "dashboard": ("/admin/", "carla", None),
    "composer": ("/admin/post/", "marta", first_draft),
    "calendar": ("/admin/calendario/", "marta", None),
    "desk": ("/admin/banco/", "marta", None),
    "donations": ("/admin/tesoreria/", "elio", None),
}


def main(address: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width, height in WIDTHS.items():
            for name, (path, who, then) in SHOTS.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="light",
                    reduced_motion="reduce",
                    locale="it-IT",
                )
                page = context.new_page()
                if who:
                    sign_in(page, address, who)
                page.goto(address + path)
                if then:
                    then(page)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(500)  # an editor draws itself after the page has come
                save(page.screenshot(), FOLDER / f"{name}-{width}.webp")
                context.close()
        browser.close()


def sign_in(page: Any, address: str, who: str) -> None:
    page.goto(f"{address}/admin/login/")
    page.fill("[name=username]", who)
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{address}/admin/")


def save(picture: bytes, path: Path) -> None:
    Image.open(io.BytesIO(picture)).convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main((sys.argv[1:] or ["http://127.0.0.1:8000"])[0].rstrip("/"))
