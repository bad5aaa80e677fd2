"""What needs a person and what goes out today, from the campaigns' own figures."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.models import TaskState

from brand.templatetags.staff_tags import spell
from campaigns import services
from campaigns.admin import desk
from campaigns.admin.states import with_looks
from campaigns.models import Post
from cms.dashboard.base import Part, today

SHOWN = 6
FAR = datetime.max.replace(tzinfo=UTC)  # without a day: last


class NeedsMe(Part):
    """The desk's things, then the posts that wait for this person's yes."""

    template_name = "cms/dashboard/needs_me.html"
    sorry = _("I cannot read what waits for you. Look at the desk.")

    def allowed(self) -> bool:
        user = self.request.user
        return bool(user.has_perm("campaigns.view_post"))

    def read(self) -> dict[str, Any]:
        user = self.request.user
        at_desk = user.has_perm("campaigns.view_delivery")
        rows = desk.waiting() if at_desk else []
        lost = desk.lost_accounts() if at_desk else []
        asked = self._asked()
        return {
            "rows": rows[:SHOWN],
            "more": max(0, len(rows) - SHOWN),
            "lost": lost,
            "asked": asked,
            "number": len(rows) + len(lost) + len(asked),
        }

    def _asked(self) -> list[Post]:
        """Posts whose running approval this person may answer, the first to go out on top."""
        states = TaskState.objects.reviewable_by(self.request.user).select_related("revision")
        ids = [
            int(state.revision.object_id)
            for state in states
            if state.revision.base_content_type == Post.get_base_content_type()
        ]
        posts = with_looks(Post.objects.for_lists().filter(pk__in=ids))
        return sorted(posts, key=lambda post: (post.moment.utc if post.moment else FAR, post.pk))


class GoesOutToday(Part):
    template_name = "cms/dashboard/today.html"
    sorry = _("I cannot read today's posts. What is planned goes out all the same.")

    def allowed(self) -> bool:
        return bool(self.request.user.has_perm("campaigns.view_post"))

    def read(self) -> dict[str, Any]:
        posts = with_looks(services.day_of(day=today()))
        following = (
            Post.objects.filter(planned_date__gt=today(), deliveries__state="planned")
            .order_by("planned_at")
            .first()
        )
        return {
            "posts": posts,
            "next": following,
            "next_day": spell(following.planned_date, "l j F") if following else "",
            "can_add": self.request.user.has_perm("campaigns.add_post"),
            "can_change": self.request.user.has_perm("campaigns.change_post"),
        }
