import django.db.models.deletion
import modelcluster.fields
from django.db import migrations

from people import roles


def allow(apps, schema_editor):
    """The treasurer may since the books began; coordinators may do all but read secrets."""
    roles.grant(
        apps,
        role=roles.COORDINATION,
        app_label="donations",
        codenames=["add_fund", "change_fund", "delete_fund"],
    )


class Migration(migrations.Migration):
    dependencies = [("donations", "0005_consent_words")]

    operations = [
        migrations.AlterField(
            model_name="suggestedamount",
            name="fund",
            field=modelcluster.fields.ParentalKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="suggested_amounts",
                to="donations.fund",
            ),
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
