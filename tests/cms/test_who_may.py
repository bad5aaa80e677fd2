"""Every role at every address of the admin, against a table that a person wrote and read.

A new address without a row fails, and so does a row whose address is gone.
"""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model

import treasury_support
from admin_addresses import address, routes
from campaigns import demo as campaigns_demo
from donations import gateway
from memory_stripe import MemoryStripe
from people import roles
from people.models import User

TABLE = Path(__file__).with_name("who_may.txt")
LETTERS = {
    "E": roles.EDITORS,
    "K": roles.CAMPAIGNERS,
    "T": roles.TREASURY,
    "C": roles.COORDINATION,
    "R": roles.REVIEW_COOPERATION,
}
OPEN = {  # to everybody, logged in or not
    "admin/jsi18n/",
    "admin/login/",
    "admin/logout/",
    "admin/password_reset/",
    "admin/password_reset/complete/",
    "admin/password_reset/confirm/<uidb64>/<token>/",
    "admin/password_reset/done/",
}


def table() -> dict[str, str]:
    rows = (line.rsplit(maxsplit=1) for line in TABLE.read_text().splitlines())
    return {row[0]: row[1] for row in rows if row and not row[0].startswith("#")}


@pytest.fixture
def everything(site, monkeypatch):
    """One of everything the addresses speak of."""
    stripe = MemoryStripe()
    monkeypatch.setattr(gateway, "get", lambda: stripe)
    treasury_support.gifts(stripe)
    wall = campaigns_demo._account("wall", "Il muro", {})
    get_document_model().objects.create(title="Bilancio", file="documents/bilancio.pdf")
    Redirect.add_redirect("/vecchia/", "/nuova/")
    campaigns_demo._upcoming(campaigns_demo.make_campaign(), [wall])


def lets_in(client: Client, path: str) -> bool:
    """Wagtail sends who may not enter to the admin's home; what is not found shows nothing."""
    with transaction.atomic():
        answer = client.get(path)
        if answer.status_code == 405:
            answer = client.post(path)
        transaction.set_rollback(True)
    where = answer.headers.get("Location", "")
    away = where == "/admin/" or where.startswith("/admin/login/")
    return not away and answer.status_code not in {403, 404}


def test_each_address_lets_in_whom_the_table_says(everything):
    clients = {}
    for letter, role in LETTERS.items():
        user = User.objects.create_user(letter)
        user.groups.add(Group.objects.get(name=role))
        clients[letter] = Client(raise_request_exception=False)
        clients[letter].force_login(user)
    found = dict.fromkeys(set(routes()) - OPEN, "-")
    for route in found:
        path = address(route)
        found[route] = "".join(one for one in LETTERS if lets_in(clients[one], path)) or "-"
    written = table()
    wrong = [
        f"{route}: lets in {found.get(route)}, the table says {written.get(route)}"
        for route in sorted(found.keys() | written.keys())
        if found.get(route) != written.get(route)
    ]
    assert not wrong, "\n".join(wrong)
