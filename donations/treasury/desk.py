"""What only a person can decide: disputes to answer, payments a bank believes to be a fraud, refunds
that did not go, gifts paid twice, payouts that do not add up, recurring gifts that cannot be charged,
mails without proof or not written, events that cannot be understood, donors who want their data
deleted."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.acknowledgements import TITLES
from donations.models import (
    Acknowledgement,
    Dispute,
    ErasureRequest,
    FraudWarning,
    RecurringDonation,
    RefundRequest,
    StripeEvent,
    ThanksInPerson,
)
from donations.services import doors, erasure_requests, in_person
from donations.services.acknowledging import try_again
from donations.services.deciding import decide_event
from donations.services.details import last_written
from donations.services.entering import STAYING
from donations.services.promises import deal_with
from donations.treasury import desk_counts, masks, troubles
from donations.treasury.base import TreasuryView
from donations.treasury.looks import Look, look, reconciled
from donations.treasury.timeline import event_title
from mail.models import Message
from mail.services import Decided, decide

TRIBUTES = ("donations.view_donation", "mail.view_message", "mail.change_message")
STRIPE = "https://dashboard.stripe.com/"


class Desk(TreasuryView):
    permissions = ("donations.view_stripeevent",)
    template_name = "donations/treasury/desk.html"
    page_title = _("To decide")
    tab = "treasury:desk"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        unwritten = desk_counts.unwritten() if user.has_perm("mail.view_message") else []
        mails = desk_counts.doubtful_mails() if user.has_perm("mail.view_message") else []
        return super().get_context_data(
            refused=desk_counts.refused_list().first(),
            disputes=[_dispute(row) for row in desk_counts.disputes_to_answer()],
            warnings=[_warning(row) for row in desk_counts.fraud_warnings()],
            refunds=[_refund(row) for row in desk_counts.refunds()],
            may_refund=user.has_perm("donations.add_refundrequest"),
            twice=desk_counts.paid_twice(),
            payouts=[{"row": row, "look": reconciled(row)} for row in desk_counts.payouts()],
            at_stripe=settings.SANDBOX_URL + "/_control/" if settings.SANDBOX else STRIPE,
            promises=[_promise(row) for row in self._promises()],
            may_donor=user.has_perm("donations.view_donor"),
            may_deal=user.has_perm("donations.change_recurringdonation"),
            mails=[_mail(row) for row in mails],
            unwritten=[_unwritten(row) for row in unwritten],
            stuck=[_event(row) for row in desk_counts.stuck_events()],
            parked=[_event(row) for row in desk_counts.parked_events()],
            may_mail=user.has_perm("mail.change_message"),
            cards=desk_counts.cards() if user.has_perms(TRIBUTES) else [],
            calls=[
                (one, last_written(donor=one.donation.donor).phone) for one in desk_counts.calls()
            ]
            if user.has_perm("donations.view_donor")
            else [],
            may_call=user.has_perm("donations.change_thanksinperson"),
            held=desk_counts.held_back().count(),
            brake=desk_counts.brake().first(),
            unreceipted=desk_counts.unreceipted().count(),
            wall_words=desk_counts.wall_words().count(),
            packets=desk_counts.packets().count(),
            erasures=[_erasure(row) for row in erasure_requests.waiting()],
            customers=desk_counts.customers(),
            may_remove=user.has_perm("donations.add_erasure"),
            may_erase=user.has_perm("donations.change_erasurerequest"),
            may_event=user.has_perm("donations.change_stripeevent"),
            **kwargs,
        )

    def _promises(self) -> Iterable[RecurringDonation]:
        seen = self.request.user.has_perm("donations.view_recurringdonation")
        return desk_counts.promises() if seen else []


def _dispute(row: Dispute) -> dict[str, Any]:
    return {"row": row, "look": look(row), "reason": troubles.dispute(row.reason)}


def _warning(row: FraudWarning) -> dict[str, Any]:
    begun, until = doors.held_since(row.donation)
    kind = troubles.fraud(row.fraud_type)
    return {"row": row, "look": look(row), "kind": kind, "begun": begun, "held_until": until}


def _refund(row: RefundRequest) -> dict[str, Any]:
    refused = row.state == RefundRequest.State.REFUSED
    late = troubles.asking(row.last_error) if row.last_error else ""
    return {
        "row": row,
        "look": look(row),
        "who": str(row.asked_by.get_full_name() or row.asked_by) if row.asked_by else "–",
        "trouble": troubles.refusal(row.refusal_code, row.refusal) if refused else late,
    }


def _promise(row: RecurringDonation) -> dict[str, Any]:
    newest = row.donations.order_by("-pk")[0]
    return {"row": row, "look": look(row), "name": newest.donor_name}


def _erasure(row: ErasureRequest) -> dict[str, Any]:
    return {
        "row": row,
        "mail": masks.mail(row.donor.email or ""),
        "answer_by": row.asked_at + erasure_requests.WITHIN,
        "gifts": row.donor.donations.filter(state__in=STAYING),
    }


def _event(row: StripeEvent) -> dict[str, Any]:
    return {
        "row": row,
        "look": look(row),
        "title": event_title(row),
        "trouble": troubles.event(row.last_error),
    }


def _unwritten(row: Acknowledgement) -> dict[str, Any]:
    return {
        "row": row,
        "look": Look("bad", "sp-person", gettext("Not written")),
        "trouble": troubles.event(row.last_error),
        "kind": TITLES.get(row.kind, row.kind),
    }


def _mail(row: Message) -> dict[str, Any]:
    duty = getattr(row, "acknowledgement", None)
    return {
        "row": row,
        "look": look(row),
        "trouble": troubles.mail(row.last_error),
        "to": masks.mail(row.to),
        "gift": duty.donation if duty else None,
        "unknown": row.state == Message.State.UNKNOWN,
    }


@require_POST
def decide_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """`scelta`: "partita" (it left) or "rimanda" (send it again)."""
    if not request.user.has_perms(("donations.view_stripeevent", "mail.change_message")):
        return permission_denied(request)
    message = get_object_or_404(Message, pk=pk)
    choice = request.POST.get("scelta")
    if choice in ("partita", "rimanda"):
        try:
            decide(message=message, sent=choice == "partita")
        except Decided:
            messages.warning(request, gettext("Somebody has decided already: nothing was sent."))
        else:
            log(instance=message, action="donations.mail_decided", data={"choice": choice})
            said = {
                "partita": gettext("Noted: it has left."),
                "rimanda": gettext("It goes out again."),
            }
            messages.success(request, said[choice])
    return HttpResponseRedirect(reverse("treasury:desk"))


@require_POST
def write_again(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perms(("donations.view_stripeevent", "mail.change_message")):
        return permission_denied(request)
    duty = get_object_or_404(Acknowledgement, pk=pk)
    if try_again(duty=duty):
        log(instance=duty, action="donations.mail_decided", data={"choice": "riprova"})
        messages.success(request, gettext("It is tried again at once."))
    else:
        messages.warning(request, gettext("It is written already, or being written just now."))
    return HttpResponseRedirect(reverse("treasury:desk"))


@require_POST
def decide_thanks(request: HttpRequest, pk: int) -> HttpResponse:
    """`scelta`: "fatto" or "non-serve"; `nota`: what was said."""
    rights = ("donations.view_stripeevent", "donations.change_thanksinperson")
    if not request.user.has_perms(rights):
        return permission_denied(request)
    assert request.user.is_authenticated
    task = get_object_or_404(ThanksInPerson, pk=pk)
    choice = request.POST.get("scelta")
    if choice in ("fatto", "non-serve"):
        note = request.POST.get("nota", "").strip()[:300]
        if in_person.decide(task=task, done=choice == "fatto", note=note, by=request.user):
            log(instance=task, action="donations.thanked", data={"choice": choice})
            messages.success(request, gettext("Noted."))
        else:
            messages.warning(request, gettext("Somebody has decided already."))
    return HttpResponseRedirect(reverse("treasury:desk"))


@require_POST
def deal_with_promise(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`guaio`: the trouble that was seen on the desk."""
    rights = ("donations.view_stripeevent", "donations.change_recurringdonation")
    if not request.user.has_perms(rights):
        return permission_denied(request)
    promise = get_object_or_404(RecurringDonation, public_id=public_id)
    if deal_with(promise=promise, trouble=request.POST.get("guaio", "")):
        log(instance=promise, action="donations.promise_dealt_with")
        messages.success(request, gettext("Noted: it comes back when the next charge fails."))
    else:
        messages.warning(request, gettext("Something has changed meanwhile: look again."))
    return HttpResponseRedirect(reverse("treasury:desk"))


@require_POST
def decide_stripe_event(request: HttpRequest, pk: int) -> HttpResponse:
    """`scelta`: "riprova" (look at it again) or "lascia" (leave it alone)."""
    if not request.user.has_perms(("donations.view_stripeevent", "donations.change_stripeevent")):
        return permission_denied(request)
    event = get_object_or_404(StripeEvent, pk=pk)
    choice = request.POST.get("scelta")
    if choice in ("riprova", "lascia"):
        if decide_event(event=event, again=choice == "riprova"):
            log(instance=event, action="donations.event_decided", data={"choice": choice})
            messages.success(request, gettext("Done."))
        else:
            messages.warning(request, gettext("Somebody has decided already: nothing has changed."))
    return HttpResponseRedirect(reverse("treasury:desk"))


@require_POST
def answer_erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """`risposta`: what the donor reads, in a mail and on her page."""
    rights = ("donations.view_stripeevent", "donations.change_erasurerequest")
    if not request.user.has_perms(rights):
        return permission_denied(request)
    asked = get_object_or_404(ErasureRequest, pk=pk)
    words = request.POST.get("risposta", "").strip()
    if not words:
        messages.error(request, gettext("Write the answer: the donor reads it as it stands."))
        return HttpResponseRedirect(reverse("treasury:desk"))
    try:
        erasure_requests.answer(request=asked, words=words, by=request.user)
    except erasure_requests.Answered:
        messages.warning(request, gettext("Somebody has answered already: nothing was sent."))
    else:
        log(instance=asked, action="donations.erasure_answered")
        messages.success(request, gettext("Answered: the mail is leaving."))
    return HttpResponseRedirect(reverse("treasury:desk"))
