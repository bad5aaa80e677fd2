import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Mandate",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("mandate_id", models.CharField(max_length=80, unique=True)),
            ("method_id", models.CharField(db_index=True, max_length=80)),
            ("inactive", models.BooleanField()),
            ("looked_at", models.DateTimeField()),
        ],
        options={
            "verbose_name": "mandate",
            "verbose_name_plural": "mandates",
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="RecurringDonation",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            (
                "donor",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="promises",
                    to="donations.donor",
                    verbose_name="donor",
                ),
            ),
            (
                "fund",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="promises",
                    to="donations.fund",
                    verbose_name="fund",
                ),
            ),
            (
                "source",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="attribution.source",
                    verbose_name="came from",
                ),
            ),
            ("amount", models.PositiveIntegerField(verbose_name="amount")),
            ("currency", models.CharField(default="EUR", max_length=3, verbose_name="currency")),
            (
                "interval",
                models.CharField(
                    choices=[
                        ("month", "Every month"),
                        ("quarter", "Every three months"),
                        ("year", "Every year"),
                    ],
                    max_length=8,
                    verbose_name="how often",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("started", "On the payment page"),
                        ("active", "Active"),
                        ("paused", "Paused"),
                        ("failing", "The last charge did not go through"),
                        ("ended", "Ended"),
                    ],
                    db_index=True,
                    default="started",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
            ("language", models.CharField(default="it", max_length=10, verbose_name="language")),
            (
                "created_at",
                models.DateTimeField(
                    default=django.utils.timezone.now, editable=False, verbose_name="made"
                ),
            ),
            ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="since")),
            (
                "next_charge",
                models.DateTimeField(blank=True, null=True, verbose_name="next charge"),
            ),
            (
                "paused_until",
                models.DateTimeField(blank=True, null=True, verbose_name="paused until"),
            ),
            ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
            (
                "end_reason",
                models.CharField(
                    blank=True,
                    choices=[
                        ("donor", "Cancelled by the donor"),
                        ("unpaid", "The charges did not go through any more"),
                        ("at_stripe", "Ended at Stripe"),
                        ("office", "Ended by us, as the donor asked"),
                    ],
                    max_length=10,
                    verbose_name="why it ended",
                ),
            ),
            (
                "method",
                models.CharField(blank=True, max_length=16, verbose_name="means of payment"),
            ),
            (
                "method_reference",
                models.CharField(blank=True, max_length=8, verbose_name="last digits"),
            ),
            (
                "card_expires",
                models.DateField(blank=True, null=True, verbose_name="card good until"),
            ),
            ("method_id", models.CharField(blank=True, db_index=True, max_length=80)),
            ("open_invoice", models.CharField(blank=True, max_length=80)),
            ("repair_url", models.URLField(blank=True, max_length=2000)),
            ("trouble", models.CharField(blank=True, db_index=True, max_length=100)),
            ("troubled_at", models.DateTimeField(blank=True, null=True)),
            ("dealt_with", models.CharField(blank=True, max_length=100)),
            ("customer_id", models.CharField(blank=True, db_index=True, max_length=80)),
            (
                "subscription_id",
                models.CharField(blank=True, max_length=80, null=True, unique=True),
            ),
            ("looked_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "verbose_name": "recurring gift",
            "verbose_name_plural": "recurring gifts",
            "ordering": ["-created_at", "-pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="promise_above_zero"
                ),
                models.CheckConstraint(
                    condition=models.Q(("currency", "EUR")), name="promise_in_euro"
                ),
                models.CheckConstraint(
                    condition=models.Q(("interval__in", ["month", "quarter", "year"])),
                    name="promise_has_its_interval",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ended_at__isnull", False), ("state", "ended")),
                        models.Q(
                            models.Q(("state", "ended"), _negated=True),
                            ("end_reason", ""),
                            ("ended_at__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="promise_ended_has_its_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "started"), ("subscription_id__isnull", False), _connector="OR"
                    ),
                    name="promise_kept_at_stripe",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("trouble", ""), ("troubled_at", None)),
                        models.Q(
                            models.Q(("trouble", ""), _negated=True),
                            ("state__in", ("active", "paused", "failing")),
                            ("troubled_at__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="promise_in_trouble_has_its_time",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PromiseChange",
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
            ("key", models.CharField(editable=False, max_length=110, unique=True)),
            ("call", models.PositiveSmallIntegerField(default=1)),
            (
                "promise",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="changes",
                    to="donations.recurringdonation",
                    verbose_name="recurring gift",
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("amount", "Another amount"),
                        ("pause", "A pause"),
                        ("skip", "One charge skipped"),
                        ("resume", "The end of the pause"),
                        ("card", "Another card or account"),
                        ("pay", "The charge that did not go through, asked for again"),
                        ("cancel", "The end"),
                    ],
                    max_length=8,
                    verbose_name="what",
                ),
            ),
            ("amount", models.PositiveIntegerField(blank=True, null=True, verbose_name="amount")),
            (
                "was",
                models.PositiveIntegerField(blank=True, null=True, verbose_name="amount before"),
            ),
            ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
            ("payment_method", models.CharField(blank=True, max_length=80)),
            ("invoice", models.CharField(blank=True, max_length=80)),
            (
                "reason",
                models.CharField(
                    blank=True,
                    choices=[
                        ("", "I would rather not say"),
                        ("money", "I cannot afford it just now"),
                        ("elsewhere", "I give elsewhere, or in another way"),
                        ("unhappy", "I am not happy with what you do"),
                        ("other", "Something else"),
                    ],
                    max_length=12,
                    verbose_name="reason",
                ),
            ),
            (
                "by",
                models.ForeignKey(
                    blank=True,
                    help_text="Empty: the donor herself.",
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="asked by",
                ),
            ),
            (
                "note",
                models.CharField(blank=True, max_length=200, verbose_name="how the donor asked"),
            ),
            (
                "asked_at",
                models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked"),
            ),
            ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("asked", "To be asked of Stripe"),
                        ("done", "Done"),
                        ("refused", "Refused by Stripe"),
                    ],
                    default="asked",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
        ],
        options={
            "verbose_name": "change of a recurring gift",
            "verbose_name_plural": "changes of recurring gifts",
            "ordering": ["pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("amount__gt", 0), ("kind", "amount")),
                        models.Q(models.Q(("kind", "amount"), _negated=True), ("amount", None)),
                        _connector="OR",
                    ),
                    name="promise_change_of_amount_has_it",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("kind__in", ["pause", "skip"]), ("until__isnull", False)),
                        models.Q(
                            models.Q(("kind__in", ["pause", "skip"]), _negated=True),
                            ("until__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="promise_pause_has_its_end",
                ),
                models.CheckConstraint(
                    condition=models.Q(("kind", "card"), ("payment_method", ""), _connector="XOR"),
                    name="promise_change_of_card",
                ),
                models.CheckConstraint(
                    condition=models.Q(("kind", "pay"), ("invoice", ""), _connector="XOR"),
                    name="promise_change_pays_an_invoice",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "done"), ("done_at__isnull", True), _connector="XOR"
                    ),
                    name="promise_change_done_has_its_time",
                ),
            ],
        },
    ),
]
