"""Coordinamento manages people, but nobody touches, nor makes, one who may more than they do."""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages

from people.models import User
from people.reach import Reach
from people.views import AssignRole

hooks.register("register_bulk_action", AssignRole, order=1)  # after Wagtail's, which it replaces


def refuse(request: HttpRequest, *people: User) -> HttpResponse | None:
    """Wagtail asks for the right to change users and for nothing else: a new password for somebody
    who may more would be a way in."""
    user = request.user
    assert isinstance(user, User)
    if user.is_superuser:
        return None
    reach = Reach(user)
    if "is_superuser" not in request.POST and all(reach.covers(person) for person in people):
        return None
    messages.error(request, _("Whoever may more than you is changed by an administrator."))
    return redirect("wagtailusers_users:index")


for name in ("before_create_user", "before_edit_user", "before_delete_user"):
    hooks.register(name, refuse)


@hooks.register("before_bulk_action")
def refuse_many(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> HttpResponse | None:
    return refuse(request, *objects) if action.model is get_user_model() else None
