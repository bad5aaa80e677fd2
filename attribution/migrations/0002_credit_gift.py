from django.db import migrations, models
from django.db.models import F


def each_its_own(apps, schema_editor):
    """Until the credits are made anew from the journal (`manage.py rebuild_credits`)."""
    apps.get_model("attribution", "Credit").objects.update(gift=F("ref"))


class Migration(migrations.Migration):
    dependencies = [("attribution", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="credit",
            name="gift",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(each_its_own, migrations.RunPython.noop),
    ]
