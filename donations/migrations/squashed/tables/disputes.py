import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Dispute",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("alert", models.CharField(blank=True, editable=False, max_length=30)),
            ("dispute_id", models.CharField(max_length=80, unique=True)),
            (
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="disputes",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            ("amount", models.PositiveIntegerField(verbose_name="amount")),
            ("reason", models.CharField(max_length=60, verbose_name="reason")),
            (
                "status",
                models.CharField(
                    choices=[
                        ("warning_needs_response", "The bank asks for an explanation"),
                        ("warning_under_review", "The bank reads the explanation"),
                        ("needs_response", "Waits for an answer"),
                        ("under_review", "The bank decides"),
                        ("lost", "Lost"),
                        ("appeal_needs_response", "Lost, an appeal waits for an answer"),
                        ("appeal_under_review", "Lost, the bank decides on the appeal"),
                        ("won", "Won"),
                        ("warning_closed", "Closed, no money moved"),
                        ("prevented", "Prevented"),
                    ],
                    db_index=True,
                    max_length=30,
                    verbose_name="state",
                ),
            ),
            (
                "answer_by",
                models.DateTimeField(blank=True, null=True, verbose_name="to be answered by"),
            ),
            ("opened_at", models.DateTimeField(verbose_name="since")),
        ],
        options={
            "verbose_name": "dispute",
            "verbose_name_plural": "disputes",
            "ordering": ["answer_by", "pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="dispute_above_zero"
                )
            ],
        },
    ),
]
