"""Bringing a bank's statement: the file, once which column is which, a look at what would happen, yes."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from donations.models import BankStatement
from donations.services.balances import checks
from donations.services.statements import NotYet, bring, discard, look, remember, take_in
from donations.statements import csv_file
from donations.statements.lines import Unreadable
from donations.treasury import balance_words
from donations.treasury.base import TreasuryView
from donations.treasury.statement_forms import ColumnsForm, UploadForm

MAY = ("donations.view_bankstatement", "donations.add_bankstatement")
SHOWN = 5  # rows of a table whose columns are asked for


class BringStatement(TreasuryView):
    permissions = MAY
    template_name = "donations/treasury/bring_statement.html"
    page_title = _("Import a statement")
    tab = "treasury:bank"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = BankStatement.objects.select_related("account", "brought_by")
        rows = rows.annotate(number=Count("lines")).order_by("-pk")
        page = self.paged(rows)
        found = checks({row.account_id for row in page})
        for row in page:
            row.amiss = balance_words.put(found.get(row.pk))  # type: ignore[attr-defined]
        return super().get_context_data(**{"form": UploadForm()} | kwargs, page=page)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._again(form)
        file = form.cleaned_data["file"]
        try:
            statement, new = bring(
                data=file.read(),
                name=file.name,
                iban=form.account,
                by=request.user,  # type: ignore[arg-type]  # only staff comes here
            )
        except Unreadable as problem:
            form.add_error("file", str(problem))
            return self._again(form)
        if new:
            log(instance=statement, action="donations.statement_brought")
        else:
            messages.warning(request, gettext("This file had been brought before: it is this one."))
        return HttpResponseRedirect(reverse("treasury:bank_statement", args=[statement.pk]))

    def _again(self, form: UploadForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class StatementPage(TreasuryView):
    permissions = MAY
    template_name = "donations/treasury/statement.html"
    page_title = _("Bank statement")
    tab = "treasury:bank"

    @property
    def statement(self) -> BankStatement:
        if not hasattr(self, "_statement"):
            rows = BankStatement.objects.select_related("account", "brought_by")
            self._statement = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._statement

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        statement, found = self.statement, look(self.statement)
        return super().get_context_data(
            **{"columns": self._columns_form(found.table, found.columns)} | kwargs,
            statement=statement,
            amiss=balance_words.put(checks([statement.account_id]).get(statement.pk)),
            reading=found.reading,
            new=found.new,
            known=len(found.reading.lines) - found.new if found.reading else 0,
            came=sum(line.amount for line in found.reading.lines if line.amount > 0)
            if found.reading
            else 0,
            sample=found.table.rows[:SHOWN] if found.table else [],
            header=found.table.header if found.table else [],
            taken=statement.lines.count(),
        )

    def _columns_form(
        self, table: csv_file.Table | None, columns: dict[str, int]
    ) -> ColumnsForm | None:
        if table is None:
            return None
        chosen = columns or csv_file.guess(table.header)
        initial = {name: str(at) for name, at in chosen.items()}
        return ColumnsForm(header=table.header, initial=initial)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`azione`: colonne, importa (`tralascia`: without the lines that cannot be read), scarta."""
        action = request.POST.get("azione", "")
        if action == "colonne":
            return self._columns(request)
        if action == "scarta":
            return self._discard(request)
        if action == "importa":
            return self._import(request)
        return self._back()

    def _columns(self, request: HttpRequest) -> HttpResponse:
        table = look(self.statement).table
        if table is None:
            return self._back()
        form = ColumnsForm(request.POST, header=table.header)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(columns=form), status=422)
        remember(account=self.statement.account, table=table, columns=form.columns)
        return self._back()

    def _import(self, request: HttpRequest) -> HttpResponse:
        try:
            number = take_in(statement=self.statement, leave_out="tralascia" in request.POST)
        except NotYet:
            messages.error(request, gettext("Nothing has been imported: look at what is below."))
            return self._back()
        log(instance=self.statement, action="donations.statement_imported")
        if not number:
            messages.warning(
                request, gettext("All of its lines were here already: nothing changed.")
            )
        else:
            told = ngettext("%(number)s new line.", "%(number)s new lines.", number)
            messages.success(request, told % {"number": number})
        return HttpResponseRedirect(reverse("treasury:bank"))

    def _discard(self, request: HttpRequest) -> HttpResponse:
        if not discard(statement=self.statement):
            messages.warning(request, gettext("Its lines are here: it stays."))
            return self._back()
        messages.success(request, gettext("The file is gone; nothing had been imported."))
        return HttpResponseRedirect(reverse("treasury:bring"))

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("treasury:bank_statement", args=[self.kwargs["pk"]]))
