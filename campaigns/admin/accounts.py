"""The accounts (profili): a list, and a short guided form for each network."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.viewsets.base import ViewSet

from campaigns import services
from campaigns.admin import connecting
from campaigns.admin.states import Look
from campaigns.channels import registry
from campaigns.channels.base import ChannelError, InvalidCredentials
from campaigns.errors import Refused
from campaigns.models import Account
from campaigns.states import State

VIEW, ADD, CHANGE = (f"campaigns.{action}_account" for action in ("view", "add", "change"))

LOOKS = {
    Account.State.CONNECTED: Look(_("Connected"), "ok", "sp-published"),
    Account.State.DISCONNECTED: Look(_("Disconnected"), "bad", "sp-rejected"),
}
UNUSED = Look(_("Not in use"), "mute", "sp-stopped")


class ConnectForm(forms.Form):
    """The account's name and the network's own fields. Raises no network question itself."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As your colleagues call it.")
    )

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channel = registry.channel(channel)
        for item in self.channel.fields:
            # what was typed comes back after a mistake; what is stored never does
            secret = forms.PasswordInput(render_value=True, attrs={"autocomplete": "off"})
            self.fields[item.name] = forms.CharField(
                label=str(item.label),
                help_text=str(item.help),
                required=False,
                max_length=2000,
                widget=secret if item.secret else forms.TextInput(),
            )
            if item.example:
                self.fields[item.name].widget.attrs["placeholder"] = item.example

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        values = {item.name: data.get(item.name, "") for item in self.channel.fields}
        try:
            self.credentials = self.channel.clean(values)
        except InvalidCredentials as problem:
            for field, message in problem.errors.items():
                self.add_error(field, str(message))
        return data


@permission_required(VIEW, raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    accounts = list(
        Account.objects.annotate(last_planned=Max("deliveries__planned_at", filter=_open()))
    )
    for account in accounts:
        account.look = (  # type: ignore[attr-defined]
            LOOKS[Account.State(account.state)] if account.active else UNUSED
        )
    context = {
        "accounts": accounts,
        "channels": [registry.channel(key) for key in registry.CHANNELS],
        "can_add": request.user.has_perm(ADD),
        "can_change": request.user.has_perm(CHANGE),
    }
    return render(request, "campaigns/admin/accounts.html", context)


def _open() -> Q:
    return Q(deliveries__state__in=[State.PLANNED, State.DUE, State.HELD])


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
def connect(request: HttpRequest, channel: str) -> HttpResponse:
    if channel not in registry.CHANNELS:
        raise Http404
    form = ConnectForm(
        request.POST if request.method == "POST" else None,
        channel=channel,
        initial={"name": registry.channel(channel).label},
    )
    return _guided(request, form, channel, None)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account, pk=pk)
    shown = connecting.shown_values(account, registry.channel(account.channel).fields)
    initial = shown | {"name": account.name}
    form = ConnectForm(
        request.POST if request.method == "POST" else None, channel=account.channel, initial=initial
    )
    return _guided(request, form, account.channel, account)


def _guided(
    request: HttpRequest, form: ConnectForm, channel: str, account: Account | None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            trial = connecting.try_out(channel=channel, credentials=form.credentials)
            kept = connecting.keep(
                trial=trial, channel=channel, name=form.cleaned_data["name"], account=account
            )
        except ChannelError as problem:
            form.add_error(None, connecting.sentence(problem))
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(
                request,
                gettext("Connected: the network answers %(handle)s. Nothing was published.")
                % {"handle": kept.handle or kept.name},
            )
            return redirect("campaigns_accounts:index")
    context = {"form": form, "network": registry.channel(channel), "account": account}
    return render(request, "campaigns/admin/account_connect.html", context)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def test(request: HttpRequest, pk: int) -> HttpResponse:
    account = services.check_account(account=get_object_or_404(Account, pk=pk))
    if account.problem:
        messages.error(request, f"{account}: {account.problem}")
    else:
        messages.success(
            request,
            gettext("%(account)s answers. Nothing was published.") % {"account": account},
        )
    return redirect("campaigns_accounts:index")


@require_POST
@permission_required(CHANGE, raise_exception=True)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account, pk=pk)
    active = request.POST.get("in_uso") == "1"
    Account.objects.filter(pk=account.pk).update(active=active)
    words = (
        gettext("%(account)s is in use again.")
        if active
        else gettext("%(account)s is no longer offered. What is planned on it stays planned.")
    )
    messages.success(request, words % {"account": account})
    return redirect("campaigns_accounts:index")


class AccountsViewSet(ViewSet):
    name = "campaigns_accounts"
    url_prefix = "profili"
    icon = "key"
    menu_label = pgettext_lazy("network", "Accounts")
    menu_name = "accounts"
    menu_order = 240

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", index, name="index"),
            path("collega/<slug:channel>/", connect, name="connect"),
            path("<int:pk>/rinnova/", renew, name="renew"),
            path("<int:pk>/prova/", test, name="test"),
            path("<int:pk>/uso/", switch, name="switch"),
        ]
