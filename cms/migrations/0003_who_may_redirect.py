from django.db import migrations

from people import roles

WHO = (roles.EDITORS, roles.COORDINATION)
CODENAMES = ["add_redirect", "change_redirect", "delete_redirect"]


def grant(apps, schema_editor):
    """Who moves a page leads the old address to the new one."""
    for role in WHO:
        roles.grant(apps, role=role, app_label="wagtailredirects", codenames=CODENAMES)


def withdraw(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name__in=WHO):
        group.permissions.remove(
            *group.permissions.filter(content_type__app_label="wagtailredirects")
        )


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_roles"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]

    operations = [migrations.RunPython(grant, withdraw)]
