"""Every page type in a real browser: axe, widths, weight, light and dark."""

from pathlib import Path

import axe_playwright_python
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

from browser_support import SCREENS
from tests.cms.conftest import PAGES, load_demonstration, on_the_wall

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
EXTRA = {
    "privacy": "/privacy/",
    "wall": "/muro/",
    "giving form": "/dona/",
    "no such page": "/non-esiste/",
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(live_server, settings, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.ALLOWED_HOSTS = ["*"]
    assert django_settings.ALLOWED_HOSTS == ["*"]
    cache.clear()
    load_demonstration()
    return live_server.url


@pytest.mark.filterwarnings("ignore")
def test_the_pages_stand_the_eyes_of_axe_and_weigh_little(address, browser):
    faults: list[str] = []
    entry = on_the_wall().get_absolute_url()
    for number, (name, path) in enumerate((PAGES | EXTRA | {"post": entry}).items()):
        for width, scheme in SCREENS[number % 2]:
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            where = f"{name} {width} {scheme}"
            faults += [f"{where}: {fault}" for fault in _look(context.new_page(), address, path)]
            context.close()
    assert faults == []


def _look(page, address: str, path: str) -> list[str]:
    seen: list[tuple[str, int]] = []

    def count(response) -> None:
        seen.append((response.url, int(response.headers.get("content-length") or 0)))

    page.on("response", count)
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.goto(address + path, wait_until="networkidle")
    page.remove_listener("response", count)
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    faults = [f"{v['id']} at {v['nodes'][0]['target']}" for v in found]
    faults += [text for text in said if "Content Security" in text]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append("wider than the window")
    foreign = [url for url, _ in seen if not url.startswith((address, "data:"))]
    faults += [f"asks {url}" for url in foreign]
    plain = [(url, size) for url, size in seen if "/uploads/" not in url]
    if len(plain) > 12:
        faults.append(f"{len(plain)} requests without photographs")
    if (weight := sum(size for _, size in plain)) > 150_000:
        faults.append(f"{weight} bytes without photographs")
    return faults


@pytest.mark.filterwarnings("ignore")
def test_nothing_is_wider_than_the_window(address, browser):
    context = browser.new_context()
    page = context.new_page()
    for path in (PAGES | EXTRA).values():
        page.goto(address + path)
        for width in (320, 1121, 2560):
            page.set_viewport_size({"width": width, "height": 900})
            fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert fits, (path, width)
    context.close()
