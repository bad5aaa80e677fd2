import secrets

from django.db import migrations

from attribution.services import ALPHABET, CODE_LENGTH


def every_campaign_its_source(apps, schema_editor):
    """Until now the first post made it, and gifts from before it were credited to nobody."""
    Source = apps.get_model("attribution", "Source")
    for campaign in apps.get_model("campaigns", "Campaign").objects.all():
        Source.objects.get_or_create(
            kind="campaign",
            key=str(campaign.pk),
            defaults={
                "label": campaign.name,
                "code": "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("attribution", "0002_credit_gift"), ("campaigns", "0007_wall_paths")]

    operations = [migrations.RunPython(every_campaign_its_source, migrations.RunPython.noop)]
