"""What a person undoes with one button on the pages of the abuse control: once, logged, and said."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from people.models import User

VIEW, CHANGE = "donations.view_gifttry", "donations.change_gifttry"


def lift(
    request: HttpRequest,
    model: type[Model],
    pk: int,
    *,
    by: Callable[[Any, User], bool],
    action: str,
    done: str,
    over: str,
    then: str,
) -> HttpResponse:
    """`by`: does it, False when it is over already; `done`, `over`: what is said then; `then`: the
    address to go on to."""
    if not request.user.has_perms((VIEW, CHANGE)):
        return permission_denied(request)
    row = get_object_or_404(model, pk=pk)
    assert isinstance(request.user, User)  # has permissions, so somebody is logged in
    if by(row, request.user):
        log(instance=row, action=action)
        messages.success(request, done)
    else:
        messages.warning(request, over)
    return HttpResponseRedirect(then)
