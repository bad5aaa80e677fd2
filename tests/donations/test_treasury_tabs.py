"""The treasury's rooms: everybody sees those they may enter, and where they are."""

import pytest
from django.urls import reverse

from donations.treasury import tabs, urls
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db


def test_every_page_stands_in_a_room_of_its_own():
    names = [tab.name for room in tabs.ROOMS for tab in room.tabs]
    assert len(names) == len(set(names))
    views = [pattern.callback for pattern in urls.urlpatterns]
    of_pages = {getattr(view, "view_class", None) for view in views} - {None}
    assert {page.tab for page in of_pages} - {""} == set(names)


def test_the_room_and_the_page_are_marked():
    page = member(roles.TREASURY).get(reverse("treasury:bank")).content.decode()
    here = f'href="{reverse("treasury:ledger")}" aria-current="true"'
    assert here in page
    assert f'href="{reverse("treasury:bank")}" aria-current="page"' in page
    assert f'href="{reverse("treasury:wall")}"' not in page  # of another room


def test_a_room_of_one_page_has_no_second_row():
    page = member(roles.TREASURY).get(reverse("treasury:reports")).content.decode()
    assert f'href="{reverse("treasury:reports")}" aria-current="page"' in page
    assert "sp-tabs--inner" not in page


class Somebody:
    def __init__(self, *permissions):
        self.permissions = permissions

    def has_perm(self, permission):
        return permission in self.permissions


def test_a_room_leads_to_the_first_page_one_may_enter():
    rows = tabs.rows(Somebody("donations.view_payout", "donations.view_bankline"), "")
    assert [room["url"] for room in rows["rooms"]] == [reverse("treasury:payouts")]
    assert rows["tabs"] == []
