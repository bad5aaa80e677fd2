"""The yearly statements: begun, looked at, released. What runs shows how far it is, by itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Statement, StatementRun
from donations.services import yearly, yearly_statements
from donations.services.by_hand import today
from donations.services.yearly_statements import CannotRelease, CannotStart
from donations.tasks import make_statements
from donations.treasury import paper_post
from donations.treasury.agenzia import Agenzia
from donations.treasury.base import TreasuryView
from donations.treasury.looks import look
from donations.treasury.mails import MailPage
from donations.treasury.receipts import pdf
from mail.models import Message
from outbox.bell import Bell

Run, Paper = StatementRun.State, Statement.State
VIEW, MAKE = "donations.view_statementrun", "donations.add_statementrun"
EVERY = 3  # seconds after which a page that shows work asks again
SHOWN = 50  # gifts that differ
MAIL = "posta-"
NOT_LEFT = (Message.State.UNKNOWN, Message.State.FAILED)
DONE = {Run.DRAWING: [Paper.DRAWN], Run.SENDING: [Paper.POSTED, Paper.KEPT, Paper.OVERTAKEN]}
bell = Bell(make_statements)


class YearForm(forms.Form):
    anno = forms.IntegerField(
        label=_("Year"),
        min_value=2000,
        widget=forms.NumberInput(attrs={"size": "4"}),
        error_messages={"required": _("Write the year, for example 2025.")},
    )

    def clean_anno(self) -> int:
        year = int(self.cleaned_data["anno"])
        if year > today().year:
            raise forms.ValidationError(gettext("This year is still to come."))
        if not yearly.gifts_of(year).exists():
            raise forms.ValidationError(gettext("Nothing was given in this year."))
        return year


class StatementRuns(TreasuryView):
    permissions = (VIEW,)
    template_name = "donations/treasury/statements.html"
    page_title = _("Yearly statements")
    tab = "treasury:statements"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = YearForm(initial={"anno": today().year - 1})
        return super().get_context_data(
            **{"form": form} | kwargs,
            rows=[(run, look(run)) for run in StatementRun.objects.all()],
            may_make=self.request.user.has_perm(MAKE),
            may_report=self.request.user.has_perms(Agenzia.permissions),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MAKE):
            response: HttpResponse = permission_denied(request)
            return response
        form = YearForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        year = form.cleaned_data["anno"]
        try:
            run = yearly_statements.start(year=year, by=request.user)  # type: ignore[arg-type]
        except CannotStart:
            form.add_error("anno", gettext("Those of this year are under way already: see below."))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        log(instance=run, action="donations.statements_started")
        bell.ring()
        return HttpResponseRedirect(reverse("treasury:statement_run", args=[run.pk]))


class RunPage(TreasuryView):
    permissions = (VIEW,)
    template_name = "donations/treasury/statement_run.html"
    tab = "treasury:statements"

    @property
    def run(self) -> StatementRun:
        if not hasattr(self, "_run"):
            self._run = get_object_or_404(StatementRun, pk=self.kwargs["pk"])
        return self._run

    def get_page_title(self) -> str:
        return gettext("Statements of %(year)s") % {"year": self.run.year}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """While it works the answer says when to ask again: no script is needed for that."""
        response = super().get(request, *args, **kwargs)
        if self.run.works:
            response["Refresh"] = str(EVERY)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.run
        papers = run.statements.defer("data")
        counts = dict(run.statements.order_by().values_list("state").annotate(number=Count("pk")))
        shown = self._narrowed(papers)
        differs = run.state == Run.DIFFERS
        page, user = self.paged(shown.select_related("mail")), self.request.user
        posted = _posted(run)
        not_left = sum(number for _label, state, number in posted if state in NOT_LEFT)
        return super().get_context_data(
            run=run,
            look=look(run),
            progress=_progress(run, counts),
            counts=[
                (Paper(state).label, state, number)
                for state, number in counts.items()
                if state != Paper.POSTED
            ],
            here=self.request.GET.get("stato", ""),
            samples=papers.filter(sample=True),
            to_open=run.samples - run.samples_seen,
            over=run.year < today().year,
            stuck=papers.exclude(last_error="").count(),
            differing=list(yearly.differing(run.year)[:SHOWN]) if differs else [],
            gap=run.ledger - run.amount - run.unchanged - run.nobody,
            page=page,
            rows=[(one, look(one.mail) if one.mail else None) for one in page],
            posted=posted,
            not_left=not_left,
            may_read=user.has_perms(MailPage.permissions),
            may_decide=user.has_perm("donations.view_stripeevent"),
            query=f"stato={self.request.GET.get('stato', '')}",
            may_make=self.request.user.has_perm(MAKE),
            on_paper=paper_post.offered(run, self.request.user),
            **kwargs,
        )

    def _narrowed(self, papers: QuerySet[Statement]) -> QuerySet[Statement]:
        state = self.request.GET.get("stato", "")
        mail = state.removeprefix(MAIL)
        if mail != state and mail in Message.State.values:
            return papers.filter(mail__state=mail)
        return papers.filter(state=state) if state in Paper.values else papers


def _posted(run: StatementRun) -> list[tuple[str, str, int]]:
    """What became of the mails: label, state and number."""
    mails = run.statements.filter(mail__isnull=False).order_by()
    counts = dict(mails.values_list("mail__state").annotate(number=Count("pk")))
    return [(str(one.label), one.value, counts[one]) for one in Message.State if one in counts]


def _progress(run: StatementRun, counts: dict[str, int]) -> dict[str, int] | None:
    states = DONE.get(Run(run.state))
    if states is None:
        return None
    done, whole = sum(counts.get(state, 0) for state in states), sum(counts.values())
    return {"done": done, "whole": whole, "percent": 100 * done // max(whole, 1)}


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was drawn; opening a sample counts as having seen it."""
    if not request.user.has_perm(VIEW):
        return permission_denied(request)
    statement = get_object_or_404(Statement.objects.select_related("run"), pk=pk)
    if not statement.file:
        raise Http404(gettext("This paper has not been drawn yet."))
    content = yearly_statements.stored(statement=statement)
    if content is None:
        messages.error(request, gettext("The stored file has been altered or is missing."))
        return HttpResponseRedirect(reverse("treasury:statement_run", args=[statement.run_id]))
    if statement.sample and request.user.has_perm(MAKE) and request.method == "GET":
        yearly_statements.see(statement=statement)
    log(instance=statement.run, action="donations.statement_opened")
    return pdf(content, f"riepilogo-{statement.run.year}-{statement.pk}")


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """`scelta`: "manda" (send them) or "lascia" (give this batch up)."""
    if not request.user.has_perms((VIEW, MAKE)):
        return permission_denied(request)
    run = get_object_or_404(StatementRun, pk=pk)
    choice = request.POST.get("scelta")
    if choice == "manda":
        _release(request, run)
    elif choice == "lascia":
        if yearly_statements.give_up(run=run):
            log(instance=run, action="donations.statements_given_up")
            messages.success(request, gettext("Given up: nothing of it was sent."))
        else:
            messages.warning(request, gettext("It is being sent already, or was given up."))
    return HttpResponseRedirect(reverse("treasury:statement_run", args=[pk]))


def _release(request: HttpRequest, run: StatementRun) -> None:
    if not request.POST.get("visto"):
        messages.error(request, gettext("Say first that you have seen the totals."))
        return
    try:
        yearly_statements.release(run=run, by=request.user)  # type: ignore[arg-type]
    except CannotRelease as refused:
        reasons = {
            "state": gettext("Somebody has decided already: nothing was sent twice."),
            "year": gettext("The year is not over: what is still given would be missing."),
            "samples": gettext("Open the samples first: nothing was sent."),
            "differs": gettext("The books have changed since: nothing was sent."),
        }
        messages.error(request, reasons[refused.why])
    else:
        log(instance=run, action="donations.statements_released")
        bell.ring()
        messages.success(request, gettext("They are on their way."))
