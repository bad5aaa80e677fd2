from django.db import migrations
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat


def as_paths(apps, schema_editor):
    """What is on the wall is found by its path: the site may stand at another address by now."""
    entries = apps.get_model("campaigns", "WallEntry").objects
    path = Concat(Value("/muro/"), Cast("pk", CharField()), Value("/"))
    mine = entries.filter(delivery=OuterRef("pk")).annotate(path=path).values("path")
    shown = apps.get_model("campaigns", "Delivery").objects.filter(wall_entry__isnull=False)
    shown.update(remote_url=Subquery(mine))


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0006_account_check"),
    ]

    operations = [migrations.RunPython(as_paths, migrations.RunPython.noop)]
