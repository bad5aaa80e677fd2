"""Coordinamento manages people; nobody comes by rights that the one who gives them has not."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from people import roles
from people.models import User
from people.reach import Reach

pytestmark = pytest.mark.django_db
MAY_GIVE = {roles.EDITORS, roles.CAMPAIGNERS, roles.COORDINATION, *roles.REVIEWERS}
HOME = "/admin/users/"


def person(username, *names, **more):
    user = User.objects.create_user(username, password="prima", **more)
    user.groups.set(Group.objects.filter(name__in=names))
    return user


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def carla():
    return browser_of(person("carla", roles.COORDINATION))


def typed(*names, **changes):
    return {
        "username": "nuovo",
        "email": "nuovo@example.org",
        "first_name": "Nuovo",
        "last_name": "Venuto",
        "password1": "una-parola-lunga-7",
        "password2": "una-parola-lunga-7",
        "groups": list(Group.objects.filter(name__in=names).values_list("pk", flat=True)),
        "is_active": "on",
        **changes,
    }


def roles_of(username):
    return set(User.objects.get(username=username).groups.values_list("name", flat=True))


def refused(answer):
    """Sent back to the list, without "saved"."""
    told = [str(message.message) for message in answer.wsgi_request._messages]
    return answer.status_code == 302 and answer["Location"] == HOME and "Chi può fare" in told[0]


def bulk(action, *people):
    address = reverse("wagtail_bulk_action", args=["people", "user", action])
    return f"{address}?{'&'.join(f'id={one.pk}' for one in people)}"


@pytest.mark.parametrize("role", sorted(MAY_GIVE))
def test_what_coordinamento_may_do_it_may_give(carla, role):
    carla.post("/admin/users/new/", typed(role))
    assert roles_of("nuovo") == {role}
    other = person("altra", roles.EDITORS)
    carla.post(f"/admin/users/edit/{other.pk}/", typed(role, username="altra"))
    assert roles_of("altra") == {role}
    third = person("terza")
    carla.post(bulk("assign_role", third), {"role": Group.objects.get(name=role).pk})
    assert roles_of("terza") == {role}


@pytest.mark.parametrize("role", [roles.TREASURY, "Editors", "Fatto da un amministratore"])
def test_what_it_may_not_do_it_does_not_give(carla, role):
    made, _new = Group.objects.get_or_create(name=role)
    if _new:
        made.permissions.add(Permission.objects.get(codename="change_site"))
    form = carla.get("/admin/users/new/").context["form"]
    assert role not in {label for _pk, label in form.fields["groups"].choices}
    answer = carla.post("/admin/users/new/", typed(role))
    assert answer.context["form"].errors["groups"]
    assert not User.objects.filter(username="nuovo").exists()
    other = person("altra", roles.EDITORS)
    carla.post(f"/admin/users/edit/{other.pk}/", typed(role, username="altra"))
    assert roles_of("altra") == {roles.EDITORS}
    carla.post(bulk("assign_role", other), {"role": made.pk})
    assert roles_of("altra") == {roles.EDITORS}


def test_nobody_changes_their_own_roles(carla):
    own = User.objects.get(username="carla")
    changed = typed(roles.EDITORS, roles.REVIEW_COOPERATION, username="carla", first_name="Carola")
    carla.post(f"/admin/users/edit/{own.pk}/", {**changed, "password1": "", "password2": ""})
    carla.post(bulk("assign_role", own), {"role": Group.objects.get(name=roles.EDITORS).pk})
    own.refresh_from_db()
    assert own.first_name == "Carola"
    assert roles_of("carla") == {roles.COORDINATION}


def test_no_new_administrator(carla):
    assert refused(carla.post("/admin/users/new/", typed(roles.EDITORS, is_superuser="on")))
    assert not User.objects.filter(username="nuovo").exists()
    marta = person("marta")
    edit = f"/admin/users/edit/{marta.pk}/"
    assert refused(carla.post(edit, typed(username="marta", is_superuser="on")))
    root = User.objects.create_superuser("root")
    carla.post(f"/admin/users/copy/{root.pk}/", typed(roles.EDITORS))
    assert not User.objects.get(username="nuovo").is_superuser
    marta.refresh_from_db()
    assert not marta.is_superuser


@pytest.mark.parametrize("more", [{"is_superuser": True}, {"role": roles.TREASURY}, {"own": True}])
def test_whoever_may_more_is_left_alone(carla, more):
    """A new password, or another mail address to send one to, would be a way in."""
    other = person("altra", more.get("role"), is_superuser=more.get("is_superuser", False))
    if "own" in more:
        other.user_permissions.add(Permission.objects.get(codename="change_site"))
    edit = f"/admin/users/edit/{other.pk}/"
    assert refused(carla.get(edit))
    assert refused(carla.post(edit, typed(username="altra")))
    assert refused(carla.post(bulk("set_active_state", other), {"mark_as_active": "False"}))
    assert refused(
        carla.post(bulk("assign_role", other), {"role": Group.objects.get(name=roles.EDITORS).pk})
    )
    other.refresh_from_db()
    assert other.check_password("prima") and other.is_active
    assert edit not in carla.get(HOME).content.decode()


@pytest.mark.parametrize("role", sorted(set(roles.ALL) - {roles.COORDINATION}))
def test_no_other_role_manages_people(role):
    other = person("altra", roles.EDITORS)
    client = browser_of(person("chi", role))
    client.post("/admin/users/new/", typed(role))
    client.post(f"/admin/users/edit/{other.pk}/", typed(role, username="altra"))
    client.post(bulk("assign_role", other), {"role": Group.objects.get(name=role).pk})
    assert not User.objects.filter(username="nuovo").exists()
    assert roles_of("altra") == {roles.EDITORS}


def test_an_administrator_gives_every_role():
    root = browser_of(User.objects.create_superuser("root"))
    root.post("/admin/users/new/", typed(*roles.ALL, is_superuser="on"))
    assert roles_of("nuovo") == set(roles.ALL)
    assert User.objects.get(username="nuovo").is_superuser


def test_a_right_on_a_page_reaches_below_it_and_no_further():
    giver, above, below = (Group.objects.create(name=name) for name in ("chi", "sopra", "sotto"))
    right = Permission.objects.get(codename="change_page", content_type__app_label="wagtailcore")
    root = Page.objects.get(depth=1)
    home = root.get_children().first() or root.add_child(title="Casa", slug="casa")
    for group, page in ((giver, home), (above, root), (below, home)):
        GroupPagePermission.objects.create(group=group, page=page, permission=right)
    offered = Reach(person("lei", "chi")).roles()
    assert below in offered and above not in offered
    choose = Permission.objects.get(codename="choose_image")
    GroupCollectionPermission.objects.create(
        group=below, collection=Collection.get_first_root_node(), permission=choose
    )
    assert below not in Reach(User.objects.get(username="lei")).roles()
