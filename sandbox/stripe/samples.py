"""The cards and accounts one pays with here, and how they behave: at once, and later on.

https://docs.stripe.com/testing (numbers), https://docs.stripe.com/declines/codes. Where Stripe has
no number for a behaviour over months (first good, then refused), the nearest one stands for it.
Satispay stands for all that is neither a card nor a debit: paid at once, no number, once only
(https://docs.stripe.com/payments/satispay).
"""

from dataclasses import dataclass

from sandbox.stripe.periods import month_of

CARD, SEPA, WALLET = "card", "sepa_debit", "satispay"
FAR = (2034, 12)


@dataclass(frozen=True)
class Sample:
    """``first`` and ``later``: ``ok``, ``declined``, or ``asks`` (the bank wants a confirmation)."""

    name: str
    kind: str
    last4: str
    first: str = "ok"
    later: str = "ok"
    ends_soon: bool = False

    def expires(self, now: int) -> tuple[int, int]:
        """Year and month; one that ends soon is good until the end of the next month."""
        if not self.ends_soon:
            return FAR
        year, month = month_of(now)
        return (year + month // 12, month % 12 + 1)


SAMPLES = {
    sample.name: sample
    for sample in (
        Sample("card", CARD, "4242"),
        Sample("card_declined", CARD, "0002", first="declined", later="declined"),
        Sample("card_3ds", CARD, "3155", first="asks"),
        Sample("card_asks", CARD, "3184", first="asks", later="asks"),
        Sample("card_fails_later", CARD, "0341", later="declined"),
        Sample("card_expiring", CARD, "4444", ends_soon=True),
        Sample("satispay", WALLET, ""),
        Sample("sepa", SEPA, "3456"),
        Sample("sepa_fails_later", SEPA, "3202", later="declined"),
    )
}
ONCE = ("card", "card_declined", "card_3ds", "satispay", "sepa")
LASTING = tuple(
    name for name, sample in SAMPLES.items() if sample.kind != WALLET
)  # and for promises
