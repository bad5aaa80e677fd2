"""What the treasurer has to decide; what came in today and where from. Amounts in cents, gifts less
what was given back."""

from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attribution.models import Source
from campaigns.models import Campaign
from cms import campaign_state
from cms.dashboard.base import Part, bounds, today
from donations.models import Donation
from donations.services import reporting
from donations.treasury import desk_counts

SHOWN = 5


class ToDecide(Part):
    """What waits on the treasurer's desk, above all figures; nothing where nothing waits."""

    template_name = "cms/dashboard/to_decide.html"
    sorry = _("I cannot read what waits in the treasury. Look at “To decide” there.")
    order = 15

    def allowed(self) -> bool:
        return bool(self.request.user.has_perm("donations.view_stripeevent"))

    def read(self) -> dict[str, Any]:
        number = desk_counts.waiting()
        return {"number": number, "deadline": desk_counts.first_deadline() if number else None}


class CameInToday(Part):
    template_name = "cms/dashboard/money.html"
    sorry = _(
        "I cannot read today's donations. The money has nothing to do with it: it comes in "
        "all the same."
    )

    def allowed(self) -> bool:
        """Sums name nobody: whoever writes the posts sees what they bring."""
        user = self.request.user
        return any(map(user.has_perm, ("donations.view_donation", "campaigns.change_post")))

    def read(self) -> dict[str, Any]:
        starts, ends = bounds(today())
        received = Donation.objects.filter(settled_at__gte=starts, settled_at__lt=ends)
        received = received.exclude(state=Donation.State.REVERSED)  # a mistake never was a gift
        net = F("amount") - F("refunded_amount")
        sums = received.aggregate(cents=Sum(net), gifts=Count("pk"))
        waiting = Donation.objects.filter(state=Donation.State.PROCESSING)
        sources = list(
            received.values("source")
            .annotate(cents=Sum(net))
            .order_by(F("cents").desc(), "source")[:SHOWN]
        )
        known = Source.objects.select_related("parent").in_bulk([row["source"] for row in sources])
        top = max((row["cents"] for row in sources), default=0)
        return {
            "cents": sums["cents"] or 0,
            "gifts": sums["gifts"],
            "waiting": waiting.aggregate(cents=Sum("amount"))["cents"] or 0,
            "sources": [
                {
                    "label": known[row["source"]].full_name if row["source"] in known else "",
                    "cents": row["cents"],
                    "share": max(0, row["cents"]) * 100 // top if top > 0 else 0,
                }
                for row in sources
            ],
            "campaigns": self._open(),
            "month": self._month(),
            "can_open": self.request.user.has_perm("donations.view_donation"),
            "unfinished": Donation.objects.filter(
                Q(state=Donation.State.FAILED), created_at__gte=starts
            ).count(),
        }

    def _month(self) -> dict[str, int] | None:
        """This month so far, and the same days a year before, as the treasury's books have them."""
        if not self.request.user.has_perm("donations.view_journalentry"):
            return None
        scope = reporting.Scope(today().replace(day=1), today())
        before = reporting.total(scope.year_before)
        return {"now": reporting.total(scope).net, "before": before.net}

    def _open(self) -> list[campaign_state.State]:
        """Campaigns of these days that have a goal."""
        now = timezone.now()
        running = Campaign.objects.filter(starts_at__lte=now, ends_at__gt=now, goal__gt=0)
        return [campaign_state.of(campaign) for campaign in running.order_by("ends_at", "pk")]
