"""The page after the gift, which waits for the truth."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from donations import issuer, posted, premium_words, sharing, tribute_words
from donations.models import Donation
from donations.sums import meaning_of, sum_with


@never_cache
@require_safe
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Shows how far the gift is. It settles nothing: the webhook does, and this page waits."""
    online = Donation.objects.filter(Q(by_hand=None) | Q(transfer__isnull=False))
    online = online.select_related("fund", "transfer")
    gift = get_object_or_404(online, public_id=public_id)
    now = phase(gift)
    response = render(
        request,
        "donations/thanks.html",
        {
            "gift": gift,
            "phase": now,
            "to_pass_on": sharing.pass_it_on(request, gift) if now == "settled" else None,
            "every": _refresh(gift),
            "meaning": meaning_of(gift),
            "sum": sum_with(gift),
            "posted": posted.thanks_of(gift) if now == "settled" else None,
            "dedicated": tribute_words.both(gift) if now in HEARD else "",
            "thanked": premium_words.of_gift(gift, whole=False) if now in HEARD else "",
            "account": issuer.account() if now == "transfer" else None,
        },
    )
    response["X-Robots-Tag"] = "noindex"
    return response


HEARD = ("settled", "processing", "transfer")  # phases that speak of a gift to come or come
PHASES = {
    Donation.State.STARTED: "waiting",
    Donation.State.CHECKOUT_OPEN: "waiting",
    Donation.State.AWAITING: "transfer",
    Donation.State.PROCESSING: "processing",
    Donation.State.SETTLED: "settled",
    Donation.State.PARTLY_REFUNDED: "settled",
    Donation.State.REFUNDED: "refunded",
    Donation.State.DISPUTED: "settled",
    Donation.State.LOST: "lost",
    Donation.State.FAILED: "failed",
    Donation.State.EXPIRED: "expired",
    Donation.State.CANCELLED: "expired",
    Donation.State.REVERSED: "expired",
}


def phase(gift: Donation) -> str:
    """Which of the page's stories to tell."""
    return PHASES[Donation.State(gift.state)]


def _refresh(gift: Donation) -> int:
    """Seconds until the page asks again; 0 when there is nothing left to wait for."""
    if phase(gift) == "processing":
        return 60
    if phase(gift) != "waiting":
        return 0
    return 3 if timezone.now() - gift.created_at < timedelta(minutes=15) else 30
