import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mail.storage

TABLES = [
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
            ("lease_token", models.UUIDField(blank=True, db_index=True, editable=False, null=True)),
            ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
            ("last_error", models.TextField(blank=True, verbose_name="last error")),
            ("sha256", models.CharField(max_length=64, unique=True)),
            ("name", models.CharField(max_length=200, verbose_name="file")),
            (
                "file",
                models.FileField(
                    max_length=200, storage=mail.storage.private_storage, upload_to="imports/%Y/"
                ),
            ),
            ("columns", models.JSONField(default=dict)),
            ("method", models.CharField(default="bank_transfer", max_length=16)),
            (
                "fund",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="donations.fund",
                ),
            ),
            (
                "campaign",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="attribution.source",
                ),
            ),
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
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("at", models.DateTimeField(auto_now_add=True, verbose_name="loaded")),
            ("cursor", models.PositiveIntegerField(default=0)),
            ("lines", models.PositiveIntegerField(default=0, verbose_name="lines")),
            ("made", models.PositiveIntegerField(default=0, verbose_name="entered")),
            (
                "donors",
                models.PositiveIntegerField(default=0, verbose_name="donors without a gift"),
            ),
            ("left_out", models.PositiveIntegerField(default=0, verbose_name="left out")),
        ],
        options={
            "verbose_name": "import of gifts",
            "verbose_name_plural": "imports of gifts",
            "ordering": ["-pk"],
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="ImportedDonor",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "organisation",
                models.CharField(blank=True, max_length=120, verbose_name="organisation"),
            ),
            ("first_name", models.CharField(blank=True, max_length=80, verbose_name="first name")),
            ("last_name", models.CharField(blank=True, max_length=80, verbose_name="last name")),
            (
                "codice_fiscale",
                models.CharField(blank=True, max_length=16, verbose_name="codice fiscale"),
            ),
            (
                "street",
                models.CharField(blank=True, max_length=160, verbose_name="street and number"),
            ),
            ("postcode", models.CharField(blank=True, max_length=12, verbose_name="postcode")),
            ("city", models.CharField(blank=True, max_length=80, verbose_name="town")),
            ("province", models.CharField(blank=True, max_length=40, verbose_name="province")),
            (
                "country",
                models.CharField(blank=True, default="IT", max_length=2, verbose_name="country"),
            ),
            ("phone", models.CharField(blank=True, max_length=30, verbose_name="telephone")),
            (
                "donor",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="imported",
                    to="donations.donor",
                ),
            ),
            (
                "batch",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="people",
                    to="donations.giftimport",
                ),
            ),
            ("words", models.TextField(blank=True)),
            ("at", models.DateTimeField(auto_now_add=True)),
        ],
        options={
            "default_permissions": (),
        },
    ),
]
