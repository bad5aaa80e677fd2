"""Early fraud warnings: the bank that issued a card believes a payment to be a fraud; no money moves.

https://docs.stripe.com/api/radar/early_fraud_warnings/object (``actionable`` until the charge is
disputed or given back whole), https://docs.stripe.com/api/radar/early_fraud_warnings/list,
https://docs.stripe.com/api/events/types (radar.early_fraud_warning.created and .updated).
"""

from sandbox.stripe import objects
from sandbox.stripe.errors import StripeError
from sandbox.stripe.samples import CARD
from sandbox.stripe.work import Object, Work

KIND = "radar.early_fraud_warning"
TYPES = (
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
)


def warn(work: Work, of: Object, fraud_type: str) -> Object:
    """The networks of cards send them: there is none for a debit."""
    if of["status"] != "succeeded" or of["payment_method_details"]["type"] != CARD:
        raise StripeError("Only a card's payment that went through is warned of.")
    if work.find(KIND, charge=of["id"]):
        raise StripeError(f"Charge {of['id']} is warned of already.")
    made = work.add(objects.fraud_warning(work, of, fraud_type, actionable=_stands(of)))
    work.emit(f"{KIND}.created", made)
    return made


def settle(work: Work, of: Object) -> None:
    """Nothing is left to act on once the charge is disputed or given back whole."""
    if _stands(of):
        return
    for warning in work.find(KIND, charge=of["id"]):
        if warning["actionable"]:
            warning["actionable"] = False
            work.save(warning)
            work.emit(f"{KIND}.updated", warning, {"actionable": True})


def _stands(of: Object) -> bool:
    return not of["disputed"] and not of["refunded"]
