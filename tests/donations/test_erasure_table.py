"""Every column of every model has been thought of: erased, made nobody's, kept with a reason, or no
word of a donor's."""

from collections import defaultdict
from itertools import chain

import pytest
from django.apps import apps
from django.db import models

from donations.erasure.fates import REASONS, Fate
from donations.erasure.names_nobody import COLUMNS
from donations.erasure.parts import PARTS
from donations.models import Donation, Donor, RecurringDonation

WORDS = (
    models.CharField,  # an EmailField, a URLField, a SlugField too
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.UUIDField,
    models.GenericIPAddressField,
)
MODELS = apps.get_models(include_auto_created=True)


def wordy(model: type[models.Model]) -> set[str]:
    """Columns that may hold what somebody wrote; those with choices hold words of ours."""
    fields = model._meta.local_concrete_fields
    return {one.name for one in fields if isinstance(one, WORDS) and not one.choices}


def in_parts() -> dict[str, set[str]]:
    """Columns by model; of rows that are deleted, all of them."""
    found: dict[str, set[str]] = defaultdict(set)
    for part in PARTS:
        label = part.model._meta.label
        found[label] |= {*part.fields, *part.covers}
        if part.fate == Fate.ERASED and not part.covers:
            found[label] |= {one.name for one in part.model._meta.local_concrete_fields}
    return found


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_column_that_may_hold_a_word_is_in_the_table(model: type[models.Model]) -> None:
    label = model._meta.label
    personal = in_parts()[label]
    assert label in COLUMNS or label in in_parts(), f"{label}: say what becomes of its rows"
    nobodys = COLUMNS.get(label, "").split()
    unknown = set() if nobodys == ["*"] else wordy(model) - personal - set(nobodys)
    assert not unknown, f"{label}: say what becomes of {sorted(unknown)}"


def test_the_table_names_no_column_that_is_gone() -> None:
    labels = {model._meta.label: model for model in MODELS}
    by_database = {"wagtailsearch.SQLiteFTSIndexEntry"}  # SQLite alone
    gone = [label for label in COLUMNS if label not in labels and label not in by_database]
    named = chain(
        ((label, set(names.split()) - {"*"}) for label, names in COLUMNS.items()),
        in_parts().items(),
    )
    for label, names in named:
        there = {one.name for one in labels[label]._meta.get_fields()} if label in labels else names
        gone += [f"{label}.{name}" for name in names - there]
    assert gone == []


def test_no_column_is_both_personal_and_not() -> None:
    both = {
        f"{label}.{name}"
        for label, names in in_parts().items()
        for name in names & set(COLUMNS.get(label, "").split())
    }
    assert both == set()


def test_whatever_hangs_on_a_donor_a_gift_or_a_promise_has_rows_in_the_table() -> None:
    mine = (Donor, Donation, RecurringDonation)
    hanging = {
        model._meta.label
        for model in MODELS
        for one in model._meta.local_concrete_fields
        if one.related_model in mine
    }
    named = {label for label, names in COLUMNS.items() if names != "*"}
    assert hanging <= set(in_parts()) | named


def test_what_is_kept_says_why() -> None:
    for part in PARTS:
        assert (part.fate == Fate.KEPT) == bool(part.why), part.key
        assert not part.why or part.why in REASONS
    assert len({part.key for part in PARTS}) == len(PARTS)
