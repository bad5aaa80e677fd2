from django.db import migrations

from donations import seal


def on(apps, schema_editor):
    seal.seal_receipts(schema_editor.connection)


def off(apps, schema_editor):
    seal.unseal_receipts(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("donations", "0007_why_a_receipt_is_void")]

    operations = [migrations.RunPython(on, off)]
