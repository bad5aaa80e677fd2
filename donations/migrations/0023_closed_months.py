import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from donations import seal
from people import roles


def seal_journal(apps, schema_editor):
    seal.seal(schema_editor.connection)


def unseal_journal(apps, schema_editor):
    seal.unseal(schema_editor.connection)


def seal_months(apps, schema_editor):
    seal.seal_months(schema_editor.connection)


def unseal_months(apps, schema_editor):
    seal.unseal_months(schema_editor.connection)


def allow(apps, schema_editor):
    for role in (roles.TREASURY, roles.COORDINATION):
        roles.grant(apps, role=role, app_label="donations", codenames=["view_closedmonth"])
    roles.grant(apps, role=roles.TREASURY, app_label="donations", codenames=["add_closedmonth"])


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0022_payouts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(unseal_journal, seal_journal),
        migrations.AddField(
            model_name="journalentry",
            name="happened_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="happened"),
        ),
        migrations.RunPython(seal_journal, unseal_journal),
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField(unique=True, verbose_name="month")),
                ("ends_at", models.DateTimeField(unique=True)),
                ("closed_at", models.DateTimeField(auto_now_add=True, verbose_name="closed")),
                ("figures", models.JSONField()),
                ("rows", models.PositiveIntegerField(verbose_name="rows")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "closed month",
                "verbose_name_plural": "closed months",
                "ordering": ["-first_day"],
                "default_permissions": ("view", "add"),
            },
        ),
        migrations.RunPython(seal_months, unseal_months),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
