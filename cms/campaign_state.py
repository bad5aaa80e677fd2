"""What a page shows of a campaign: its sum, and where in its life it is."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from attribution import services as attribution
from attribution.models import Source
from attribution.services import Totals
from campaigns.models import Campaign
from cms import cache


@dataclass(frozen=True)
class State:
    """`goal`, `raised`, `missing` in cents; `phase` is before, open or over; `days` whole ones."""

    campaign: Campaign
    totals: Totals
    phase: str
    days: int

    @property
    def hashtag(self) -> str:
        return (self.campaign.hashtags.split() or [self.campaign.name])[0]

    @property
    def goal(self) -> int:
        return self.campaign.goal or 0

    @property
    def raised(self) -> int:
        return self.totals.cents

    @property
    def percent(self) -> int:
        return self.raised * 100 // self.goal if self.goal else 0

    @property
    def missing(self) -> int:
        return max(self.goal - self.raised, 0)


def of(campaign: Campaign) -> State:
    totals = cache.part(f"totals:{campaign.pk}", lambda: _totals(campaign))
    now = timezone.now()
    phase = "before" if now < campaign.starts_at else "open" if now < campaign.ends_at else "over"
    zone = ZoneInfo(campaign.zone)
    until = campaign.starts_at if phase == "before" else campaign.ends_at - timedelta(seconds=1)
    days = max((until.astimezone(zone).date() - now.astimezone(zone).date()).days, 0)
    return State(campaign, totals, phase, days)


def _totals(campaign: Campaign) -> Totals:
    node = Source.objects.filter(kind="campaign", key=str(campaign.pk)).first()
    return attribution.totals(node) if node else Totals()
