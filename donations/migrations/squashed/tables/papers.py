import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import mail.storage

TABLES = [
    migrations.CreateModel(
        name="Acknowledgement",
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
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="acknowledgements",
                    to="donations.donation",
                ),
            ),
            ("kind", models.CharField(max_length=20, verbose_name="kind")),
            ("key", models.CharField(max_length=120, unique=True)),
            (
                "state",
                models.CharField(
                    choices=[
                        ("due", "To be written"),
                        ("done", "Written"),
                        ("skipped", "Overtaken by events"),
                    ],
                    default="due",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
            (
                "entry",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="donations.journalentry",
                    verbose_name="ledger entry",
                ),
            ),
            (
                "receipt",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="donations.receipt",
                    verbose_name="receipt",
                ),
            ),
            (
                "mail",
                models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="acknowledgement",
                    to="mail.message",
                    verbose_name="mail",
                ),
            ),
            ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
        ],
        options={
            "verbose_name": "acknowledgement",
            "verbose_name_plural": "acknowledgements",
            "ordering": ["pk"],
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "due")),
                    fields=["attempts"],
                    name="acknowledgement_to_write",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ReceiptCounter",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("issuer", models.CharField(max_length=16)),
            ("year", models.PositiveSmallIntegerField()),
            ("last", models.PositiveIntegerField(default=0)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("issuer", "year"), name="receipt_counter_once")
            ],
        },
    ),
    migrations.CreateModel(
        name="Receipt",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("issuer", models.CharField(max_length=16, verbose_name="issuing body")),
            ("year", models.PositiveSmallIntegerField(verbose_name="year")),
            ("number", models.PositiveIntegerField(verbose_name="number")),
            (
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            (
                "covers_year",
                models.PositiveSmallIntegerField(
                    blank=True, null=True, verbose_name="cumulative, of the year"
                ),
            ),
            ("amount", models.PositiveIntegerField(verbose_name="amount")),
            ("data", models.JSONField()),
            ("issued_at", models.DateTimeField(verbose_name="issued")),
            (
                "state",
                models.CharField(
                    choices=[("issued", "Valid"), ("void", "Void")],
                    default="issued",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
            ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="voided")),
            (
                "void_reason",
                models.CharField(
                    blank=True,
                    choices=[
                        ("refund", "refund of %(day)s"),
                        ("refund_returned", "refund of %(day)s that came back"),
                        ("refund_reversed", "refund written by mistake, reversed on %(day)s"),
                        ("dispute_lost", "dispute lost, money taken on %(day)s"),
                        ("dispute_won", "dispute won, money back on %(day)s"),
                        ("reversal", "reversal of %(day)s"),
                        ("corrected", "data corrected on %(day)s"),
                    ],
                    max_length=16,
                    verbose_name="why it is void",
                ),
            ),
            ("void_day", models.DateField(blank=True, null=True, verbose_name="day of the reason")),
            (
                "replaces",
                models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="replaced_by",
                    to="donations.receipt",
                    verbose_name="replaces",
                ),
            ),
            (
                "file",
                models.FileField(
                    blank=True,
                    max_length=200,
                    storage=mail.storage.private_storage,
                    upload_to="receipts/%Y/",
                    verbose_name="file",
                ),
            ),
            ("sha256", models.CharField(blank=True, max_length=64)),
            ("forgotten_at", models.DateTimeField(editable=False, null=True)),
            (
                "gifts",
                models.ManyToManyField(
                    related_name="receipts",
                    through="donations.ReceiptLine",
                    to="donations.donation",
                ),
            ),
        ],
        options={
            "verbose_name": "receipt",
            "verbose_name_plural": "receipts",
            "ordering": ["-year", "-number"],
            "indexes": [models.Index(fields=["number", "year"], name="receipt_by_number")],
            "constraints": [
                models.UniqueConstraint(fields=("issuer", "year", "number"), name="receipt_number"),
                models.UniqueConstraint(
                    condition=models.Q(("state", "issued")),
                    fields=("donation",),
                    name="receipt_one_valid",
                ),
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0), ("number__gt", 0)),
                    name="receipt_above_zero",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("state", "issued"),
                            ("void_day__isnull", True),
                            ("void_reason", ""),
                            ("voided_at__isnull", True),
                        ),
                        models.Q(
                            ("state", "void"),
                            ("void_day__isnull", False),
                            (
                                "void_reason__in",
                                [
                                    "refund",
                                    "refund_returned",
                                    "refund_reversed",
                                    "dispute_lost",
                                    "dispute_won",
                                    "reversal",
                                    "corrected",
                                ],
                            ),
                            ("voided_at__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="receipt_void_has_its_reason",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ReceiptLine",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "receipt",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lines",
                    to="donations.receipt",
                ),
            ),
            (
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="receipt_lines",
                    to="donations.donation",
                ),
            ),
            ("amount", models.PositiveIntegerField(verbose_name="amount")),
            ("valid", models.BooleanField(default=True)),
        ],
        options={
            "ordering": ["pk"],
            "default_permissions": (),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("valid", True)),
                    fields=("donation",),
                    name="receipt_line_one_valid",
                ),
                models.UniqueConstraint(fields=("receipt", "donation"), name="receipt_line_once"),
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="receipt_line_above_zero"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ReceiptRun",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("year", models.PositiveSmallIntegerField(verbose_name="year")),
            ("gifts", models.PositiveIntegerField(verbose_name="gifts")),
            (
                "started_at",
                models.DateTimeField(default=django.utils.timezone.now, verbose_name="begun"),
            ),
            (
                "started_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="begun by",
                ),
            ),
            ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
        ],
        options={
            "verbose_name": "run of cumulative receipts",
            "verbose_name_plural": "runs of cumulative receipts",
            "ordering": ["-pk"],
            "default_permissions": ("add", "view"),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("finished_at", None)),
                    fields=("year",),
                    name="receipt_run_one_open",
                )
            ],
        },
    ),
]
