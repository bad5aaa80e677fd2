"""What the page of somebody who was erased says: when, by whom and why, what is kept and until when."""

from datetime import date
from typing import Any

from django.utils.translation import gettext

from brand.templatetags.brand_tags import spell
from donations.erasure.fates import REASONS
from donations.erasure.parts import BY_KEY, title_of
from donations.models import Donor, Erasure


def of(donor: Donor) -> dict[str, Any] | None:
    """None of whoever was not erased."""
    rows = Erasure.objects.select_related("by", "answer", "request").prefetch_related("customers")
    done = rows.filter(donor=donor).first()
    if done is None:
        return None
    return {
        "row": done,
        "counts": [(title_of(key), number) for key, number in _gone(done)],
        "kept": [_kept(one) for one in done.kept],
        "answer": _answer(done),
        "customers": [str(one.get_state_display()) for one in done.customers.all()],
    }


def _gone(done: Erasure) -> list[tuple[str, int]]:
    kept = {key for key, part in BY_KEY.items() if part.why}
    return [(key, number) for key, number in done.counts.items() if key not in kept]


def _kept(one: dict[str, Any]) -> dict[str, Any]:
    part = BY_KEY.get(one["part"])
    until = date.fromisoformat(one["until"]) if one["until"] else None
    return {
        "title": title_of(one["part"]),
        "number": one["number"],
        "until": until and spell(until, "j F Y"),
        "why": REASONS[part.why] if part and part.why else "",
    }


def _answer(done: Erasure) -> str:
    if done.answer is None:
        return gettext("Nobody could be written to.")
    state = str(done.answer.get_state_display())
    gone = (
        gettext("its address is gone")
        if not done.answer.to
        else gettext("its address stays till then")
    )
    return f"{state}; {gone}"
