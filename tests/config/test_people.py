"""Coordinamento manages people; nobody becomes an administrator by it."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from people import roles
from people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def carla():
    user = User.objects.create_user("carla", is_superuser=False)
    user.groups.add(Group.objects.get(name=roles.COORDINATION))
    client = Client()
    client.force_login(user)
    return client


def typed(**changes):
    return {
        "username": "nuovo",
        "email": "nuovo@example.org",
        "first_name": "Nuovo",
        "last_name": "Venuto",
        "password1": "una-parola-lunga-7",
        "password2": "una-parola-lunga-7",
        "groups": [Group.objects.get(name=roles.EDITORS).pk],
        "is_active": "on",
        **changes,
    }


def refused(answer):
    return answer.status_code == 302 and answer["Location"] == "/admin/"


def test_a_new_editor(carla):
    assert not refused(carla.post("/admin/users/new/", typed()))
    assert User.objects.get(username="nuovo").groups.get().name == roles.EDITORS


def test_no_new_administrator(carla):
    assert refused(carla.post("/admin/users/new/", typed(is_superuser="on")))
    assert not User.objects.filter(username="nuovo").exists()
    marta = User.objects.create_user("marta")
    edit = f"/admin/users/edit/{marta.pk}/"
    assert refused(carla.post(edit, typed(username="marta", is_superuser="on")))
    marta.refresh_from_db()
    assert not marta.is_superuser


def test_an_administrator_is_left_alone(carla):
    root = User.objects.create_superuser("root", password="prima")
    assert refused(carla.post(f"/admin/users/edit/{root.pk}/", typed(username="root")))
    bulk = reverse("wagtail_bulk_action", args=["people", "user", "set_active_state"])
    assert refused(carla.post(f"{bulk}?id={root.pk}", {"mark_as_active": "False"}))
    root.refresh_from_db()
    assert root.check_password("prima") and root.is_active
