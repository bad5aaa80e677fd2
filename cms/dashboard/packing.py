"""How many thank-you gifts wait to be prepared, for who packs."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cms.dashboard.base import Part
from donations.treasury import packing


class ToPrepare(Part):
    template_name = "cms/dashboard/packing.html"
    sorry = _("I cannot read the list of the thank-you gifts. None of them gets lost.")

    def allowed(self) -> bool:
        """Whoever holds the whole admin has other things first: it stands in their menu."""
        user = self.request.user
        return user.has_perm(packing.VIEW) and not user.has_perm("donations.view_donation")

    def read(self) -> dict[str, Any]:
        rows = packing.waiting()
        return {"number": rows.count(), "back": packing.to_decide().count()}
