import django.db.models.deletion
from django.db import migrations, models

from people import roles

ACCOUNTS = [
    ("disputes", "Contestazioni", "asset"),
    ("suspense", "Somme in sospeso", "liability"),
]


def open_accounts(apps, schema_editor):
    Account = apps.get_model("donations", "Account")
    for code, name, kind in ACCOUNTS:
        Account.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})


def allow(apps, schema_editor):
    for role in (roles.TREASURY, roles.COORDINATION):
        roles.grant(apps, role=role, app_label="donations", codenames=["view_dispute"])


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0002_credit_gift"),
        ("donations", "0003_sweep_mark"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dispute_id", models.CharField(max_length=80, unique=True)),
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
            },
        ),
        migrations.RemoveConstraint(
            model_name="donation",
            name="donation_settled_has_its_time",
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="donation",
            name="state",
            field=models.CharField(
                choices=[
                    ("started", "Started"),
                    ("checkout_open", "On the payment page"),
                    ("expired", "Not completed in time"),
                    ("cancelled", "Given up"),
                    ("processing", "In progress"),
                    ("failed", "Payment failed"),
                    ("settled", "Received"),
                    ("partly_refunded", "Given back in part"),
                    ("refunded", "Given back"),
                    ("disputed", "Disputed by the bank"),
                    ("lost", "Taken back by the bank"),
                ],
                db_index=True,
                default="started",
                max_length=16,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            ["settled", "partly_refunded", "refunded", "disputed", "lost"],
                        ),
                        ("settled_at__isnull", False),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                ["settled", "partly_refunded", "refunded", "disputed", "lost"],
                            ),
                            _negated=True,
                        ),
                        ("refunded_amount", 0),
                        ("settled_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="donation_settled_has_its_time",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="donation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to="donations.donation",
                verbose_name="donation",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="dispute_above_zero"
            ),
        ),
        migrations.RunPython(open_accounts, migrations.RunPython.noop),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
