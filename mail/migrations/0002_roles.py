from django.db import migrations

from people import roles


def allow(apps, schema_editor):
    """The treasury also decides what becomes of a mail without proof."""
    for role, actions in ((roles.TREASURY, ["view", "change"]), (roles.COORDINATION, ["view"])):
        roles.grant(
            apps,
            role=role,
            app_label="mail",
            codenames=[f"{action}_message" for action in actions],
        )


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_messages"), ("people", "0002_roles")]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
