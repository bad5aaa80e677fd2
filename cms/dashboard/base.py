"""One part of the dashboard: it shows itself, or says that it cannot, and never takes others along."""

import logging
from abc import ABCMeta, abstractmethod
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from laces.components import Component

logger = logging.getLogger(__name__)


class Contract(ABCMeta, type(Component)):  # type: ignore[misc]  # the class of a component's class
    """A part that cannot read fails when it is made, not when it is looked at."""


class Part(Component, metaclass=Contract):
    """Rows for `template_name` come from `read`; `sorry` is the line shown when that fails."""

    sorry: Any = ""
    order = 0

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def allowed(self) -> bool:
        return True

    @abstractmethod
    def read(self) -> dict[str, Any]:
        """What the template shows; may fail, and the part then says `sorry`."""

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> SafeString:
        try:
            with transaction.atomic():  # a query that failed must not spoil those of the others
                context = self.read()
            return render_to_string(self.template_name, context, request=self.request)
        except Exception:
            logger.exception("dashboard part failed", extra={"part": type(self).__name__})
            return render_to_string(
                "cms/dashboard/sorry.html", {"sorry": self.sorry}, request=self.request
            )


class Columns(Component):
    """Parts side by side, those this person may see."""

    order = 20

    def __init__(self, *parts: Part) -> None:
        self.parts = [part for part in parts if part.allowed()]

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> SafeString:
        return render_to_string(
            "cms/dashboard/columns.html",
            {"parts": [part.render_html() for part in self.parts], "number": len(self.parts)},
        )


def today() -> date:
    return timezone.localdate()


def bounds(day: date) -> tuple[datetime, datetime]:
    """The day's first moment and the next day's, by the installation's clock."""
    starts = timezone.make_aware(datetime.combine(day, time.min))
    ends = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return starts, ends
