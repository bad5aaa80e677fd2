import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Account",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
            ("name", models.CharField(max_length=120, verbose_name="name")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("asset", "What we have"),
                        ("income", "What came in"),
                        ("expense", "What it cost"),
                        ("liability", "What is not ours"),
                    ],
                    max_length=9,
                    verbose_name="kind",
                ),
            ),
            (
                "fund",
                models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="account",
                    to="donations.fund",
                    verbose_name="fund",
                ),
            ),
        ],
        options={
            "verbose_name": "account",
            "verbose_name_plural": "accounts",
            "ordering": ["code"],
        },
    ),
    migrations.CreateModel(
        name="JournalEntry",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "debit",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="debits",
                    to="donations.account",
                    verbose_name="debit",
                ),
            ),
            (
                "credit",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="credits",
                    to="donations.account",
                    verbose_name="credit",
                ),
            ),
            ("amount", models.PositiveIntegerField(verbose_name="amount")),
            ("currency", models.CharField(default="EUR", max_length=3, verbose_name="currency")),
            ("origin", models.CharField(max_length=120, unique=True, verbose_name="origin")),
            (
                "donation",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="entries",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            ("at", models.DateTimeField(db_index=True, verbose_name="when")),
            ("happened_at", models.DateTimeField(blank=True, null=True, verbose_name="happened")),
            ("written_at", models.DateTimeField(auto_now_add=True, verbose_name="written")),
        ],
        options={
            "verbose_name": "ledger entry",
            "verbose_name_plural": "ledger entries",
            "ordering": ["-at", "-pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="entry_above_zero"
                ),
                models.CheckConstraint(
                    condition=models.Q(("debit", models.F("credit")), _negated=True),
                    name="entry_between_two",
                ),
            ],
        },
    ),
]
