import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Payout",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("payout_id", models.CharField(max_length=80, unique=True)),
            ("amount", models.IntegerField(verbose_name="amount")),
            ("currency", models.CharField(default="EUR", max_length=3, verbose_name="currency")),
            (
                "status",
                models.CharField(
                    choices=[
                        ("pending", "Being prepared"),
                        ("in_transit", "On its way to the bank"),
                        ("paid", "In the bank"),
                        ("failed", "Sent back by the bank"),
                        ("canceled", "Called off"),
                    ],
                    db_index=True,
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            ("automatic", models.BooleanField(default=True, verbose_name="on schedule")),
            ("created_at", models.DateTimeField(verbose_name="made")),
            ("arrives_on", models.DateField(db_index=True, verbose_name="in the bank on")),
            (
                "failure",
                models.CharField(blank=True, max_length=200, verbose_name="why it came back"),
            ),
            (
                "complete",
                models.BooleanField(default=False, verbose_name="Stripe has told its lines"),
            ),
            ("difference", models.IntegerField(null=True, verbose_name="difference")),
        ],
        options={
            "verbose_name": "payout",
            "verbose_name_plural": "payouts",
            "ordering": ["-arrives_on", "-pk"],
            "default_permissions": ("view", "change"),
            "indexes": [
                models.Index(
                    condition=models.Q(
                        ("difference__isnull", False), models.Q(("difference", 0), _negated=True)
                    ),
                    fields=["difference"],
                    name="payout_unexplained",
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("complete", True), ("difference__isnull", True), _connector="OR"
                    ),
                    name="payout_difference_of_known_lines",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="PayoutLine",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "payout",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lines",
                    to="donations.payout",
                ),
            ),
            ("transaction_id", models.CharField(max_length=80, unique=True)),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("charge", "Gift"),
                        ("refund", "Refund"),
                        ("refund_back", "Refund that came back"),
                        ("dispute", "Dispute"),
                        ("dispute_back", "Dispute: the money came back"),
                        ("fee", "Stripe’s fee"),
                        ("payout_back", "Payout that came back"),
                        ("other", "Something else"),
                    ],
                    max_length=12,
                    verbose_name="kind",
                ),
            ),
            ("type", models.CharField(max_length=60)),
            ("source", models.CharField(blank=True, max_length=80)),
            ("description", models.CharField(blank=True, max_length=200)),
            ("amount", models.IntegerField(verbose_name="amount")),
            ("fee", models.IntegerField(verbose_name="fee")),
            ("net", models.IntegerField(verbose_name="net")),
            ("created_at", models.DateTimeField(verbose_name="when")),
            (
                "donation",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="payout_lines",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
        ],
        options={
            "ordering": ["created_at", "pk"],
            "default_permissions": (),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "net",
                            django.db.models.expressions.CombinedExpression(
                                models.F("amount"), "-", models.F("fee")
                            ),
                        )
                    ),
                    name="payout_line_net",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Explanation",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "payout",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="explanations",
                    to="donations.payout",
                ),
            ),
            (
                "line",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="explanations",
                    to="donations.payoutline",
                ),
            ),
            (
                "entry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="explanation",
                    to="donations.journalentry",
                ),
            ),
        ],
        options={
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="Correction",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "entry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="correction",
                    to="donations.journalentry",
                ),
            ),
            ("reason", models.CharField(max_length=300, verbose_name="reason")),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "default_permissions": (),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("reason", ""), _negated=True),
                    name="correction_has_a_reason",
                )
            ],
        },
    ),
]
