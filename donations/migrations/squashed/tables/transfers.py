import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="TransferPromise",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "donation",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="transfer",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            ("reference", models.CharField(max_length=8, unique=True, verbose_name="reference")),
            ("promised_at", models.DateTimeField(verbose_name="promised")),
            (
                "remind_at",
                models.DateTimeField(
                    blank=True, db_index=True, null=True, verbose_name="called to mind"
                ),
            ),
            ("gives_up_at", models.DateTimeField(db_index=True, verbose_name="waited for until")),
        ],
        options={
            "verbose_name": "promised transfer",
            "verbose_name_plural": "promised transfers",
        },
    ),
]
