import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mail.storage


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0027_agenzia"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GiftImport",
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
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                (
                    "file",
                    models.FileField(
                        max_length=200,
                        storage=mail.storage.private_storage,
                        upload_to="imports/%Y/",
                    ),
                ),
                ("columns", models.JSONField(default=dict)),
                ("method", models.CharField(default="bank_transfer", max_length=16)),
                ("receipts", models.BooleanField(default=False)),
                ("take_likely", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be looked at"),
                            ("running", "Being imported"),
                            ("done", "Imported"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="loaded")),
                ("cursor", models.PositiveIntegerField(default=0)),
                ("lines", models.PositiveIntegerField(default=0, verbose_name="lines")),
                ("made", models.PositiveIntegerField(default=0, verbose_name="entered")),
                ("left_out", models.PositiveIntegerField(default=0, verbose_name="left out")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="donations.fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of gifts",
                "verbose_name_plural": "imports of gifts",
                "ordering": ["-pk"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="handentry",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="donations.giftimport",
                verbose_name="import of gifts",
            ),
        ),
    ]
