from django.db import migrations

from people import roles


def make_roles(apps, schema_editor):
    """Every role may enter the admin; what else it may do is granted room by room."""
    for role in roles.ALL:
        roles.grant(apps, role=role, app_label="wagtailadmin", codenames=["access_admin"])


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=roles.ALL).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
    ]

    operations = [migrations.RunPython(make_roles, remove_roles)]
