"""The words of the mails to donors: what stands in them now, written anew, looked at before."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.letters import defaults, placeholders
from donations.letters.defaults import Letter, Words
from donations.models import MailText
from donations.services import letters
from donations.treasury.base import TreasuryView
from donations.treasury.mails import CAGE

PERMISSIONS = ("donations.change_mailtext",)
PIECES = {
    "pulsante": _("the button, as the mail needs it"),
    "riquadro": _("the box with the figures"),
}


class WordsForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=200)
    heading = forms.CharField(
        label=_("Title"), max_length=120, help_text=_("Large, at the top of the mail.")
    )
    words = forms.CharField(
        label=_("Words of the mail"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_(
            "An empty line begins a paragraph, “- ” an item of a list. **Bold**, *italic*, "
            "[words of a link](https://…). A paragraph that speaks of something this gift does not "
            "have, such as a receipt, is left out."
        ),
    )

    def __init__(self, *args: Any, kind: str, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.letter = kind, letter

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                letters.check(kind=self.kind, words=self.given, letter=self.letter)
            except letters.Wrong as wrong:
                for name, told in wrong.problems.items():
                    for sentence in told:
                        self.add_error(name, sentence)
        return given

    @property
    def given(self) -> Words:
        return Words(**{name: self.cleaned_data[name] for name in letters.FIELDS})


class LetterList(TreasuryView):
    permissions = PERMISSIONS
    template_name = "donations/treasury/letters.html"
    page_title = _("Acknowledgements")
    tab = "treasury:letters"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {(row.kind, row.language): row for row in MailText.objects.filter(in_use=True)}
        rows = [
            {
                "title": letters.titles()[kind],
                "cells": [
                    (language, own.get((kind, language))) for language in letters.languages()
                ],
                "kind": kind,
            }
            for kind in letters.kinds()
        ]
        return super().get_context_data(rows=rows, languages=letters.languages(), **kwargs)


class LetterPage(TreasuryView):
    permissions = PERMISSIONS
    template_name = "donations/treasury/letter.html"
    tab = "treasury:letters"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.kind, self.language = kwargs["kind"], kwargs["language"]

    def get_page_title(self) -> str:
        spoken = get_language_info(self.language)["name_translated"].lower()
        return f"{letters.titles()[self.kind]} ({spoken})"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        letter = _letter(self.kind, self.language)
        words = letters.in_force(kind=self.kind, language=self.language, letter=letter)
        if version := self._version():
            words = Words(*(getattr(version, name) for name in letters.FIELDS))
        initial = {name: getattr(words, name) for name in letters.FIELDS}
        form = WordsForm(initial=initial, kind=self.kind, letter=letter)
        return self.render_to_response(self.get_context_data(form=form, version=version))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        letter = _letter(self.kind, self.language)
        assert request.user.is_authenticated  # has the permission
        told: dict[str, Any] = {"kind": self.kind, "language": self.language, "letter": letter}
        told["by"] = request.user
        if request.POST.get("fai") == "standard":
            letters.back_to_default(**told)
            return self._done(
                "standard", gettext("The next mail has the words it came with again.")
            )
        form = WordsForm(request.POST, kind=self.kind, letter=letter)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        letters.write(words=form.given, **told)
        return self._done("scritto", gettext("Kept: the next mail has these words."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        letter = kwargs["form"].letter
        known = [
            {"name": f"{{{one.name}}}", "means": one.means, "needed": one.needed}
            for one in placeholders.of(self.kind)
            if one.name in letter.said.values
        ]
        known += [
            {
                "name": f"{{{name}}}",
                "means": PIECES[name.rstrip("0123456789")],
                "needed": (self.kind, name) not in placeholders.SPARED,
            }
            for name in letter.parts
        ]
        return super().get_context_data(
            kind=self.kind,
            language=self.language,
            placeholders=known,
            versions=letters.versions(kind=self.kind, language=self.language),
            own=MailText.objects.filter(
                kind=self.kind, language=self.language, in_use=True
            ).exists(),
            **kwargs,
        )

    def _version(self) -> MailText | None:
        """`?versione=`: an older one, to be looked at and kept again."""
        number = self.request.GET.get("versione", "")
        kept = letters.versions(kind=self.kind, language=self.language)
        return next((text for revision, text in kept if str(revision.pk) == number), None)

    def _done(self, what: str, sentence: str) -> HttpResponse:
        row = MailText.objects.get(kind=self.kind, language=self.language)
        log(instance=row, action="donations.mail_words", data={"what": what})
        messages.success(self.request, sentence)
        return HttpResponseRedirect(reverse("treasury:letter", args=[self.kind, self.language]))


def preview(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """On the sample gift, for a caged frame. GET: the words in force; POST: those in the form, kept
    or not. `come=testo`: the text part."""
    if not request.user.has_perms(PERMISSIONS):
        return permission_denied(request)
    letter = _letter(kind, language)
    words: Words | None = letters.in_force(kind=kind, language=language, letter=letter)
    if words == letter.default:
        words = None
    if request.method == "POST":
        form = WordsForm(request.POST, kind=kind, letter=letter)
        if not form.is_valid():
            return _caged(render(request, "donations/treasury/letter_wrong.html", {"form": form}))
        words = form.given
    subject, text, html = letters.looked_at(kind=kind, language=language, words=words)
    if request.POST.get("come") == "testo":
        return _caged(
            HttpResponse(f"{subject}\n\n{text}", content_type="text/plain; charset=utf-8")
        )
    return _caged(HttpResponse(html))


def _caged(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = CAGE
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _letter(kind: str, language: str) -> Letter:
    if kind not in letters.kinds() or language not in letters.languages():
        raise Http404
    return defaults.letter(kind, language)
