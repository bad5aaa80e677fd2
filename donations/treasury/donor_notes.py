"""Notes, tags and addresses of a donor: written by the treasury alone, each with a line in the log that says
who did it, never what was written."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Donor, DonorMerge, DonorNote, DonorTag
from donations.services import knowing, merging
from people.models import User

SEES = ("donations.view_donor", "donations.view_donation")


class Words(forms.Form):
    testo = forms.CharField(max_length=2000)


class Name(forms.Form):
    nome = forms.CharField(max_length=knowing.LONGEST)


class Other(forms.Form):
    chi = forms.UUIDField(required=False)
    mail = forms.EmailField(required=False)

    def donor(self) -> Donor | None:
        """The person, when it is another address of somebody already."""
        by_key = Q(public_id=self.cleaned_data["chi"])
        by_mail = Q(email=self.cleaned_data["mail"].lower())
        found = Donor.objects.select_related("kept").filter(by_key | by_mail).first()
        return (found.kept or found) if found else None


@require_POST
def write(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if not request.user.has_perms((*SEES, "donations.add_donornote")):
        return permission_denied(request)
    donor = get_object_or_404(Donor, public_id=public_id)
    form = Words(request.POST)
    if form.is_valid():
        try:
            knowing.add_note(donor=donor, author=_who(request), text=form.cleaned_data["testo"])
        except knowing.Gone:
            return _gone(request, donor)
        log(instance=donor, action="donations.noted")
        messages.success(request, gettext("Noted."))
    else:
        messages.error(request, gettext("A note has between 1 and 2000 characters: not kept."))
    return _back(donor)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perms((*SEES, "donations.delete_donornote")):
        return permission_denied(request)
    note = get_object_or_404(DonorNote.objects.select_related("donor"), pk=pk)
    if knowing.take_back(note=note, by=_who(request)):
        log(instance=note.donor, action="donations.note_taken_back")
        messages.success(request, gettext("The note is gone."))
    else:
        messages.warning(request, gettext("Only who wrote a note takes it back: it stays."))
    return _back(note.donor)


@require_POST
def tag(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if not request.user.has_perms((*SEES, "donations.change_donor")):
        return permission_denied(request)
    donor = get_object_or_404(Donor, public_id=public_id)
    form = Name(request.POST)
    try:
        form.full_clean()
        knowing.tag(donor=donor, name=form.cleaned_data.get("nome", ""))
    except knowing.Gone:
        return _gone(request, donor)
    except knowing.NoName:
        said = gettext("A tag has between 1 and %(most)s characters: not given.")
        messages.error(request, said % {"most": knowing.LONGEST})
    else:
        log(instance=donor, action="donations.tagged")
    return _back(donor)


@require_POST
def untag(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    if not request.user.has_perms((*SEES, "donations.change_donor")):
        return permission_denied(request)
    donor = get_object_or_404(Donor, public_id=public_id)
    found = DonorTag.objects.filter(pk=pk).first()
    if found:  # else somebody else was quicker
        knowing.untag(donor=donor, tag=found)
        log(instance=donor, action="donations.untagged")
    return _back(donor)


@require_POST
def merge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`chi`: one that is proposed; `mail`: another address of hers, written whole."""
    if not request.user.has_perms((*SEES, "donations.change_donor")):
        return permission_denied(request)
    donor, other = _two(request, public_id)
    if other is None:
        messages.error(request, gettext("Nobody has given from this address: nothing was joined."))
        return _back(donor)
    try:
        merging.merge(kept=donor, absorbed=other, by=_who(request))
    except merging.CannotMerge:
        said = gettext("They are one person already, or somebody has just joined one of them.")
        messages.warning(request, said)
    else:
        log(instance=donor, action="donations.merged", data={"other": str(other.public_id)})
        messages.success(request, gettext("They are one person now. You can part them here."))
    return _back(donor)


@require_POST
def keep_apart(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`chi`: the other one; the pair is not shown any more."""
    if not request.user.has_perms((*SEES, "donations.change_donor")):
        return permission_denied(request)
    donor, other = _two(request, public_id)
    try:
        if other is None:
            raise merging.CannotMerge
        merging.keep_apart(one=donor, other=other, by=_who(request))
    except merging.CannotMerge:
        said = gettext("They are one person already, or somebody has just joined one of them.")
        messages.warning(request, said)
    else:
        log(instance=donor, action="donations.told_apart", data={"other": str(other.public_id)})
        messages.success(request, gettext("They are two: nobody is asked about them again."))
    return HttpResponseRedirect(reverse("treasury:doubles"))


@require_POST
def part(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perms((*SEES, "donations.change_donor")):
        return permission_denied(request)
    merge = get_object_or_404(DonorMerge.objects.select_related("kept", "absorbed"), pk=pk)
    try:
        merging.part(merge=merge)
    except merging.CannotPart:
        messages.warning(request, gettext("They were parted already, or joined to others since."))
    else:
        data = {"other": str(merge.absorbed.public_id)}
        log(instance=merge.kept, action="donations.parted", data=data)
        messages.success(request, gettext("They are two again, each with her own gifts."))
    return _back(merge.kept)


def _two(request: HttpRequest, public_id: UUID) -> tuple[Donor, Donor | None]:
    """The donor of the address, and the one that the form names."""
    donor = get_object_or_404(Donor, public_id=public_id)
    form = Other(request.POST)
    return donor, form.donor() if form.is_valid() else None


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # has permissions, so somebody is logged in
    return request.user


def _gone(request: HttpRequest, donor: Donor) -> Any:
    messages.warning(
        request, gettext("This person was erased: nothing is written of them any more.")
    )
    return _back(donor)


def _back(donor: Donor) -> Any:
    return HttpResponseRedirect(reverse("treasury:donor", args=[donor.public_id]))
