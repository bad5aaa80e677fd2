"""Who plays in the story, and what they do again and again."""

import email
import email.policy
import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
from pypdf import PdfReader

from running_product import Product

ROME = ZoneInfo("Europe/Rome")
PASSWORD = "segnopositivo"
CAMPAIGN = "/donoday/"
# a browser without a screen says so, and is no visitor in our books
PERSON = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Safari/537.36"
)


def soon(what: str, look: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What `look` gives as soon as it is true; the story ends here when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.25)
    return found


def next_minute(*, at_least: float) -> datetime:
    """The first full minute in Sondrio that is so many seconds away, or more."""
    moment = datetime.now(ROME) + timedelta(seconds=at_least + 59)
    return moment.replace(second=0, microsecond=0)


@dataclass
class Stage:
    product: Product
    browser: Any

    def staff(self, name: str, width: int = 1440) -> Any:
        """A page signed in at the Italian admin."""
        context = self.browser.new_context(locale="it-IT", viewport={"width": width, "height": 900})
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{self.product.url}/admin/login/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("form button[type=submit]")
        page.wait_for_url(f"{self.product.url}/admin/")
        assert page.locator("html").get_attribute("lang") == "it"
        return page

    def visitor(self, **options: Any) -> Any:
        context = self.browser.new_context(locale="it-IT", user_agent=PERSON, **options)
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page

    def get(self, path: str) -> requests.Response:
        return requests.get(self.product.url + path, timeout=20)

    def stripe(self, action: str, **data: Any) -> dict[str, Any]:
        address = f"{self.product.sandbox}/_control/stripe/{action}"
        answer = requests.post(address, json=data, timeout=20)
        assert answer.ok, answer.text
        return dict(answer.json())

    def raised(self) -> int:
        """Cents the thermometer of the campaign's page shows to somebody without a session."""
        page = self.get(CAMPAIGN).text
        found = re.search(r'<b class="num">([^<]*€)', page)
        assert found, "no thermometer on the campaign's page"
        return euros(found[1])

    def mails(self, to: str) -> list[EmailMessage]:
        """Those that went out to one address, oldest first."""
        folder = self.product.var / "mail"
        files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        return [mail for file in files for mail in _mails(file) if mail["To"] == to]


def _mails(file: Path) -> list[EmailMessage]:
    parts = file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
    policy = email.policy.default
    return [email.message_from_bytes(part, policy=policy) for part in parts if part.strip()]


def receipt_in(mail: EmailMessage) -> str:
    """The words of the one PDF that comes with the mail."""
    (paper,) = mail.iter_attachments()
    assert paper.get_content_type() == "application/pdf"
    reader = PdfReader(io.BytesIO(paper.get_content()))
    return " ".join(page.extract_text() for page in reader.pages)


def euros(text: str) -> int:
    """“1.234,50 €” as cents."""
    number = re.sub(r"[^\d,]", "", text)
    whole, _, rest = number.partition(",")
    return int(whole or 0) * 100 + int((rest or "0").ljust(2, "0"))
