"""The donor's own page. Whatever is shown or sent is looked up among what is hers."""

import json

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from attribution.models import Source
from donations.area import premiums
from donations.area.door import donor_of, hers, let_in, let_out, private, see
from donations.area.forms import DetailsForm, DoorForm
from donations.area.tributes import of_donor
from donations.forms import GiftForm
from donations.models import Donor, DonorWallEntry, Receipt, RecurringDonation, Statement
from donations.services import (
    consents,
    donor_wall,
    entering,
    erasure_requests,
    own_data,
    reprinting,
    yearly_receipts,
    yearly_statements,
)
from donations.services import details as written
from donations.sums import top
from donations.tasks import write_entry_links
from outbox.bell import Bell
from people import limits
from people.limits import Limit

BY_ADDRESS, BY_MAIL = Limit("area-address", 20, 600), Limit("area-mail", 5, 3600)
TOO_OFTEN = _("Too many attempts in a few minutes. Wait a little and try again.")
WITHDRAWN = _("Tell the Agenzia delle Entrate of my gifts again.")
STOPPED = _("Do not send me the letter of the month any more.")
METHODS = ["GET", "HEAD", "POST"]
bell = Bell(write_entry_links, quiet=0.2)


@private
@require_http_methods(METHODS)
def area(request: HttpRequest) -> HttpResponse:
    """Her page; the door for who has not entered. POST asks for a link."""
    if request.method == "POST":
        return _asked(request)
    donor = donor_of(request)
    return _page(request, donor) if donor else _door(request, DoorForm())


def _asked(request: HttpRequest) -> HttpResponse:
    """The same answer for every address, and the same work: a row, and a bell for who reads it."""
    form = DoorForm(request.POST)
    if not form.is_valid():
        return _door(request, form, status=422)
    by_address = limits.allowed(BY_ADDRESS, limits.address_of(request))
    if not (limits.allowed(BY_MAIL, form.cleaned_data["email"]) and by_address):
        form.add_error(None, str(TOO_OFTEN))
        response = _door(request, form, status=429)
        response["Retry-After"] = str(BY_ADDRESS.seconds)
        return response
    entering.ask(email=form.cleaned_data["email"], language=_language())
    bell.ring()
    return see(f"{reverse('area:page')}?inviata")


def _door(request: HttpRequest, form: DoorForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "asked": "inviata" in request.GET and not form.is_bound,
        "over": "scaduta" in request.GET and not form.is_bound,
        "out": "uscita" in request.GET and not form.is_bound,
        "minutes": entering.LINK.seconds // 60,
    }
    return render(request, "donations/area/door.html", context, status=status)


def _page(request: HttpRequest, donor: Donor) -> HttpResponse:
    receipts = Prefetch("receipts", queryset=Receipt.objects.order_by("pk"))
    staying = donor.donations.filter(state__in=entering.STAYING).select_related("fund")
    gifts = list(staying.prefetch_related(receipts))
    context = {
        "donor": donor,
        "gifts": gifts,
        "promises": donor.promises.exclude(state=RecurringDonation.State.STARTED).select_related(
            "fund"
        ),
        "dedicated": of_donor(donor),
        "thanked": premiums.of_donor(donor),
        "statements": _statements(donor),
        "papers": any(gift.receipts.all() for gift in gifts),
        "waiting": yearly_receipts.of_donor(donor).count(),
        "given": sum(gift.net for gift in gifts if gift.settled_at),
        "details": written.last_written(donor=donor),
        "letter": consents.holds(donor=donor, kind=consents.NEWSLETTER),
        "letter_words": GiftForm.letter,
        "signed": _signed(donor),
        "objects": consents.holds(donor=donor, kind=consents.AGENZIA),
        "objection_words": GiftForm.objection,
        "history": consents.history(donor=donor),
        "erasures": donor.erasure_requests.order_by("-asked_at"),
        "saved": "salvati" in request.GET,
    }
    return render(request, "donations/area/page.html", context)


def _signed(donor: Donor) -> list[tuple[DonorWallEntry, Source | None]]:
    """Where she stands on a wall, and of which campaign."""
    rows = DonorWallEntry.objects.standing().filter(donation__donor=donor)
    rows = rows.exclude(state=DonorWallEntry.State.HIDDEN)
    sources = [
        (row, row.donation.source)
        for row in rows.select_related("donation__source__parent__parent").order_by("pk")
    ]
    return [(row, top(source) if source else None) for row, source in sources]


@private
@require_http_methods(METHODS)
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mailed link leads. Opening it uses nothing up; the button does."""
    if request.method == "POST":
        key = entering.enter(token=token)
        if key:
            return let_in(see(reverse("area:page")), key)
    good = entering.look(token=token)
    return render(request, "donations/area/entry.html", {"good": good}, status=200 if good else 410)


@hers
@require_safe
def receipt(request: HttpRequest, donor: Donor, pk: int) -> HttpResponse:
    """A reprint: the first copy went out with the mail."""
    row = get_object_or_404(Receipt, pk=pk, donation__donor=donor)
    paper = reprinting.stamped(receipt=row) if row.file else None
    if paper is None:
        raise Http404(gettext("This receipt cannot be read just now."))
    name, content = paper
    return _file(content, "application/pdf", f"{name}.pdf")


@hers
@require_POST
def receipt_now(request: HttpRequest, donor: Donor) -> HttpResponse:
    """The cumulative receipt before its year is over; what comes after it is on another one."""
    yearly_receipts.ask_early(donor=donor)
    return see(f"{reverse('area:page')}#doni")


@hers
@require_safe
def statement(request: HttpRequest, donor: Donor, pk: int) -> HttpResponse:
    row = get_object_or_404(_statements(donor), pk=pk)
    content = yearly_statements.stored(statement=row)
    if content is None:
        raise Http404(gettext("This statement cannot be read just now."))
    return _file(content, "application/pdf", f"riepilogo-{row.run.year}.pdf")


def _statements(donor: Donor) -> QuerySet[Statement]:
    """Those that were released; the newest first."""
    told = Statement.objects.told().filter(donor=donor).select_related("run").defer("data")
    return told.order_by("-run__year", "-run__version", "organisation")


@hers
@require_http_methods(METHODS)
def details(request: HttpRequest, donor: Donor) -> HttpResponse:
    if request.method != "POST":
        form = DetailsForm(initial=DetailsForm.typed(written.last_written(donor=donor)))
        return render(request, "donations/area/details.html", {"form": form})
    form = DetailsForm(request.POST)
    if not form.is_valid():
        return render(request, "donations/area/details.html", {"form": form}, status=422)
    written.write(donor=donor, details=form.details(email=donor.email or ""))
    return see(f"{reverse('area:page')}?salvati#dati")


@hers
@require_POST
def letter(request: HttpRequest, donor: Donor) -> HttpResponse:
    """`lettera`: "si" or "no"."""
    if (choice := request.POST.get("lettera")) in ("si", "no"):
        yes = choice == "si"
        words = str(GiftForm.letter if yes else STOPPED)
        consents.change(donor=donor, kind=consents.NEWSLETTER, granted=yes, words=words)
    return see(f"{reverse('area:page')}#consensi")


@hers
@require_POST
def objection(request: HttpRequest, donor: Donor) -> HttpResponse:
    """`opposizione`: "si" or "no"."""
    if (choice := request.POST.get("opposizione")) in ("si", "no"):
        yes = choice == "si"
        words = str(GiftForm.objection if yes else WITHDRAWN)
        consents.change(donor=donor, kind=consents.AGENZIA, granted=yes, words=words)
    return see(f"{reverse('area:page')}#consensi")


@hers
@require_POST
def wall(request: HttpRequest, donor: Donor) -> HttpResponse:
    """Her name comes off the donor walls, or with `voce` (the key of what stands there) off one."""
    said = request.POST.get("voce", "")
    entry = int(said) if said.isascii() and said.isdecimal() else None
    if said and not (entry and donor_wall.withdraw(donor=donor, entry=entry)):
        raise Http404
    if not said:
        donor_wall.withdraw(donor=donor)
    return see(f"{reverse('area:page')}#consensi")


@hers
@require_safe
def copy(request: HttpRequest, donor: Donor) -> HttpResponse:
    text = json.dumps(own_data.of(donor=donor), ensure_ascii=False, indent=2)
    today = timezone.localdate().isoformat()
    return _file(text.encode(), "application/json", f"i-miei-dati-{today}.json")


@hers
@require_http_methods(METHODS)
def erasure(request: HttpRequest, donor: Donor) -> HttpResponse:
    """What can be deleted and what the law makes us keep; POST asks."""
    if request.method == "POST":
        erasure_requests.ask(donor=donor, language=_language())
        return see(f"{reverse('area:page')}#cancellazione")
    context = {"asked": erasure_requests.waiting().filter(donor=donor).first()}
    return render(request, "donations/area/erasure.html", context)


@private
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    return let_out(request, see(f"{reverse('area:page')}?uscita"))


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
