"""The mails exactly as they were sent, shown where nothing in them can act."""

from collections.abc import Iterator
from contextlib import suppress
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Acknowledgement, Donor, SentAgain
from donations.services import sending_again
from donations.treasury import masks, troubles
from donations.treasury.base import TreasuryView
from donations.treasury.looks import look
from mail.models import Attachment, Message
from mail.shown import with_pictures

# what hangs on a gift, a year's statement, a question for the codice fiscale, and copies of these; an
# entry mail never: whoever reads its link comes in
ROOTS = ("acknowledgement", "statement", "code_request")
COPIES = ("sent_again__acknowledgement", "sent_again__first")
OF_GIVING = reduce(or_, (Q(**{f"{name}__isnull": False}) for name in (*ROOTS, *COPIES)))
OF_GIVING_FILE = reduce(
    or_, (Q(**{f"message__{name}__isnull": False}) for name in (*ROOTS, *COPIES))
)
# as long as they keep an address (decision 0010), for who answers these requests
OF_ERASURE = Q(kind__in=["erasure_answer", "erasure_done"]) & ~Q(to="")
ANSWERS = "donations.change_erasurerequest"
# in its frame the mail has no origin, no script, no form, and loads nothing
CAGE = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


class MailPage(TreasuryView):
    permissions = ("donations.view_donation", "mail.view_message")
    template_name = "donations/treasury/mail.html"
    tab = "treasury:donations"

    def get_page_title(self) -> str:
        return self.message.subject

    @property
    def message(self) -> Message:
        if not hasattr(self, "_message"):
            self._message = _of_giving(self.kwargs["pk"], self.request.user)
        return self._message

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first, user = _first(self.message), self.request.user
        duty: Acknowledgement | None = getattr(first, "acknowledgement", None)
        copies = SentAgain.objects.filter(Q(acknowledgement=duty) if duty else Q(first=first))
        statement = getattr(first, "statement", None)
        asked = getattr(first, "code_request", None)
        return super().get_context_data(
            message=self.message,
            look=look(self.message),
            trouble=troubles.mail(self.message.last_error),
            to=masks.mail(self.message.to),
            gift=duty.donation if duty else None,
            statement=statement if user.has_perm("donations.view_statementrun") else None,
            donor=_donor(statement or asked) if user.has_perm("donations.view_donor") else None,
            copy=getattr(self.message, "sent_again", None),
            first=first,
            copies=copies.select_related("mail", "by"),
            token=uuid4(),
            may_send=self._may_send(),
            to_decide=_to_decide(self.message) and user.has_perm("donations.view_stripeevent"),
            **kwargs,
        )

    def _may_send(self) -> bool:
        mail = self.message
        is_first = sending_again.can_be(mail) and mail.state == Message.State.SENT
        may = self.request.user.has_perm("mail.change_message")
        return bool(is_first and may and mail.to and sending_again.address_of(mail))


def _donor(about: Any) -> Donor | None:
    return (about.donor.kept or about.donor) if about else None


def _to_decide(message: Message) -> bool:
    return message.state in (Message.State.UNKNOWN, Message.State.FAILED)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """`foglio`: what makes two clicks one mail."""
    if not request.user.has_perms((*MailPage.permissions, "mail.change_message")):
        return permission_denied(request)
    assert request.user.is_authenticated
    message = _of_giving(pk, request.user)
    try:
        token = UUID(request.POST.get("foglio", ""))
        made = sending_again.send_again(first=_first(message), token=token, by=request.user)
    except ValueError:
        messages.error(request, gettext("The page was too old: nothing was sent. Try from here."))
    except sending_again.CannotSend:
        messages.error(
            request,
            gettext(
                "It cannot be sent again: it has not left yet, the donor has no mail address, its stored "
                "paper is missing or altered, or something newer has taken its place. Nothing was "
                "sent."
            ),
        )
    else:
        if made:
            log(instance=message, action="donations.mail_again")
        messages.success(request, gettext("A copy is leaving, once."))
    return HttpResponseRedirect(reverse("treasury:mail", args=[pk]))


def body(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML part, for the caged frame."""
    if not request.user.has_perms(MailPage.permissions):
        return permission_denied(request)
    message = _of_giving(pk, request.user)
    response = HttpResponse(with_pictures(message.body_html, _pictures(message)))
    response["Content-Security-Policy"] = CAGE
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _pictures(message: Message) -> Iterator[tuple[str, str, bytes]]:
    """Those that the text shows; a file that is missing is left out."""
    for one in message.attachments.all():
        if f"cid:{one.name}" in message.body_html:
            with suppress(OSError), one.file.open("rb") as file:
                yield one.name, one.content_type, file.read()


def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file as it travelled with a mail."""
    if not request.user.has_perms((*MailPage.permissions, "donations.view_receipt")):
        return permission_denied(request)
    found = get_object_or_404(Attachment.objects.filter(OF_GIVING_FILE), pk=pk)
    try:
        handle = found.file.open("rb")
    except OSError as error:
        raise Http404(gettext("The file is missing.")) from error
    log(instance=found.message, action="donations.attachment_opened")
    response = FileResponse(
        handle, as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _of_giving(pk: int, user: Any) -> Message:
    """Only mails of giving, and copies of them: the treasury does not read the others."""
    rows = Message.objects.select_related(
        "acknowledgement__donation__donor",
        "statement__run",
        "statement__donor",
        "code_request__donor",
        "sent_again__acknowledgement__mail",
        "sent_again__first",
    )
    open_to = OF_GIVING | OF_ERASURE if user.has_perm(ANSWERS) else OF_GIVING
    return get_object_or_404(rows.filter(open_to), pk=pk)


def _first(message: Message) -> Message:
    """What it is a copy of; itself, when it is none."""
    copy: SentAgain | None = getattr(message, "sent_again", None)
    if copy is None:
        return message
    found = copy.acknowledgement.mail if copy.acknowledgement else copy.first
    assert found
    return found
