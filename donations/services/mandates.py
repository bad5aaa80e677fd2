"""The leave to debit an account, as Stripe says it stands: a donor, or her bank, can take it back at
any time, and no later charge of the promise goes through then.

What was seen is a row of its own, found by the account: so it is the same whether the promise is known
before it or after it. Every look at a promise reads it (`promises`), and the sweep marks again.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from donations import gateway
from donations.models import Mandate, RecurringDonation
from donations.models.promises import MANDATE
from donations.services import promises

INACTIVE = "inactive"


def take_in(*, mandate_id: str) -> None:
    """A fresh look, written down; of two looks the later one holds. Raises Unavailable, Rejected."""
    began = timezone.now()
    told = gateway.get().fetch_mandate(mandate_id)
    seen = {"method_id": told.method, "inactive": told.status == INACTIVE, "looked_at": began}
    with transaction.atomic():
        row, made = Mandate.objects.select_for_update().get_or_create(
            mandate_id=told.id, defaults=seen
        )
        if not made and row.looked_at <= began:
            Mandate.objects.filter(pk=row.pk).update(**seen)
    mark()


def mark() -> int:
    """The promises that have to be charged otherwise from now on, or can be charged again; returns
    how many were another way before."""
    found = list(_unmarked().values_list("pk", flat=True))
    for promise in found:
        with transaction.atomic():
            promises.reconsider(promise=promise)
    return len(found)


def _unmarked() -> QuerySet[RecurringDonation]:
    over = Exists(Mandate.objects.filter(method_id=OuterRef("method_id"), inactive=True))
    live = RecurringDonation.objects.filter(state__in=RecurringDonation.LIVE).exclude(method_id="")
    marked = Q(trouble__startswith=MANDATE)
    return live.filter(Q(over) & ~marked | ~Q(over) & marked).order_by("pk")
