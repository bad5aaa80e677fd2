"""A real browser on pages that come straight from the test client: same database, same thread."""

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

HOST = "http://testserver"
NOT_OURS = {
    "exclude": [
        [".w-minimap"],  # Wagtail's closed list of a page's blocks
        ["#tab-account a[role='tab']"],  # Wagtail's way on to the roles: a tab outside its list
    ]
}
# each width and each scheme once, in one of the two ways, which the address chooses: all four cost
# twice as much, and what shows in one pair alone is the fault of a rule that other pages have too
SCREENS = [[(390, "light"), (1440, "dark")], [(390, "dark"), (1440, "light")]]
STILL = """new Promise(done => requestAnimationFrame(() => {
  for (const one of document.getAnimations()) try { one.finish() } catch { /* endless */ }
  requestAnimationFrame(done)
}))"""
# the box that Wagtail lays around our pages cuts off what does not fit, and nobody can scroll there
WIDE = """document.documentElement.scrollWidth > innerWidth
  || [...document.querySelectorAll(".sp-page")].some(page => page.scrollWidth > page.clientWidth)
"""
HOP = {"content-length", "transfer-encoding", "connection"}
# scripts and sheets that were sent once: where requests are answered by us, no browser keeps any
FILES: dict[str, dict[str, Any]] = {}


@contextmanager
def opened(browser: Any, client: Client, **options: Any) -> Iterator[Any]:
    """A browser context whose every request is answered by `client`, headers and all."""
    context = browser.new_context(locale="it-IT", **options)
    # Playwright calls back in a context of its own, where Django would open another connection
    home = contextvars.copy_context()

    def answer(route: Any) -> None:
        asked = route.request
        address = urlsplit(asked.url)
        if address.path in FILES:
            route.fulfill(**FILES[address.path])
            return
        headers = {k: v for k, v in asked.headers.items() if k not in ("cookie", "content-type")}
        got = home.run(
            client.generic,
            asked.method,
            f"{address.path}?{address.query}" if address.query else address.path,
            asked.post_data_buffer or b"",
            content_type=asked.headers.get("content-type", "application/octet-stream"),
            headers=headers,
        )
        body = b"".join(got.streaming_content) if got.streaming else got.content
        kept = {k: v for k, v in got.headers.items() if k.lower() not in HOP}
        told = {"status": got.status_code, "headers": kept, "body": body}
        if address.path.startswith(settings.STATIC_URL) and got.status_code == 200:
            FILES[address.path] = told
        route.fulfill(**told)

    context.route("**/*", answer)
    try:
        yield context
    finally:
        context.close()


def faults(page: Any) -> list[tuple[str, str]]:
    """axe's violations, and whether the page is wider than the screen."""
    found = Axe().run(page, NOT_OURS).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found] + _too_wide(page)


def _too_wide(page: Any) -> list[tuple[str, str]]:
    wide = page.evaluate(WIDE)
    return [("too wide", page.url)] if wide else []


def _number(page: Any) -> int:
    """Another one for each address, the same in every run."""
    return crc32(urlsplit(page.url).path.encode())


def on_each_screen(page: Any) -> Iterator[str]:
    """The page as it stands, at both widths, light and dark: loading it once is what makes more
    looks cheap."""
    for width, scheme in SCREENS[_number(page) % 2]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(STILL)  # not wait_for_function: the content policy forbids its eval
        yield f"{width} {scheme}"


def faults_on_each_screen(page: Any) -> list[tuple[str, str, str]]:
    return [(screen, *fault) for screen in on_each_screen(page) for fault in faults(page)]


def _faults_of_many(page: Any) -> list[tuple[str, str, str]]:
    """Of one page among dozens that share their look: axe on one of its screens, which is another
    one from page to page; how wide it is on both."""
    chosen = _number(page) // 2 % 2
    return [
        (screen, *fault)
        for number, screen in enumerate(on_each_screen(page))
        for fault in (faults(page) if number == chosen else _too_wide(page))
    ]


def visit(context: Any, address: str) -> list[tuple[str, ...]]:
    """Opens the address; its faults, those of the content policy too."""
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.goto(HOST + address)
    page.wait_for_load_state("load")
    found: list[tuple[str, ...]] = [*_faults_of_many(page)]
    found += [("policy", text) for text in said if "Content Security" in text]
    page.close()
    return found
