"""Names on the donor walls: the words of donors are read here before anybody else sees them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import DonorWallEntry
from donations.services import donor_wall
from donations.treasury.base import TreasuryView
from people.models import User

State = DonorWallEntry.State
CHOICES = {"parole": State.SHOWN, "nome": State.NAME, "togli": State.HIDDEN}


class WallList(TreasuryView):
    permissions = ("donations.view_donorwallentry",)
    template_name = "donations/treasury/wall.html"
    page_title = _("Donor wall")
    tab = "treasury:wall"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What waits comes first; then all that came, the newest first."""
        rows = DonorWallEntry.objects.select_related("donation", "donation__source")
        came = rows.filter(donation__settled_at__isnull=False).exclude(
            pk__in=rows.waiting().order_by().values("pk")
        )
        return super().get_context_data(
            to_read=rows.waiting(),
            page=self.paged(came.order_by("-donation__settled_at", "-pk")),
            may_decide=self.request.user.has_perm("donations.change_donorwallentry"),
            query="",
            **kwargs,
        )


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """`scelta`: "parole" (show the words), "nome" (the name only) or "togli" (take it down)."""
    needed = ("donations.view_donorwallentry", "donations.change_donorwallentry")
    if not request.user.has_perms(needed):
        return permission_denied(request)
    entry = get_object_or_404(DonorWallEntry.objects.select_related("donation"), pk=pk)
    state = CHOICES.get(request.POST.get("scelta", ""))
    assert isinstance(request.user, User)  # has permissions, so somebody is logged in
    if state and donor_wall.decide(entry=entry, state=state, by=request.user):
        log(instance=entry.donation, action="donations.wall_decided", data={"choice": state})
        messages.success(request, gettext("Done: the page shows it as you decided."))
    else:
        messages.warning(request, gettext("It is so already: nothing has changed."))
    return HttpResponseRedirect(reverse("treasury:wall"))
