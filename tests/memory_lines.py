"""The balance transactions of a charge, as a payout of the Stripe in memory lists them."""

from collections.abc import Iterator
from datetime import datetime

from donations.stripe_facts import Charge, Line

TYPES = {"charge": "charge", "refund": "refund", "refund_back": "refund_failure"}


def line_of(id: str, kind: str, source: str, amount: int, at: datetime, fee: int = 0) -> Line:
    return Line(id, kind, TYPES.get(kind, "adjustment"), source, amount, fee, at, "")


def lines_of(charge: Charge) -> Iterator[Line]:
    """None while its fee is not known: then there is no transaction yet."""
    if not charge.transaction:
        return
    yield line_of(
        charge.transaction, "charge", charge.id, charge.amount, charge.settled, charge.fee
    )
    for one in charge.refunds:
        yield line_of(one.transaction, "refund", one.id, -one.amount, one.created)
        if one.came_back:
            yield line_of(f"{one.transaction}_b", "refund_back", one.id, one.amount, one.created)
    for dispute in charge.disputes:
        for move in dispute.movements:
            kind = "dispute" if move.amount < 0 else "dispute_back"
            yield line_of(move.id, kind, dispute.id, move.amount, move.created, move.fee)
