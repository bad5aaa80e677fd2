"""Signing in, and asking for a new password, as Wagtail does them but not without end.

Counted by the name as it was typed, whether anybody has it or not: the answer tells nobody which
names there are.
"""

import unicodedata
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm, PasswordResetForm
from wagtail.admin.views.account import LoginView, PasswordResetView

from people import limits
from people.limits import Limit

# generous by address: a whole office has one
SIGN_IN_ADDRESS, SIGN_IN_NAME = Limit("sign-in-address", 60, 600), Limit("sign-in-name", 10, 600)
RESET_ADDRESS, RESET_MAIL = Limit("reset-address", 20, 3600), Limit("reset-mail", 5, 3600)


class SignInForm(LoginForm):
    def clean(self) -> Any:
        name = folded(self.cleaned_data.get("username"))
        by_address = limits.allowed(SIGN_IN_ADDRESS, limits.address_of(self.request))
        if not (limits.allowed(SIGN_IN_NAME, name) and by_address):
            raise ValidationError(
                _("Too many attempts in a few minutes. Wait ten minutes and sign in again."),
                code="too_often",
            )
        cleaned = super().clean()
        limits.forget(SIGN_IN_NAME, name)
        return cleaned


class NewPasswordForm(PasswordResetForm):
    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        self.address = address
        super().__init__(*args, **kwargs)

    def clean(self) -> Any:
        mail = folded(self.cleaned_data.get("email"))
        by_address = limits.allowed(RESET_ADDRESS, self.address)
        if not (limits.allowed(RESET_MAIL, mail) and by_address):
            raise ValidationError(
                _("A new password has been asked for too often. Try again in an hour."),
                code="too_often",
            )
        return super().clean()


class NotWithoutEnd:
    """The form comes back with what was typed, and with the status that says why."""

    limit: Limit

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        if form.has_error(NON_FIELD_ERRORS, "too_often"):
            response.status_code = 429
            response["Retry-After"] = str(self.limit.seconds)
        return response


class SignIn(NotWithoutEnd, LoginView):
    limit = SIGN_IN_NAME

    def get_form_class(self) -> type[BaseForm]:
        return SignInForm


class NewPassword(NotWithoutEnd, PasswordResetView):
    limit = RESET_MAIL

    def get_form_class(self) -> type[BaseForm]:
        return NewPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"address": limits.address_of(self.request)}


def folded(name: str | None) -> str:
    return unicodedata.normalize("NFKC", name or "").strip().casefold()
