"""A body with an account for transfers, and somebody who promises one."""

import uuid
from typing import Any

from brand.models import LegalSettings
from donations.models import Donation
from donations.services import promise_transfer
from giving_support import MARIA, fund

IBAN = "IT60X0542811101000000123456"
SPACED = "IT60 X054 2811 1010 0000 0123 456"


def account() -> LegalSettings:
    legal = LegalSettings.load()
    legal.iban, legal.body = IBAN, "Rete Vera ETS"
    legal.save()
    return legal


def promised(**changes: Any) -> Donation:
    usual: dict[str, Any] = {
        "form_token": uuid.uuid4(),
        "amount": 25_00,
        "fund": fund(),
        "donor": MARIA,
        "language": "it",
        "consents": {"privacy": "We use your data."},
    }
    return promise_transfer(**usual | changes).donation
