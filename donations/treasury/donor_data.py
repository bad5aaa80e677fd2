"""What we keep of a donor, for whoever asks for it in another way than on her own page (art. 15 GDPR)."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Donor
from donations.services import own_data

PERMISSIONS = ("donations.view_donor", "donations.view_donation", "donations.change_donor")


@require_POST
def own(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same as on her own page, of all her addresses; who took it stays written."""
    if not request.user.has_perms(PERMISSIONS):
        return permission_denied(request)
    known = Donor.objects.select_related("kept").filter(erased_at=None)
    found = get_object_or_404(known, public_id=public_id)
    donor = found.kept or found
    text = json.dumps(own_data.of_person(donor=donor), ensure_ascii=False, indent=2)
    log(instance=donor, action="donations.own_data")
    response = HttpResponse(text.encode(), content_type="application/json")
    name = f"dati-{str(donor.public_id)[:8]}-{timezone.localdate().isoformat()}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
