from django.db import migrations

from donations.references import find_references, readable
from donations.words import words

AT_ONCE = 2000
ERASED = {"donation__last_name": "–"}  # found by no word any more
RECEIVED = ["settled", "partly_refunded", "refunded", "disputed", "lost", "reversed"]


def write_words(apps, schema_editor):
    """The reference of a promise: of gifts whose line on the bank's statement has it, month after
    month, and of promises whose gift lost it when it was corrected."""
    lines = apps.get_model("donations", "BankLine").objects.filter(donation__isnull=False)
    said = lines.exclude(**ERASED).order_by("pk").values_list("donation", "text", "reference")
    _write(
        apps,
        (
            (gift, code)
            for gift, text, reference in said.iterator(chunk_size=AT_ONCE)
            for code in find_references(f"{text} {reference}")
        ),
    )
    promises = apps.get_model("donations", "TransferPromise").objects.order_by("pk")
    held = promises.filter(donation__state__in=RECEIVED).exclude(**ERASED)
    _write(apps, held.values_list("donation", "reference").iterator(chunk_size=AT_ONCE))


def _write(apps, pairs):
    Word = apps.get_model("donations", "GiftWord")
    rows = []
    for gift, code in pairs:
        rows += [Word(donation_id=gift, word=word) for word in words(readable(code))]
        if len(rows) >= AT_ONCE:
            Word.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    Word.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("donations", "0054_english_words")]

    operations = [migrations.RunPython(write_words, migrations.RunPython.noop)]
