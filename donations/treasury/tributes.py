"""The card of a gift in somebody's honour or memory: how far it is; stopped, or sent, by a person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Donation, Tribute
from donations.services import tributes
from donations.treasury import masks
from donations.treasury.looks import Look
from mail.models import Message
from people.models import User

NEEDED = ("donations.view_donation", "mail.view_message", "mail.change_message")
State = Tribute.State
LOOKS = {
    State.NO_CARD: ("mute", "sp-draft"),
    State.WAITING: ("mute", "sp-draft"),
    State.PLANNED: ("go", "sp-planned"),
    State.LEAVING: ("go", "sp-sending"),
    State.SENT: ("ok", "sp-published"),
    State.STOPPED: ("mute", "sp-stopped"),
}


def card_of(gift: Donation, *, user: Any) -> dict[str, Any] | None:
    """For the gift's page; None when it is nobody's."""
    tribute = Tribute.objects.filter(donation=gift).select_related("stopped_by").first()
    if tribute is None:
        return None
    tribute.donation = gift
    state, duty = tributes.state_of(tribute), tributes.duty_of(tribute)
    planned, may = tribute.planned, user.has_perms(NEEDED)
    sendable = state in (State.PLANNED, State.STOPPED) and tribute.email
    sent = duty.mail if duty and may else None
    return {
        "tribute": tribute,
        "look": Look(*LOOKS[state], str(state.label)),
        "to": masks.mail(tribute.email) if tribute.email else "",
        "odd": planned.message if planned and state in (State.WAITING, State.PLANNED) else "",
        "may_stop": may and state in (State.WAITING, State.PLANNED),
        "may_send": bool(may and sendable and gift.state in tributes.STANDS),
        "mail": sent,
        "may_repeat": bool(sent and sent.state == Message.State.SENT and tribute.email),
    }


@require_POST
def decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`scelta`: "ferma" (nothing leaves), "manda" (it leaves now, whatever its hour) or "lascia" (one
    that was held up does not leave any more)."""
    if not request.user.has_perms(NEEDED):
        return permission_denied(request)
    rows = Tribute.objects.select_related("donation")
    tribute = get_object_or_404(rows, donation__public_id=public_id)
    choice = request.POST.get("scelta", "")
    assert isinstance(request.user, User)  # has permissions, so somebody is logged in
    try:
        if choice == "ferma":
            tributes.stop(tribute=tribute, by=request.user)
            messages.success(request, gettext("Stopped: the card does not leave."))
        elif choice == "lascia":
            tributes.leave(tribute=tribute, by=request.user)
            messages.success(request, gettext("Stopped: the card does not leave."))
        elif choice == "manda":
            tributes.send_now(tribute=tribute)
            messages.success(request, gettext("The card is leaving, once."))
        if choice in ("ferma", "manda", "lascia"):
            log(
                instance=tribute.donation,
                action="donations.card_decided",
                data={"choice": choice},
            )
    except tributes.TooLate:
        messages.warning(
            request, gettext("The card has left, was stopped, or its gift does not stand any more.")
        )
    return HttpResponseRedirect(reverse("treasury:donation", args=[public_id]))
