"""Wagtail's own panels, as far as they say what ours do not."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.views.home import (
    UserObjectsInWorkflowModerationPanel,
    WorkflowObjectsToModeratePanel,
)
from wagtail.models import Page


class PagesToReview(WorkflowObjectsToModeratePanel):
    """Pages only: the posts that wait for a yes stand on top."""

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        states = [state for state in context["states"] if isinstance(state["obj"], Page)]
        return context | {"states": states}


class AskedFor(UserObjectsInWorkflowModerationPanel):
    template_name = "cms/dashboard/asked_for.html"


OURS = {
    WorkflowObjectsToModeratePanel: PagesToReview,
    UserObjectsInWorkflowModerationPanel: AskedFor,
}
