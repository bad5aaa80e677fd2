import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
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
            ("lease_token", models.UUIDField(blank=True, db_index=True, editable=False, null=True)),
            ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
            ("last_error", models.TextField(blank=True, verbose_name="last error")),
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
            ("key", models.CharField(editable=False, max_length=60, unique=True)),
            ("call", models.PositiveSmallIntegerField(default=1)),
            (
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="refund_requests",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            ("amount", models.PositiveIntegerField(verbose_name="amount")),
            (
                "reason",
                models.CharField(
                    choices=[
                        ("requested_by_customer", "Who gave asks for it"),
                        ("duplicate", "Paid twice, or too much"),
                        ("fraudulent", "A fraud: the card or account was not theirs"),
                        ("other", "Something else: the note says it"),
                    ],
                    max_length=24,
                    verbose_name="reason",
                ),
            ),
            ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
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
                        ("reversed", "Reversed: it never went"),
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
                "way",
                models.CharField(
                    blank=True,
                    choices=[
                        ("", "Stripe"),
                        ("bank", "From the bank account"),
                        ("cash", "From the cash box"),
                    ],
                    max_length=4,
                    verbose_name="how it went back",
                ),
            ),
            ("given_on", models.DateField(blank=True, null=True, verbose_name="day")),
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
                            ("refund_id__isnull", True),
                            ("state__in", ["asked", "refused"]),
                            ("way", ""),
                        ),
                        models.Q(
                            ("refund_id__isnull", False),
                            ("state__in", ["accepted", "pending", "done", "returned"]),
                            ("way", ""),
                        ),
                        models.Q(
                            ("refund_id", None),
                            ("state__in", ["done", "reversed"]),
                            ("way__in", ["bank", "cash"]),
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
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("given_on__isnull", True), ("way", "")),
                        models.Q(models.Q(("way", ""), _negated=True), ("given_on__isnull", False)),
                        _connector="OR",
                    ),
                    name="refund_request_by_hand_has_its_day",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("reversed_at__isnull", False),
                            ("state", "reversed"),
                            models.Q(("reversal_reason", ""), _negated=True),
                        ),
                        models.Q(
                            models.Q(("state", "reversed"), _negated=True),
                            ("reversal_reason", ""),
                            ("reversed_at__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="refund_request_reversed_with_reason",
                ),
            ],
        },
    ),
]
