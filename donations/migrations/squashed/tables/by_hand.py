import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="HandEntry",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "reversal_reason",
                models.CharField(blank=True, max_length=200, verbose_name="why it was reversed"),
            ),
            (
                "reversed_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="reversed by",
                ),
            ),
            ("reversed_at", models.DateTimeField(blank=True, null=True, verbose_name="reversed")),
            (
                "donation",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="by_hand",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            ("note", models.TextField(blank=True, verbose_name="note")),
            (
                "batch",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="entries",
                    to="donations.giftimport",
                    verbose_name="import of gifts",
                ),
            ),
            (
                "entered_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="entered by",
                ),
            ),
            ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
        ],
        options={
            "verbose_name": "gift entered by hand",
            "verbose_name_plural": "gifts entered by hand",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("reversal_reason", ""), ("reversed_at__isnull", True)),
                        models.Q(
                            ("reversed_at__isnull", False),
                            models.Q(("reversal_reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="hand_entry_reversed_with_reason",
                )
            ],
        },
    ),
]
