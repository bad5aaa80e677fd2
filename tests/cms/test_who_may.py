"""Every role at every address of the admin, against a table that a person wrote and read.

A new address without a row fails, and so does a row whose address is gone. An administrator is
asked first: where even they are shown nothing, a row would prove nothing.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Collection

import bank_support
import erasure_support
import premium_support
import treasury_support
from admin_addresses import address, routes
from campaigns import demo as campaigns_demo
from cms.models import HomePage
from donations import gateway
from donations.models import (
    ClosedDoor,
    Donation,
    DonorMerge,
    DonorNote,
    DonorWallEntry,
    GiftTry,
    OpenEvening,
    ThanksInPerson,
    Tribute,
)
from donations.services import erasure_requests
from memory_stripe import MemoryStripe
from people import roles
from people.models import User

DAY = timedelta(days=1)
TABLE = Path(__file__).with_name("who_may.txt")
LETTERS = {
    "E": roles.EDITORS,
    "K": roles.CAMPAIGNERS,
    "T": roles.TREASURY,
    "C": roles.COORDINATION,
    "R": roles.REVIEW_COOPERATION,
    "P": roles.PACKERS,
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

LEFT_OUT = {  # nobody is shown anything there, whoever asks
    "admin/^.*/$": "what no address answers to",
    "admin/failwhale/": "Wagtail's trial of a failure, a 500 for everybody",
    "admin/images/<int:image_id>/generate_url/": "no such addresses are served here",
    "admin/images/<int:image_id>/generate_url/output/": "no such addresses are served here",
    "admin/redirects/import/process/": "needs the file of the step before, which has a row",
    "admin/settings/<slug:app_name>/<slug:model_name>/<int:pk>/preview/": "no setting has one",
    "admin/snippets/": "a list of kinds without a menu of their own: there is none",
    # each person's own, found by who asks
    "admin/documents/multiple/create_from_uploaded_document/<int:uploaded_file_id>/": "an upload",
    "admin/documents/multiple/delete_upload/<int:uploaded_file_id>/": "an upload",
    "admin/images/multiple/create_from_uploaded_image/<int:uploaded_file_id>/": "an upload",
    "admin/images/multiple/delete_upload/<int:uploaded_file_id>/": "an upload",
}


def table() -> dict[str, str]:
    rows = (line.rsplit(maxsplit=1) for line in TABLE.read_text().splitlines())
    return {row[0]: row[1] for row in rows if row and not row[0].startswith("#")}


@pytest.fixture
def everything(site, monkeypatch):
    """One of everything the addresses speak of."""
    stripe = MemoryStripe()
    monkeypatch.setattr(gateway, "get", lambda: stripe)
    cast = treasury_support.gifts(stripe)
    gift, other = cast.settled, cast.refunded.donor
    treasury_support.asked_back(gift)
    treasury_support.given_back()
    treasury_support.suspected(gift)
    stripe.pay_out()
    treasury_support.tell(stripe)
    treasury_support.statement_of(gift)
    treasury_support.past_gifts()
    treasury_support.promised(gift)
    erasure_requests.ask(donor=gift.donor, language="it")
    erasure_support.removal(other)
    ThanksInPerson.objects.create(donation=gift)
    DonorWallEntry.objects.create(donation=gift, name="Maria Rossi")
    for one in Donation.objects.all():
        Tribute.objects.create(donation=one, kind="honour", honouree="Nonna Rosa")
    bank_support.imported(bank_support.row())
    premium_support.seeds()
    DonorNote.objects.create(donor=gift.donor, text="Preferisce il telefono.")
    DonorMerge.objects.create(kept=gift.donor, absorbed=other, undone_at=timezone.now())
    GiftTry.objects.create(key="a", state="quarantined", reason="bait")
    now = timezone.now()
    ClosedDoor.objects.create(kind="mail", key="a", reason="fraud", at=now, until=now + DAY)
    OpenEvening.objects.create(key="a", note="Festa", at=now, until=now + DAY)
    wall = campaigns_demo._account("wall", "Il muro", {})
    get_document_model().objects.create(title="Bilancio", file="documents/bilancio.pdf")
    Redirect.add_redirect("/vecchia/", "/nuova/")
    campaigns_demo._upcoming(campaigns_demo.make_campaign(), [wall])
    Collection.get_first_root_node().add_child(name="Bilanci")
    news, waiting = HomePage.objects.get().get_children().specific()[:2]
    news.create_alias(update_slug="altrove")
    waiting.save_revision()
    waiting.get_workflow().start(waiting, None)


def lets_in(client: Client, path: str) -> bool:
    """Wagtail sends who may not enter to the admin's home; what is not found shows nothing."""
    with transaction.atomic():
        answer = client.get(path)
        if answer.status_code == 405:
            answer = client.post(path)
        transaction.set_rollback(True)
    assert answer.status_code < 500, path
    where = answer.headers.get("Location", "")
    away = where == "/admin/" or where.startswith("/admin/login/")
    return not away and answer.status_code not in {403, 404}


def test_each_address_lets_in_whom_the_table_says(everything):
    clients = {"": signed_in(User.objects.create_superuser("root"))}
    for letter, role in LETTERS.items():
        user = User.objects.create_user(letter)
        user.groups.add(Group.objects.get(name=role))
        clients[letter] = signed_in(user)
    found = dict.fromkeys(set(routes()) - OPEN - LEFT_OUT.keys(), "-")
    empty = []
    for route in found:
        path = address(route)
        if not lets_in(clients[""], path):
            empty.append(f"{path} shows nothing, not even to an administrator")
        found[route] = "".join(one for one in LETTERS if lets_in(clients[one], path)) or "-"
    written = table()
    wrong = [
        f"{route}: lets in {found.get(route)}, the table says {written.get(route)}"
        for route in sorted(found.keys() | written.keys())
        if found.get(route) != written.get(route)
    ]
    assert not empty + wrong, "\n".join(empty + wrong)


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client
