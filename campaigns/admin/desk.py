"""The desk: what only a person can settle, what expires first on top.

Every answer names what it answers (`sure` and the delivery); when somebody else was quicker the
service says who and what, and nothing is sent.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.base import ViewSet

from campaigns import services
from campaigns.errors import Refused
from campaigns.models import Account, Delivery
from campaigns.states import Question, State

UNDO = timedelta(seconds=10)
SLACK = timedelta(seconds=5)  # for the way of a click that came in time
SALT = "campaigns.desk.answer"
VIEW, DECIDE = "campaigns.view_delivery", "campaigns.change_delivery"

ANSWERS: dict[str, Callable[[Delivery, Any], Delivery]] = {
    "uscito": lambda row, by: services.decide(delivery=row, went_out=True, by=by),
    "rimanda": lambda row, by: services.decide(delivery=row, went_out=False, by=by, after=UNDO),
    "adesso": lambda row, by: services.send_now(delivery=row, by=by, after=UNDO),
    "mai": lambda row, by: services.let_go(delivery=row, by=by),
}
DONE = {
    "uscito": _("Noted: it is out on %(account)s."),
    "rimanda": _("It is sent again to %(account)s in ten seconds."),
    "adesso": _("It is sent to %(account)s in ten seconds."),
    "mai": _("It no longer goes out on %(account)s."),
}
# what was done to the post meanwhile counts more than the answer
INSTEAD = {
    State.PLANNED: _("It goes out on %(account)s at its new minute."),
    State.HELD: _("It stays stopped on %(account)s until somebody says yes again."),
    State.CANCELLED: DONE["mai"],
}


def waiting() -> list[Any]:
    """Each with `kind` (proof, late, rejected), `totals` and the `first` visit to its link."""
    rows = list(Delivery.objects.for_person())
    totals = services.results_by_delivery(deliveries=rows)
    for row in rows:
        row.kind = row.question or "rejected"  # type: ignore[attr-defined]
        row.totals = totals[row.pk]  # type: ignore[attr-defined]
        row.first = _first_visit(row)  # type: ignore[attr-defined]
    order = {Question.PROOF: 0, Question.LATE: 1, "rejected": 2}
    return sorted(rows, key=lambda row: (order[row.kind], row.planned_at))


def _first_visit(row: Delivery) -> Any:
    """Only what came by a person's hand counts as a sign."""
    if not row.source_id or row.question != Question.PROOF:
        return None
    visits = row.source.visits.filter(crawler=False)  # type: ignore[union-attr]
    return visits.order_by("at").values_list("at", flat=True).first()


def lost_accounts() -> list[Account]:
    return list(Account.objects.active().filter(state=Account.State.DISCONNECTED))


def number() -> int:
    """How many things wait: for the menu."""
    states = [State.NEEDS_PERSON, State.REJECTED]
    return Delivery.objects.filter(state__in=states).count() + len(lost_accounts())


@permission_required(VIEW, raise_exception=True)
def desk(request: HttpRequest) -> HttpResponse:
    coming = Delivery.objects.filter(state=State.PLANNED).order_by("planned_at").first()
    context = {
        "rows": waiting(),
        "accounts": lost_accounts(),
        "next": coming,
        "can_decide": request.user.has_perm(DECIDE),
        "undo": _undoable(request.GET.get("fatto", "")),
    }
    return render(request, "campaigns/admin/desk.html", context)


@require_POST
@permission_required(DECIDE, raise_exception=True)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.select_related("account"), pk=pk)
    given = request.POST.get("risposta", "")
    if given not in ANSWERS:
        messages.error(request, gettext("Choose one of the answers."))
        return redirect("campaigns_desk:index")
    before = services.asked(row)
    try:
        row = ANSWERS[given](row, request.user)
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        words = INSTEAD.get(State(row.state), DONE[given])
        messages.success(request, str(words) % {"account": row.account})
        step = row.log.last()
        if step and not hasattr(row, "wall_entry"):
            sealed = signing.dumps([row.pk, step.pk, before], salt=SALT)
            query = urlencode({"fatto": sealed})
            return redirect(f"{reverse('campaigns_desk:index')}?{query}")
    return redirect("campaigns_desk:index")


def _undoable(sealed: str) -> str:
    """The answer just given, as long as it can be taken back; else ""."""
    try:
        signing.loads(sealed, salt=SALT, max_age=UNDO)
    except signing.BadSignature:
        return ""
    return sealed


@require_POST
@permission_required(DECIDE, raise_exception=True)
def undo(request: HttpRequest) -> HttpResponse:
    try:
        answered = request.POST.get("fatto", "")
        pk, step, before = signing.loads(answered, salt=SALT, max_age=UNDO + SLACK)
        delivery = get_object_or_404(Delivery, pk=pk)
        services.take_back(delivery=delivery, before=before, step=step, by=request.user)
    except signing.BadSignature:
        messages.error(request, gettext("The ten seconds are over: the answer stands."))
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, gettext("Taken back: the question stands again."))
    return redirect("campaigns_desk:index")


class DeskViewSet(ViewSet):
    name = "campaigns_desk"
    url_prefix = "banco"
    icon = "sp-person"
    menu_label = _("Desk")
    menu_name = "desk"
    menu_order = 220

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", desk, name="index"),
            path("<int:pk>/", answer, name="answer"),
            path("annulla/", undo, name="undo"),
        ]
