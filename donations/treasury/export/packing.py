"""The packers' list as a spreadsheet: what a packet needs, and nothing of the money."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from donations import premium_words
from donations.models import PremiumClaim
from donations.treasury.export.answer import spreadsheet

AT_ONCE = 2000  # rows the database hands over at a time


def packing(request: HttpRequest, claims: QuerySet[PremiumClaim]) -> HttpResponseBase:
    headings = [
        _("What"),
        _("How it gets there"),
        _("Place"),
        _("Name"),
        _("Street and number"),
        _("Postcode"),
        _("Town"),
        _("Province"),
        _("State"),
        _("Since"),
    ]
    return spreadsheet(request, name="omaggi", headings=headings, rows=_rows(claims))


def _rows(claims: QuerySet[PremiumClaim]) -> Iterator[list[Any]]:
    for one in claims.iterator(chunk_size=AT_ONCE):
        yield [
            one.premium.name,
            str(one.get_way_display()),
            one.place.name if one.place else None,
            premium_words.who(one),
            one.street,
            one.postcode,
            one.city,
            one.province,
            premium_words.state(one),
            one.confirmed_at,
        ]
