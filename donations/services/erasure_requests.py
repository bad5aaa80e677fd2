"""A donor asks on her own page that her data be erased, and is answered in words when it is not done, or
not yet; doing it is `erasing`."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from donations import issuer
from donations.models import Donor, ErasureRequest
from donations.services import premium_stock, tributes
from donations.services.letters import compose

WITHIN = timedelta(days=30)  # art. 12.3 GDPR: one month


class Answered(Exception):
    """Somebody else was quicker."""


def ask(*, donor: Donor, language: str) -> bool:
    """False when she has asked already and waits for the answer."""
    try:
        with transaction.atomic():
            ErasureRequest.objects.create(donor=donor, language=language)
    except IntegrityError:
        return False
    return True


def waiting() -> QuerySet[ErasureRequest]:
    return ErasureRequest.objects.filter(answered_at=None).select_related("donor")


@transaction.atomic
def answer(*, request: ErasureRequest, words: str, by: Any) -> None:
    """Why not, or not yet: she reads it in a mail and on her page. Whatever the answer, the
    people she only wrote to are forgotten, and cards that have not left do not. Raises Answered."""
    held = ErasureRequest.objects.select_for_update().get(pk=request.pk)
    if held.answered_at:
        raise Answered
    held.answer, held.answered_at, held.answered_by = words, timezone.now(), by
    held.save(update_fields=["answer", "answered_at", "answered_by"])
    tributes.forget_of(donor=held.donor)
    premium_stock.forget_of(donor=held.donor)
    compose(
        key=f"erasure:{held.pk}",
        kind="erasure_answer",
        to=held.donor.email or "",  # she has one: she entered by it
        language=held.language,
        context={"request": held, "body": issuer.body(), "site_url": settings.SITE_URL},
    )
