"""The mails exactly as they were sent, shown where nothing in them can act."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.treasury import masks, troubles
from donations.treasury.base import TreasuryView
from donations.treasury.looks import look
from mail.models import Attachment, Message

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
            gift=self.message.acknowledgement.donation,  # type: ignore[attr-defined]
            **kwargs,
        )


def body(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML part, for the caged frame."""
    if not request.user.has_perms(MailPage.permissions):
        return permission_denied(request)
    response = HttpResponse(_of_a_gift(pk).body_html)
    response["Content-Security-Policy"] = CAGE
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response


def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file as it travelled with a mail."""
    if not request.user.has_perms((*MailPage.permissions, "donations.view_receipt")):
        return permission_denied(request)
    found = get_object_or_404(Attachment, pk=pk, message__acknowledgement__isnull=False)
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
    """Only mails of giving: the treasury does not read the others."""
    rows = Message.objects.select_related("acknowledgement__donation__donor")
    return get_object_or_404(rows, pk=pk, acknowledgement__isnull=False)
