"""The transfer as a code that a bank's app reads (EPC069-12, "Quick Response Code")."""

from decimal import Decimal
from io import BytesIO
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from segno import QRCode
from segno.helpers import make_epc_qr

from donations import issuer
from donations.issuer import GiftAccount
from donations.models import Donation

KINDS = {"svg": "image/svg+xml", "png": "image/png"}
NAME = 70  # as many characters as the code may carry of the holder's name


def draw(gift: Donation, account: GiftAccount, kind: str) -> bytes:
    """`kind`: svg or png. Ink on white with its margin, whatever the page's colours."""
    code: QRCode = make_epc_qr(
        name=account.holder[:NAME],
        iban=account.iban,
        amount=Decimal(gift.amount) / 100,
        text=gift.transfer.readable,
        encoding="utf-8",
    )
    out = BytesIO()
    code.save(out, kind=kind, scale=8, border=4, dark="#17150f", light="#ffffff")
    return out.getvalue()


@never_cache
@require_safe
def code(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    """Only of a transfer that is waited for."""
    account = issuer.account()
    if kind not in KINDS or account is None:
        raise Http404
    waiting = Donation.objects.filter(state=Donation.State.AWAITING).select_related("transfer")
    gift = get_object_or_404(waiting, public_id=public_id)
    response = HttpResponse(draw(gift, account, kind), content_type=KINDS[kind])
    response["X-Robots-Tag"] = "noindex"
    return response
