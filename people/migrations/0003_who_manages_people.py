from django.db import migrations

from people import roles

CODENAMES = ["add_user", "change_user"]  # who leaves is made inactive: what they did keeps its name


def grant(apps, schema_editor):
    roles.grant(apps, role=roles.COORDINATION, app_label="people", codenames=CODENAMES)


def withdraw(apps, schema_editor):
    group = apps.get_model("auth", "Group").objects.get(name=roles.COORDINATION)
    group.permissions.remove(
        *group.permissions.filter(content_type__app_label="people", codename__in=CODENAMES)
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0002_roles")]

    operations = [migrations.RunPython(grant, withdraw)]
