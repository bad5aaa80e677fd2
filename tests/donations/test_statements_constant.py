"""The treasury's pages ask the database the same number of times, whatever the number of gifts."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attribution import services as attribution
from donations.models import Donor, DonorTag
from donations.services.merging import merge
from giving_support import MARIA
from people import roles
from people.models import User
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
HOME = "/admin/tesoreria/"
REPORTS = (
    "",
    "giorno",
    "campagna",
    "post",
    "canale",
    "fondo",
    "modo",
    "ricorrenti",
    "omaggi",
    "fedelta",
)
PAGES = [
    "",
    "?stato=settled",
    "?cerca=rossi",
    "donatori/",
    "donatori/?cerca=rossi",
    "donatori/?cerca=posta.example",
    "donatori/?gruppo=nuovi",
    "donatori/?sopra=1",
    "donatori/doppi/",
    "prima-nota/",
    "mesi/",
    *(f"rapporti/?rapporto={name}&confronta=on" for name in REPORTS),
]


def give(*numbers: int) -> None:
    """Each by two donors of their own, who are one person, with a tag and a source."""
    tag, _made = DonorTag.objects.get_or_create(key="soci", defaults={"name": "Soci"})
    for n in numbers:
        campaign = attribution.source(kind="campaign", key=f"{n}", label=f"#Muro{n}")
        post = attribution.source(kind="post", key=f"{n}", label=f"Metro {n}", parent=campaign)
        for name in ("a", "b"):
            mail = f"{name}{n}@posta.example"
            by_hand(donor=replace(MARIA, email=mail, last_name=f"Rossi {n}"), source=post)
        first, second = Donor.objects.filter(email__endswith=f"{n}@posta.example").order_by("pk")
        merge(kept=first, absorbed=second, by=User.objects.get())
        tag.donors.add(first, second)


def asked(client: Client, path: str) -> int:
    client.get(HOME + path)  # what is kept by the process is there
    with CaptureQueriesContext(connection) as statements:
        assert client.get(HOME + path).status_code == 200, path
    return len(statements)


def test_the_number_of_statements_is_constant() -> None:
    treasury: Client = member(roles.TREASURY)
    today: Any = timezone.localdate()
    pages = [*PAGES, f"mesi/{today.year}/{today.month}/"]
    give(1, 2)
    few = {path: asked(treasury, path) for path in pages}
    give(*range(3, 12))
    assert {path: asked(treasury, path) for path in pages} == few


def test_a_page_far_down_holds_the_rows_of_its_place() -> None:
    """Keys first, then rows; persons with how many there are: the pages say what whole lists say."""
    treasury = member(roles.TREASURY)
    give(*range(1, 32))  # 62 gifts, 31 persons
    first = treasury.get(HOME).context
    second = treasury.get(f"{HOME}?p=2").context
    shown = [row for row, _look in [*first["rows"], *second["rows"]]]
    assert len(first["rows"]) == 50 and len(second["rows"]) == 12
    assert shown == sorted(shown, key=lambda row: (row.created_at, row.pk), reverse=True)
    beyond = treasury.get(f"{HOME}donatori/?p=77").context["page"]
    assert (beyond.number, beyond.paginator.count, len(beyond.object_list)) == (1, 31, 31)
    for wrong in ("0", "-1", "x", "9" * 30, "²"):
        assert treasury.get(f"{HOME}donatori/", {"p": wrong}).status_code == 200
