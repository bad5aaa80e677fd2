"""The pictures of README and docs, taken from a running demonstration.

    make run                                             # in another terminal
    .venv/bin/python scripts/screenshots.py [http://127.0.0.1:8000]

Needs what the browser tests need (Playwright, and Chromium as `CHROMIUM` or on the path). Writes
WebP of a few tens of kilobytes into docs/pictures/.
"""

import io
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs/pictures"
WIDTHS = {1440: 900, 390: 844}
DESK = 1000  # from this width on
PASSWORD = "segnopositivo"  # noqa: S105  of the demonstration, known to all
DONOR = "teresa.fanchi@example.org"  # who gives each month, so that her page has most to show
QUALITY = 70


def first_draft(page: Any) -> None:
    """From the list of posts into the composer of one that is still being written."""
    follow(page, page.locator("main a[href*='/edit/']", has_text="Manca una foto"))


def her_promise(page: Any) -> None:
    follow(page, page.locator("main tbody tr", has_text="Teresa Fanchi").locator("th a"))


def first_row(page: Any) -> None:
    follow(page, page.locator("main tbody th a"))


def month_to_close(page: Any) -> None:
    follow(page, page.locator("main tr", has_text="Da chiudere adesso").locator("th a"))


def last_years_statements(page: Any) -> None:
    """Those that are prepared, or, the first time, prepares them."""
    if not page.locator("main tbody th a").count():
        page.locator("main form button", has_text="Preparali").click()
        page.wait_for_url("**/riepiloghi/*/")
    else:
        first_row(page)
    while page.locator("main [aria-live] progress").count():  # a worker draws the papers
        page.wait_for_timeout(1000)
        page.reload()


def evening_form(page: Any) -> None:
    page.get_by_text("Apri una serata").click()
    page.locator("#serata").evaluate("heading => heading.scrollIntoView()")


def into_her_page(page: Any) -> None:
    """By the link that is mailed to a donor; the demonstration keeps its mails in files."""
    door, mails = page.url, page.url.replace("/dona/area/", "/posta-di-prova/")
    mail = page.locator("main li", has_text=DONOR).locator("a", has_text="Il link per i tuoi doni")
    page.goto(mails)
    used = mail.count()  # each is good once
    page.goto(door)
    page.fill("main [name=email]", DONOR)
    page.locator("main form button", has_text="Mandami il link").click()
    page.wait_for_load_state()
    page.goto(mails)
    while mail.count() == used:  # a worker writes it
        page.wait_for_timeout(1000)
        page.goto(mails)
    follow(page, mail)
    found = re.search(r"https?://\S+/dona/area/entra/\S+", page.inner_text("pre"))
    assert found
    page.goto(found[0])
    page.locator("main form button").click()
    page.wait_for_url("**/dona/area/")


def follow(page: Any, links: Any) -> None:
    page.goto(page.evaluate("link => link.href", links.first.element_handle()))


class Shot(NamedTuple):
    """`then`: what to do there. A room of desk work is shown on a desk only."""

    path: str
    who: str = ""
    then: Callable[[Any], None] | None = None
    phone: bool = True


SHOTS = {
    "home": Shot("/"),
    "campaign": Shot("/donoday/"),
    "give": Shot("/dona/?importo=50"),
    "donor": Shot("/dona/area/", then=into_her_page),
    "dashboard": Shot("/admin/", "carla"),
    "composer": Shot("/admin/post/", "marta", first_draft),
    "calendar": Shot("/admin/calendario/", "marta"),
    "desk": Shot("/admin/banco/", "marta"),
    "packing": Shot("/admin/omaggi/", "elio"),
    "donations": Shot("/admin/tesoreria/", "elio"),
    "promise": Shot("/admin/tesoreria/ricorrenti/", "elio", her_promise, phone=False),
    "donor-wall": Shot("/admin/tesoreria/muro/", "elio"),
    "abuse": Shot("/admin/tesoreria/abusi/", "elio", phone=False),
    "evening": Shot("/admin/tesoreria/abusi/#serata", "elio", evening_form),
    "receipts": Shot("/admin/tesoreria/ricevute/", "elio", phone=False),
    "statements": Shot("/admin/tesoreria/riepiloghi/", "elio", last_years_statements, phone=False),
    "payout": Shot("/admin/tesoreria/accrediti/", "elio", first_row, phone=False),
    "bank": Shot("/admin/tesoreria/banca/", "elio", phone=False),
    "month": Shot("/admin/tesoreria/mesi/", "elio", month_to_close, phone=False),
    "reports": Shot("/admin/tesoreria/rapporti/", "elio", phone=False),
}


def main(address: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width, height in WIDTHS.items():
            for name, shot in SHOTS.items():
                if width < DESK and not shot.phone:
                    continue
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="light",
                    reduced_motion="reduce",
                    locale="it-IT",
                )
                page = context.new_page()
                if shot.who:
                    sign_in(page, address, shot.who)
                page.goto(address + shot.path)
                if shot.then:
                    shot.then(page)
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
