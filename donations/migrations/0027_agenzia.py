import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from donations import seal
from people import roles


def on(apps, schema_editor):
    seal.seal_consents(schema_editor.connection)


def off(apps, schema_editor):
    seal.unseal_consents(schema_editor.connection)


def allow(apps, schema_editor):
    """Only the treasury makes the report and asks."""
    roles.grant(apps, role=roles.TREASURY, app_label="donations", codenames=["add_coderequest"])


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0026_yearly_statements"),
        ("mail", "0003_sender"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(off, on),  # the table is made anew on SQLite
        migrations.CreateModel(
            name="CodeRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                (
                    "next_at",
                    models.DateTimeField(
                        blank=True, db_index=True, null=True, verbose_name="next attempt"
                    ),
                ),
                (
                    "lease_token",
                    models.UUIDField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "To be written"),
                            ("done", "Written"),
                            ("skipped", "Overtaken by events"),
                        ],
                        default="due",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked")),
            ],
            options={
                "verbose_name": "request for a codice fiscale",
                "verbose_name_plural": "requests for a codice fiscale",
                "default_permissions": ("add",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="consentchange",
            name="consent_change_of_the_newsletter",
        ),
        migrations.AlterField(
            model_name="consent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("privacy", "Privacy notice shown"),
                    ("newsletter", "Newsletter"),
                    ("wall", "Name on the donor wall"),
                    ("agenzia", "Objection to the Agenzia delle Entrate"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="consentchange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("privacy", "Privacy notice shown"),
                    ("newsletter", "Newsletter"),
                    ("wall", "Name on the donor wall"),
                    ("agenzia", "Objection to the Agenzia delle Entrate"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["newsletter", "agenzia"])),
                name="consent_change_of_what_is_asked",
            ),
        ),
        migrations.AddField(
            model_name="coderequest",
            name="asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="coderequest",
            name="donor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="code_requests",
                to="donations.donor",
            ),
        ),
        migrations.AddField(
            model_name="coderequest",
            name="mail",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="code_request",
                to="mail.message",
            ),
        ),
        migrations.AddConstraint(
            model_name="coderequest",
            constraint=models.UniqueConstraint(fields=("donor", "year"), name="code_asked_once"),
        ),
        migrations.RunPython(on, off),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
