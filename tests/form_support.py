"""A form that is filled in right, and the fund it gives to."""

from typing import Any

from donations.form_tokens import new_token
from donations.models import Fund, SuggestedAmount

TYPED = {
    "importo": "50",
    "cifra": "",
    "fondo": "emporion",
    "nome": "Anna",
    "cognome": "Esempio",
    "email": "anna@example.org",
    "cf": "",
    "via": "",
    "cap": "",
    "citta": "",
    "provincia": "",
    "paese": "IT",
}


def open_fund() -> Fund:
    fund, _made = Fund.objects.get_or_create(slug="emporion", defaults={"name": "Emporion"})
    for amount, meaning in ((15_00, "La spesa di un giorno"), (50_00, "La spesa di una settimana")):
        SuggestedAmount.objects.get_or_create(
            fund=fund, amount=amount, defaults={"meaning": meaning}
        )
    return fund


def typed(**changes: Any) -> dict[str, Any]:
    return {**TYPED, "token": new_token(), **changes}
