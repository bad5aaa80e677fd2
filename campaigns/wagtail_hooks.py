"""What campaigns add to the admin: screens, menu by role, the words of the save actions."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.action_menu import (
    PublishMenuItem,
    SaveMenuItem,
    SubmitForModerationMenuItem,
    UnpublishMenuItem,
)

from campaigns import services
from campaigns.admin import desk
from campaigns.admin.accounts import AccountsViewSet
from campaigns.admin.calendar import CalendarViewSet
from campaigns.admin.campaigns import CampaignViewSet
from campaigns.admin.desk import DeskViewSet
from campaigns.admin.posts import NoBulkDelete, PostViewSet
from campaigns.models import Post

SCREENS = (CalendarViewSet(), DeskViewSet(), AccountsViewSet())
POSTS, CAMPAIGNS = PostViewSet(), CampaignViewSet()
PERMISSIONS = {
    "campaigns_calendar": "campaigns.view_post",
    "campaigns_desk": "campaigns.view_delivery",
    "campaigns_accounts": "campaigns.view_account",
}


class ScreenMenuItem(MenuItem):
    """Shown to those who may open it; the desk carries the number of what waits there."""

    def __init__(self, screen: Any) -> None:
        self.screen, self.permission = screen, PERMISSIONS[screen.name]
        super().__init__(
            screen.menu_label,
            reverse(f"{screen.name}:index"),
            name=screen.menu_name,
            icon_name=screen.icon,
            order=screen.menu_order,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(self.permission))

    def render_component(self, request: HttpRequest) -> Any:
        waiting = desk.number() if self.screen.name == "campaigns_desk" else 0
        self.attrs = {"data-sp-count": str(waiting)} if waiting else {}
        return super().render_component(request)


hooks.register("register_bulk_action", NoBulkDelete, order=1)  # after Wagtail's, which it replaces


@hooks.register("register_admin_viewset")
def screens() -> list[Any]:
    return [*SCREENS, POSTS, CAMPAIGNS]


for _screen in SCREENS:
    hooks.register("register_admin_menu_item", lambda screen=_screen: ScreenMenuItem(screen))


class KeepMenuItem(SaveMenuItem):
    """Plainly “Save”: what has been asked for or has its yes is no draft."""

    def get_context_data(self, parent_context: Any) -> Any:
        context = super().get_context_data(parent_context)
        post = parent_context["instance"]
        return context | {"draftstate_enabled": not (post.workflow_in_progress or post.live)}


class AskMenuItem(SubmitForModerationMenuItem):
    """Save and ask: the first button of whoever writes."""

    def get_context_data(self, parent_context: Any) -> Any:
        return super().get_context_data(parent_context) | {"label": _("Save and ask for the yes")}


@hooks.register("construct_snippet_action_menu")
def save_actions(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Nobody publishes around the approval; the answers are written as answers. Of what is all
    out nobody is asked anything."""
    if context["model"] is not Post:
        return
    gone: tuple[type, ...] = (PublishMenuItem, UnpublishMenuItem)
    if context["view"] == "edit" and services.all_out(post=context["instance"]):
        gone = (*gone, SubmitForModerationMenuItem)
    # to ask for a change has a button of its own beside the yes (post_edit.html)
    kept = [item for item in items if not isinstance(item, gone) and item.name != "reject"]
    for position, item in enumerate(kept):
        if type(item) is SubmitForModerationMenuItem:
            kept[position] = AskMenuItem(order=-10)
        elif item.name == "approve" and item.launch_modal:
            item.label, item.order = _("Yes, with a word"), -4
        elif item.name == "approve":
            item.label, item.order = _("Yes, it may go out"), -20
        elif isinstance(item, SaveMenuItem) and context["view"] == "edit":
            kept[position] = KeepMenuItem(order=item.order)
    items[:] = sorted(kept, key=lambda item: item.order)
