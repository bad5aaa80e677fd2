"""Coordinamento manages people, but nobody becomes an administrator, nor touches one, who is none."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from wagtail import hooks

from people.models import User


def refuse(request: HttpRequest, *people: User) -> None:
    """Wagtail asks for the right to change users and for nothing else: a new password for an
    administrator would be a way in."""
    if request.user.is_superuser:  # type: ignore[union-attr]
        return
    if "is_superuser" in request.POST or any(person.is_superuser for person in people):
        raise PermissionDenied


for name in ("before_create_user", "before_edit_user", "before_delete_user"):
    hooks.register(name, refuse)


@hooks.register("before_bulk_action")
def refuse_many(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> None:
    if action.model is get_user_model():
        refuse(request, *objects)
