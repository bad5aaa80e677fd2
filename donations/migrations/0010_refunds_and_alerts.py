import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from people import roles


def allow(apps, schema_editor):
    """Only the treasury gives money back."""
    roles.grant(apps, role=roles.TREASURY, app_label="donations", codenames=["add_refundrequest"])


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0009_why_the_list_is_refused"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dispute",
            name="alert",
            field=models.CharField(blank=True, editable=False, max_length=30),
        ),
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
                ("fraud_type", models.CharField(max_length=60, verbose_name="kind of fraud")),
                ("actionable", models.BooleanField(verbose_name="can still be acted on")),
                ("opened_at", models.DateTimeField(verbose_name="since")),
                ("act_by", models.DateTimeField(verbose_name="to be decided by")),
                ("left_at", models.DateTimeField(blank=True, null=True, verbose_name="left alone")),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fraud_warnings",
                        to="donations.donation",
                        verbose_name="donation",
                    ),
                ),
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
        migrations.CreateModel(
            name="RefundRequest",
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
                ("key", models.CharField(editable=False, max_length=60, unique=True)),
                ("call", models.PositiveSmallIntegerField(default=1)),
                ("amount", models.PositiveIntegerField(verbose_name="amount")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("requested_by_customer", "Who gave asks for it"),
                            ("duplicate", "Paid twice, or too much"),
                            ("fraudulent", "A fraud: the card or account was not theirs"),
                        ],
                        max_length=24,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "To be asked of Stripe"),
                            ("refused", "Refused by Stripe"),
                            ("accepted", "Stripe gives it back"),
                            ("pending", "On its way to the bank"),
                            ("done", "Went back"),
                            ("returned", "Sent back by the bank"),
                        ],
                        default="asked",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("refund_id", models.CharField(blank=True, max_length=80, null=True, unique=True)),
                ("refusal_code", models.CharField(blank=True, max_length=80)),
                (
                    "refusal",
                    models.CharField(blank=True, max_length=500, verbose_name="Stripe’s words"),
                ),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="seen")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund_requests",
                        to="donations.donation",
                        verbose_name="donation",
                    ),
                ),
            ],
            options={
                "verbose_name": "refund request",
                "verbose_name_plural": "refund requests",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="refund_request_above_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("refund_id__isnull", True), ("state__in", ["asked", "refused"])
                            ),
                            models.Q(
                                ("refund_id__isnull", False),
                                ("state__in", ["accepted", "pending", "done", "returned"]),
                            ),
                            _connector="OR",
                        ),
                        name="refund_request_at_stripe_has_its_refund",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("refusal", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="refund_request_refused_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "asked"), ("next_at__isnull", True), _connector="OR"
                        ),
                        name="refund_request_due_while_asked",
                    ),
                ],
            },
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
