"""Moving, cancelling and taking down a post: one small page each, where the reason of a refusal is shown."""

from collections.abc import Callable
from datetime import time
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from campaigns import services
from campaigns.admin.forms import (
    DATE_INPUTS,
    TIME_INPUTS,
    date_widget,
    time_widget,
    zone_choices,
)
from campaigns.errors import Refused
from campaigns.models import Post
from campaigns.states import OUTCOME_OPEN, Question, State

PERMISSION = "campaigns.change_post"
OUT = "campaigns.change_delivery"


class MoveForm(forms.Form):
    day = forms.DateField(
        label=_("Day"),
        input_formats=DATE_INPUTS,
        widget=date_widget(),
        error_messages={"invalid": _("Write the day like 04/10/2026.")},
    )
    time = forms.TimeField(
        label=_("Time"),
        input_formats=TIME_INPUTS,
        widget=time_widget(),
        error_messages={"invalid": _("Write the time like 09:00.")},
    )
    zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        initial = {"day": post.planned_date, "time": post.planned_time, "zone": post.zone}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.fields["zone"].choices = zone_choices(post.zone)  # type: ignore[attr-defined]


class CancelForm(forms.Form):
    why = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("For whoever reads the history later. You can leave it empty."),
    )


@require_http_methods(["GET", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post, pk=pk)
    form = MoveForm(_data(request), post=post.get_latest_revision_as_object())

    def change(*, time: time, **data: Any) -> None:
        services.move(post=post, at=time, by=request.user, **data)

    if _done(request, form, change):
        messages.success(request, " ".join([gettext("Moved."), *_now_known(post)]))
        return redirect("campaigns_posts:edit", pk)
    return _page(request, post, form, "move")


@require_http_methods(["GET", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post, pk=pk)
    form = CancelForm(_data(request))
    change = partial(services.cancel, post=post, by=request.user)
    if _done(request, form, change):
        said = gettext("Cancelled. What is already out stays out.")
        messages.success(request, " ".join([said, *_perhaps_out(post)]))
        return redirect("campaigns_posts:edit", pk)
    return _page(request, post, form, "cancel")


@require_http_methods(["GET", "POST"])
@permission_required(OUT, raise_exception=True)
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post, pk=pk)
    form = CancelForm(_data(request))
    change = partial(services.take_down, post=post, by=request.user)
    if _done(request, form, change):
        messages.success(request, gettext("It is no longer on the wall."))
        return redirect("campaigns_posts:edit", pk)
    out = post.deliveries.filter(state=State.PUBLISHED).select_related("account", "wall_entry")
    elsewhere = [row for row in out if not hasattr(row, "wall_entry")]
    on_wall = any(row.on_wall for row in out)
    return _page(request, post, form, "take_down", elsewhere=elsewhere, on_wall=on_wall)


def _now_known(post: Post) -> list[str]:
    """What becomes of a post that was moved: whether it waits for a yes, whether it may be out."""
    asked = Post.objects.get(pk=post.pk).workflow_in_progress
    yes = [gettext("It waits for a yes: that has been asked for.")] if asked else []
    if not post.deliveries.exists():
        return yes
    return yes + (_perhaps_out(post) or [gettext("Nothing has gone out in the meantime.")])


def _perhaps_out(post: Post) -> list[str]:
    unknown = Q(state__in=OUTCOME_OPEN) | Q(question=Question.PROOF)
    names = [row.account.name for row in post.deliveries.filter(unknown).select_related("account")]
    if not names:
        return []
    return [
        gettext(
            "It is not known yet whether it is out on %(accounts)s: there this counts only if it "
            "proves not to be."
        )
        % {"accounts": ", ".join(names)}
    ]


def _done(request: HttpRequest, form: forms.Form, change: Callable[..., Any]) -> bool:
    """True when the change was asked for and made; a refusal stands in the form with its reason."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        change(**form.cleaned_data)
    except (Refused, ValidationError) as reason:
        form.add_error(None, _sentence(reason))
        return False
    return True


def _data(request: HttpRequest) -> Any:
    """An empty answer is an answer."""
    return request.POST if request.method == "POST" else None


def _sentence(reason: Exception) -> str:
    found = getattr(reason, "messages", None)
    return " ".join(found) if found else str(reason)


def _page(
    request: HttpRequest, post: Post, form: forms.Form, name: str, **more: Any
) -> HttpResponse:
    status = 409 if form.non_field_errors() else 200
    context = {"post": post, "form": form, "header_icon": "edit"} | more
    return render(request, f"campaigns/admin/post_{name}.html", context, status=status)
