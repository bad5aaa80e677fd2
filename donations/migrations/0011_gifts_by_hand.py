import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from donations import seal
from people import roles

ACCOUNTS = [("bank", "Banca", "asset"), ("cash", "Cassa", "asset")]


def on(apps, schema_editor):
    seal.seal_receipts(schema_editor.connection)


def off(apps, schema_editor):
    seal.unseal_receipts(schema_editor.connection)


def open_accounts(apps, schema_editor):
    Account = apps.get_model("donations", "Account")
    for code, name, kind in ACCOUNTS:
        Account.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})


def allow(apps, schema_editor):
    roles.grant(
        apps,
        role=roles.TREASURY,
        app_label="donations",
        codenames=["add_donation", "change_donation"],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0002_credit_gift"),
        ("donations", "0010_refunds_and_alerts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(off, on),  # the receipts' table is made anew on SQLite
        migrations.CreateModel(
            name="HandEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                (
                    "reversal_reason",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="why it was reversed"
                    ),
                ),
                (
                    "reversed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reversed"),
                ),
            ],
            options={
                "verbose_name": "gift entered by hand",
                "verbose_name_plural": "gifts entered by hand",
            },
        ),
        migrations.RemoveConstraint(
            model_name="donation",
            name="donation_refunded_whole",
        ),
        migrations.RemoveConstraint(
            model_name="donation",
            name="donation_settled_has_its_time",
        ),
        migrations.RemoveConstraint(
            model_name="receipt",
            name="receipt_void_has_its_reason",
        ),
        migrations.AddField(
            model_name="donation",
            name="organisation",
            field=models.CharField(blank=True, max_length=120, verbose_name="organisation"),
        ),
        migrations.AlterField(
            model_name="donation",
            name="created_at",
            field=models.DateTimeField(
                db_index=True,
                default=django.utils.timezone.now,
                editable=False,
                verbose_name="started",
            ),
        ),
        migrations.AlterField(
            model_name="donation",
            name="first_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="first name"),
        ),
        migrations.AlterField(
            model_name="donation",
            name="last_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="last name"),
        ),
        migrations.AlterField(
            model_name="donation",
            name="method",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Not known yet"),
                    ("card", "Card"),
                    ("sepa_debit", "SEPA direct debit"),
                    ("cash", "Cash"),
                    ("cheque", "Cheque"),
                    ("bank_transfer", "Bank transfer"),
                    ("company_match", "Company match"),
                    ("other", "Other"),
                ],
                max_length=16,
                verbose_name="means of payment",
            ),
        ),
        migrations.AlterField(
            model_name="donation",
            name="method_reference",
            field=models.CharField(
                blank=True,
                help_text="Last digits of the card or account; number of the cheque, transfer or slip.",
                max_length=80,
                verbose_name="reference of the payment",
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
                    ("reversed", "Reversed"),
                ],
                db_index=True,
                default="started",
                max_length=16,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="donor",
            name="email",
            field=models.EmailField(
                blank=True, max_length=254, null=True, unique=True, verbose_name="mail"
            ),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="void_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("refund", "refund of %(day)s"),
                    ("refund_returned", "refund of %(day)s that came back"),
                    ("dispute_lost", "dispute lost, money taken on %(day)s"),
                    ("dispute_won", "dispute won, money back on %(day)s"),
                    ("reversal", "reversal of %(day)s"),
                ],
                max_length=16,
                verbose_name="why it is void",
            ),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                "settled",
                                "partly_refunded",
                                "refunded",
                                "disputed",
                                "lost",
                                "reversed",
                            ],
                        ),
                        ("settled_at__isnull", False),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    "settled",
                                    "partly_refunded",
                                    "refunded",
                                    "disputed",
                                    "lost",
                                    "reversed",
                                ],
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
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["refunded", "reversed"]), _negated=True),
                    ("refunded_amount", models.F("amount")),
                    _connector="OR",
                ),
                name="donation_refunded_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("first_name", ""), ("last_name", ""), ("organisation", ""), _negated=True
                    ),
                    ("method", "cash"),
                    _connector="OR",
                ),
                name="donation_without_name_is_cash",
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", ""), _negated=True), name="donor_without_mail_is_null"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
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
                                "dispute_lost",
                                "dispute_won",
                                "reversal",
                            ],
                        ),
                        ("voided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="receipt_void_has_its_reason",
            ),
        ),
        migrations.AddField(
            model_name="handentry",
            name="donation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="by_hand",
                to="donations.donation",
                verbose_name="donation",
            ),
        ),
        migrations.AddField(
            model_name="handentry",
            name="entered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="handentry",
            name="reversed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reversed by",
            ),
        ),
        migrations.AddConstraint(
            model_name="handentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reversal_reason", ""), ("reversed_at__isnull", True)),
                    models.Q(
                        ("reversed_at__isnull", False),
                        models.Q(("reversal_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="hand_entry_reversed_with_reason",
            ),
        ),
        migrations.RunPython(on, off),
        migrations.RunPython(open_accounts, migrations.RunPython.noop),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
