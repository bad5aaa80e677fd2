"""What this room adds to the admin."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.views.pages.bulk_actions.move import MoveBulkAction
from wagtail.models import Page

from cms.choosers import CampaignChooser, campaign_chooser
from cms.dashboard.base import Columns
from cms.dashboard.beat import Beat
from cms.dashboard.campaign import GoesOutToday, NeedsMe
from cms.dashboard.money import CameInToday, ToDecide
from cms.dashboard.packing import ToPrepare
from cms.dashboard.wagtail import OURS
from cms.models.base import must_be_free


@hooks.register("register_admin_viewset")
def choosers() -> CampaignChooser:
    return campaign_chooser


@hooks.register("construct_homepage_panels")
def dashboard(request: HttpRequest, panels: list[Any]) -> None:
    """Ours come first (their order is below 100), Wagtail's own stay below them."""
    panels[:] = [OURS[type(panel)]() if type(panel) in OURS else panel for panel in panels]
    to_decide = ToDecide(request)
    panels[:0] = [
        Beat(request),
        *([to_decide] if to_decide.allowed() else []),
        Columns(NeedsMe(request), GoesOutToday(request), CameInToday(request), ToPrepare(request)),
    ]


@hooks.register("construct_homepage_summary_items", order=100)  # after those who add to it
def summary(request: HttpRequest, items: list[Any]) -> None:
    """The counts of pages and pictures say nothing to those who keep no pages."""
    if not user_has_any_page_permission(request.user):
        items.clear()


class MovePages(MoveBulkAction):
    """In the place of Wagtail's action, which asks no hook about the single page."""

    def prepare_action(self, pages: list[Page], pages_without_access: Any) -> HttpResponse | None:
        destination = self.cleaned_form.cleaned_data["chooser"]
        refused = (to_a_free_address(self.request, page, destination) for page in pages)
        found: HttpResponse | None = next(filter(None, refused), None)
        return found or super().prepare_action(pages, pages_without_access)


hooks.register("register_bulk_action", MovePages, order=1)  # after Wagtail's, which it replaces


@hooks.register("before_move_page")
def to_a_free_address(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """Nobody would see the page there; the forms for pages say the same of a slug."""
    try:
        must_be_free(page.slug, destination)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return redirect("wagtailadmin_explore", page.get_parent().pk)
    return None
