import django.db.models.deletion
from django.db import migrations, models

from donations import seal


def seal_journal(apps, schema_editor):
    seal.seal(schema_editor.connection)


def unseal_journal(apps, schema_editor):
    seal.unseal(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0015_several_addresses_one_person"),
    ]

    operations = [
        migrations.RunPython(unseal_journal, seal_journal),
        migrations.AlterField(
            model_name="journalentry",
            name="donation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="donations.donation",
                verbose_name="donation",
            ),
        ),
        migrations.RunPython(seal_journal, unseal_journal),
    ]
