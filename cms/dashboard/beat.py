"""Is anything publishing at all?"""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.dashboard.base import Part

STALE_AFTER = timedelta(minutes=2)


class Beat(Part):
    """The tick's row belongs to `config`, above this room, so it is looked up by name."""

    template_name = "cms/dashboard/beat.html"
    sorry = _("I cannot tell whether publishing runs.")
    order = 10

    def read(self) -> dict[str, Any]:
        rows = apps.get_model("config", "Heartbeat").objects
        last = rows.values_list("at", flat=True).filter(pk=1).first()
        now = timezone.now()
        return {
            "last": last,
            "stale": last is None or now - last > STALE_AFTER,
            "minutes": int((now - last).total_seconds() // 60) if last else None,
        }
