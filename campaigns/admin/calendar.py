"""The month: a table the server draws, every post a link."""

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.base import ViewSet

from brand.templatetags.staff_tags import spell_first
from campaigns.admin.month import Month, month, parse
from campaigns.admin.states import with_looks
from campaigns.models import Campaign, Post
from outbox.clock import DEFAULT_ZONE

PERMISSION = "campaigns.view_post"


def posts_of(shown: Month, campaign: str = "") -> list[Any]:
    """By the day the wall clock shows; drafts with a day are there too. What was moved after its
    yes stands on its new day, wherever it stood before."""
    inside = Q(planned_date__range=(shown.start, shown.end))
    rows = Post.objects.for_lists().filter(inside | Q(has_unpublished_changes=True))
    if campaign.isdigit():
        rows = rows.filter(campaign=int(campaign))
    dated = [post for post in with_looks(rows) if post.planned_date]
    return sorted(dated, key=lambda one: (one.planned_date, one.planned_time or time.max, one.pk))


@permission_required(PERMISSION, raise_exception=True)
def calendar(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    shown = month(
        first=parse(request.GET.get("mese", ""), today), today=today, zone=ZoneInfo(DEFAULT_ZONE)
    )
    campaign = request.GET.get("campagna", "")
    posts = posts_of(shown, campaign)
    shown.fill((post.planned_date, post) for post in posts)
    inside = [post for day in shown.days if day.inside for post in day.posts]
    context = {
        "month": shown,
        "title": spell_first(shown.first, "F Y"),
        "names": [spell_first(day.date, "l") for day in shown.weeks[0]],
        "number": len(inside),
        "campaigns": Campaign.objects.all(),
        "campaign": campaign,
        "this_month": today.replace(day=1),
        "can_add": request.user.has_perm("campaigns.add_post"),
        "today": today,
    }
    return render(request, "campaigns/admin/calendar.html", context)


class CalendarViewSet(ViewSet):
    name = "campaigns_calendar"
    url_prefix = "calendario"
    icon = "calendar-alt"
    menu_label = _("Calendar")
    menu_name = "calendar"
    menu_order = 200

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", calendar, name="index")]
