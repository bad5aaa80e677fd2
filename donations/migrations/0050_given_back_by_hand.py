import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from donations import seal


def on(apps, schema_editor):
    seal.seal_receipts(schema_editor.connection)
    seal.seal_receipt_lines(schema_editor.connection)
    seal.seal_terms(schema_editor.connection)


def off(apps, schema_editor):
    seal.unseal_receipt_lines(schema_editor.connection)
    seal.unseal_receipts(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0049_words_of_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(off, on),  # the receipts' table is made anew on SQLite
        migrations.RemoveConstraint(
            model_name="bankline",
            name="bank_line_is_one_thing",
        ),
        migrations.RemoveConstraint(
            model_name="receipt",
            name="receipt_void_has_its_reason",
        ),
        migrations.RemoveConstraint(
            model_name="refundrequest",
            name="refund_request_at_stripe_has_its_refund",
        ),
        migrations.AddField(
            model_name="bankline",
            name="refund",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bank_line",
                to="donations.refundrequest",
                verbose_name="refund request",
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="given_on",
            field=models.DateField(blank=True, null=True, verbose_name="day"),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="reversal_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="why it was reversed"),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="reversed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="reversed"),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="reversed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reversed by",
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="way",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="bankline",
            name="state",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="receipt",
            name="void_reason",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="refundrequest",
            name="reason",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="refundrequest",
            name="state",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_on__isnull", True), ("way", "")),
                    models.Q(models.Q(("way", ""), _negated=True), ("given_on__isnull", False)),
                    _connector="OR",
                ),
                name="refund_request_by_hand_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
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
        ),
        migrations.RunPython(on, off),
    ]
