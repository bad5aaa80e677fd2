"""Another fund, chosen while the gift form is filled in: the form again, with what that fund's amounts
mean and everything typed. Nothing is begun, and nothing is asked of the form yet."""

from django.http import HttpRequest

from donations.form_tokens import new_token
from donations.forms import FREE, PIECES, GiftForm

BUTTON = "mostra"  # sum.js sends it too


def asked(request: HttpRequest) -> bool:
    return BUTTON in request.POST


def form_of(request: HttpRequest) -> GiftForm:
    """An amount that the fund does not have gives way to the one it begins with."""
    typed = {name: request.POST.get(name, "") for name in GiftForm.base_fields}
    typed["token"] = typed["token"] or new_token()
    typed["cifre"] = ""  # they were the page's words for the fund it named
    if typed["importo"].startswith(PIECES):
        typed["importo"] = PIECES
    form = GiftForm(initial=typed)
    if form.free_chosen and typed["importo"] != FREE:
        form = GiftForm(initial=typed | {"importo": ""})
    return form
