from django.db import migrations, models

from donations import seal


def on(apps, schema_editor):
    seal.seal_receipts(schema_editor.connection)


def off(apps, schema_editor):
    seal.unseal_receipts(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0016_entries_without_a_gift"),
    ]

    operations = [
        migrations.RunPython(off, on),  # the receipts' table is made anew on SQLite
        migrations.RemoveConstraint(
            model_name="receipt",
            name="receipt_void_has_its_reason",
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
                    ("corrected", "data corrected on %(day)s"),
                ],
                max_length=16,
                verbose_name="why it is void",
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
        migrations.RunPython(on, off),
    ]
