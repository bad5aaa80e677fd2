import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="FraudWarning",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("alert", models.CharField(blank=True, editable=False, max_length=30)),
            ("warning_id", models.CharField(max_length=80, unique=True)),
            (
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="fraud_warnings",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            ("fraud_type", models.CharField(max_length=60, verbose_name="kind of fraud")),
            ("actionable", models.BooleanField(verbose_name="can still be acted on")),
            ("opened_at", models.DateTimeField(verbose_name="since")),
            ("act_by", models.DateTimeField(verbose_name="to be decided by")),
            ("left_at", models.DateTimeField(blank=True, null=True, verbose_name="left alone")),
        ],
        options={
            "verbose_name": "early fraud warning",
            "verbose_name_plural": "early fraud warnings",
            "ordering": ["act_by", "pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("act_by__gt", models.F("opened_at"))),
                    name="fraud_warning_time_to_act",
                )
            ],
        },
    ),
]
