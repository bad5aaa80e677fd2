"""The mails exactly as they were sent, shown where nothing in them can act."""

from collections.abc import Iterator
from contextlib import suppress
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

from donations.models import Acknowledgement, SentAgain
from donations.services import sending_again
from donations.treasury import masks, troubles
from donations.treasury.base import TreasuryView
from donations.treasury.looks import look
from mail.models import Attachment, Message
from mail.shown import with_pictures

OF_A_GIFT = Q(acknowledgement__isnull=False) | Q(sent_again__isnull=False)
OF_A_GIFT_FILE = Q(message__acknowledgement__isnull=False) | Q(message__sent_again__isnull=False)
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
            self._message = _of_a_gift(self.kwargs["pk"])
        return self._message

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            message=self.message,
            look=look(self.message),
            trouble=troubles.mail(self.message.last_error),
            to=masks.mail(self.message.to),
            gift=_duty(self.message).donation,
            copy=getattr(self.message, "sent_again", None),
            copies=SentAgain.objects.filter(acknowledgement=_duty(self.message)).select_related(
                "mail", "by"
            ),
            token=uuid4(),
            may_send=self._may_send(),
            **kwargs,
        )

    def _may_send(self) -> bool:
        duty = _duty(self.message)
        is_first = duty.mail_id == self.message.pk and self.message.state == Message.State.SENT
        may = self.request.user.has_perm("mail.change_message")
        may = may and bool(self.message.to)
        return bool(is_first and may and sending_again.address_of(duty))


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """`foglio`: what makes two clicks one mail."""
    if not request.user.has_perms((*MailPage.permissions, "mail.change_message")):
        return permission_denied(request)
    assert request.user.is_authenticated
    message = _of_a_gift(pk)
    try:
        token = UUID(request.POST.get("foglio", ""))
        made = sending_again.send_again(duty=_duty(message), token=token, by=request.user)
    except ValueError:
        messages.error(request, gettext("The page was too old: nothing was sent. Try from here."))
    except sending_again.CannotSend:
        messages.error(
            request,
            gettext(
                "It cannot be sent again: it has not left yet, the donor has no mail address, or the "
                "stored receipt is missing or altered. Nothing was sent."
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
    message = _of_a_gift(pk)
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
    found = get_object_or_404(Attachment.objects.filter(OF_A_GIFT_FILE), pk=pk)
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


def _of_a_gift(pk: int) -> Message:
    """Only mails of giving, and copies of them: the treasury does not read the others."""
    rows = Message.objects.select_related(
        "acknowledgement__donation__donor", "sent_again__acknowledgement__donation__donor"
    )
    return get_object_or_404(rows.filter(OF_A_GIFT), pk=pk)


def _duty(message: Message) -> Acknowledgement:
    """What the mail was written for, the first time or again."""
    copy = getattr(message, "sent_again", None)
    duty: Acknowledgement = copy.acknowledgement if copy else message.acknowledgement  # type: ignore[attr-defined]
    return duty
