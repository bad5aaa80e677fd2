"""Pages that show personal data when somebody asks, and write down who did."""

from abc import ABC, abstractmethod
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from wagtail.log_actions import log

from donations.treasury.base import TreasuryView

REVEALED = ("email", "codice_fiscale")


class RevealingView(TreasuryView, ABC):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.shown: set[str] = set()

    @abstractmethod
    def whose(self) -> Model:
        """What stands in the log."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("donations.view_donor"):
            messages.error(request, gettext("Your role does not see the donors’ data."))
            return HttpResponseRedirect(request.path)
        asked = request.POST.get("mostra", "")
        if asked in REVEALED:
            log(instance=self.whose(), action="donations.reveal", data={"what": asked})
            self.shown.add(asked)
        response = self.get(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_ask = self.request.user.has_perm("donations.view_donor")
        return super().get_context_data(shown=self.shown, may_ask=may_ask, **kwargs)
