import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mail.storage

TABLES = [
    migrations.CreateModel(
        name="BankAccount",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("iban", models.CharField(max_length=34, unique=True, verbose_name="IBAN")),
            ("columns", models.JSONField(blank=True, default=dict)),
        ],
        options={
            "verbose_name": "bank account",
            "verbose_name_plural": "bank accounts",
            "ordering": ["iban"],
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="BankStatement",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "account",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="statements",
                    to="donations.bankaccount",
                ),
            ),
            ("name", models.CharField(max_length=200, verbose_name="file")),
            (
                "file",
                models.FileField(
                    max_length=200, storage=mail.storage.private_storage, upload_to="bank/%Y/"
                ),
            ),
            ("sha256", models.CharField(max_length=64)),
            (
                "brought_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("brought_at", models.DateTimeField(auto_now_add=True, verbose_name="brought")),
            ("imported_at", models.DateTimeField(blank=True, null=True, verbose_name="imported")),
            (
                "opening",
                models.BigIntegerField(blank=True, null=True, verbose_name="opening balance"),
            ),
            (
                "closing",
                models.BigIntegerField(blank=True, null=True, verbose_name="closing balance"),
            ),
            ("moved", models.BigIntegerField(blank=True, null=True)),
            ("currency", models.CharField(blank=True, max_length=3)),
            ("begins", models.DateField(blank=True, null=True, verbose_name="first day")),
            ("ends", models.DateField(blank=True, null=True, verbose_name="last day")),
        ],
        options={
            "verbose_name": "bank statement",
            "verbose_name_plural": "bank statements",
            "ordering": ["-pk"],
            "default_permissions": ("view", "add"),
            "constraints": [
                models.UniqueConstraint(
                    fields=("account", "sha256"), name="statement_brought_once"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("begins__isnull", True),
                            ("closing__isnull", True),
                            ("currency", ""),
                            ("ends__isnull", True),
                            ("moved__isnull", True),
                            ("opening__isnull", True),
                        ),
                        models.Q(
                            ("begins__isnull", False),
                            ("begins__lte", models.F("ends")),
                            ("closing__isnull", False),
                            ("ends__isnull", False),
                            ("moved__isnull", False),
                            ("opening__isnull", False),
                            models.Q(("currency", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="statement_balances_whole",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="BankLine",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "account",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lines",
                    to="donations.bankaccount",
                ),
            ),
            (
                "statement",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lines",
                    to="donations.bankstatement",
                ),
            ),
            ("number", models.PositiveIntegerField(verbose_name="line")),
            ("key", models.CharField(max_length=60)),
            ("day", models.DateField(db_index=True, verbose_name="day")),
            ("value_day", models.DateField(blank=True, null=True, verbose_name="value date")),
            ("amount", models.IntegerField(verbose_name="amount")),
            ("text", models.TextField(blank=True, verbose_name="reference")),
            ("name", models.CharField(blank=True, max_length=140, verbose_name="name")),
            (
                "iban",
                models.CharField(blank=True, db_index=True, max_length=34, verbose_name="IBAN"),
            ),
            (
                "reference",
                models.CharField(blank=True, max_length=140, verbose_name="the bank’s reference"),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("open", "To be recognised"),
                        ("gift", "Gift"),
                        ("known", "Gift that was entered by hand"),
                        ("payout", "Payout from Stripe"),
                        ("cash", "Cash paid in"),
                        ("back", "Gift given back"),
                        ("aside", "Set aside"),
                    ],
                    db_index=True,
                    default="open",
                    max_length=6,
                    verbose_name="state",
                ),
            ),
            ("turn", models.PositiveSmallIntegerField(default=1)),
            (
                "donation",
                models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bank_line",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            (
                "payout",
                models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bank_line",
                    to="donations.payout",
                    verbose_name="payout",
                ),
            ),
            (
                "refund",
                models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bank_line",
                    to="donations.refundrequest",
                    verbose_name="refund request",
                ),
            ),
            (
                "reason",
                models.CharField(blank=True, max_length=200, verbose_name="why it is set aside"),
            ),
            (
                "decided_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
        ],
        options={
            "verbose_name": "line of a bank statement",
            "verbose_name_plural": "lines of bank statements",
            "ordering": ["-day", "-pk"],
            "default_permissions": ("view", "change"),
            "indexes": [
                models.Index(
                    condition=models.Q(("amount__gt", 0), ("state", "open")),
                    fields=["-day", "-id"],
                    name="bank_line_waiting",
                )
            ],
            "constraints": [
                models.UniqueConstraint(fields=("account", "key"), name="bank_line_once"),
                models.CheckConstraint(
                    condition=models.Q(("amount", 0), _negated=True), name="bank_line_moves_money"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("amount__gt", 0),
                            ("donation__isnull", False),
                            ("payout__isnull", True),
                            ("refund__isnull", True),
                            ("state__in", ["gift", "known"]),
                        ),
                        models.Q(
                            ("donation", None),
                            ("payout__isnull", False),
                            ("refund", None),
                            ("state", "payout"),
                        ),
                        models.Q(
                            ("amount__gt", 0),
                            ("donation", None),
                            ("payout", None),
                            ("refund", None),
                            ("state", "cash"),
                        ),
                        models.Q(
                            ("amount__lt", 0),
                            ("donation", None),
                            ("payout", None),
                            ("refund__isnull", False),
                            ("state", "back"),
                        ),
                        models.Q(
                            ("donation", None),
                            ("payout", None),
                            ("refund", None),
                            ("state__in", ["open", "aside"]),
                        ),
                        _connector="OR",
                    ),
                    name="bank_line_is_one_thing",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "aside"), models.Q(("reason", ""), _negated=True)),
                        models.Q(models.Q(("state", "aside"), _negated=True), ("reason", "")),
                        _connector="OR",
                    ),
                    name="bank_line_aside_with_reason",
                ),
            ],
        },
    ),
]
