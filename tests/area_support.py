"""A donor on her own page."""

import re
from typing import Any

from django.core import mail
from django.test import Client
from django.urls import reverse

from donations.models import Donor
from donations.services import entering

PAGE = "/dona/area/"


def ask(client: Client, email: str, **headers: str) -> Any:
    """Asks for a link, and lets the task write it."""
    answer = client.post(PAGE, {"email": email}, headers=headers)
    entering.write_due()
    return answer


def link() -> str:
    """The path of the newest link that was mailed."""
    (found,) = re.findall(r"https?://\S+?(/dona/area/entra/\S+)", str(mail.outbox[-1].body))
    return str(found)


def entered(donor: Donor, **headers: str) -> Client:
    client = Client(headers=headers)
    ask(client, donor.email)
    answer = client.post(link())
    assert answer.status_code == 303 and answer["Location"] == reverse("area:page")
    return client
