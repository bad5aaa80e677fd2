from django.db import migrations

from donations.words import of_gift

AT_ONCE = 2000
NEW = ("street", "city", "phone")


def write_words(apps, schema_editor):
    """Of the gifts, and of those whom a file named without one, that are there already."""
    Word = apps.get_model("donations", "GiftWord")
    gifts = apps.get_model("donations", "Donation").objects.order_by("pk")
    last = 0
    while page := list(gifts.filter(pk__gt=last).values("pk", *NEW)[:AT_ONCE]):
        last = page[-1]["pk"]
        rows = [Word(donation_id=gift["pk"], word=word) for gift in page for word in of_gift(gift)]
        Word.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    people = apps.get_model("donations", "ImportedDonor").objects
    for one in people.only("words", *NEW).iterator(chunk_size=AT_ONCE):
        words = of_gift({name: getattr(one, name) for name in NEW})
        more = [word for word in sorted(words) if f" {word} " not in f"{one.words} "]
        people.filter(pk=one.pk).update(words=one.words + "".join(f" {word}" for word in more))


class Migration(migrations.Migration):
    dependencies = [("donations", "0048_browsers_proof")]

    operations = [migrations.RunPython(write_words, migrations.RunPython.noop)]
