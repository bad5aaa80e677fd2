from django.db import migrations

from donations.words import of_gift
from people import roles

AT_ONCE = 2000
WRITTEN = ("organisation", "first_name", "last_name", "codice_fiscale")


def write_words(apps, schema_editor):
    """Of the gifts that are there already."""
    Word = apps.get_model("donations", "GiftWord")
    gifts = apps.get_model("donations", "Donation").objects.order_by()
    found = gifts.values("pk", "method_reference", "by_hand", *WRITTEN)
    rows = []
    for gift in found.iterator(chunk_size=AT_ONCE):
        # of others it is the end of a card's number
        reference = gift["method_reference"] if gift["by_hand"] else ""
        written = of_gift(gift, reference=reference)
        rows += [Word(donation_id=gift["pk"], word=word) for word in written]
        if len(rows) >= AT_ONCE:
            Word.objects.bulk_create(rows, batch_size=AT_ONCE)
            rows = []
    Word.objects.bulk_create(rows, batch_size=AT_ONCE)


def allow(apps, schema_editor):
    """Both read; only the treasury writes."""
    read = ["view_donornote", "view_donortag"]
    write = ["add_donornote", "delete_donornote", "change_donor"]
    for role, codenames in ((roles.TREASURY, read + write), (roles.COORDINATION, read)):
        roles.grant(apps, role=role, app_label="donations", codenames=codenames)


class Migration(migrations.Migration):
    dependencies = [("donations", "0013_donors_found_and_known")]

    operations = [
        migrations.RunPython(write_words, migrations.RunPython.noop),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
