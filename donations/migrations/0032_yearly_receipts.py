import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from donations import seal
from people import roles


def on(apps, schema_editor):
    seal.seal_receipts(schema_editor.connection)


def off(apps, schema_editor):
    seal.unseal_receipts(schema_editor.connection)


def lines_on(apps, schema_editor):
    seal.seal_receipt_lines(schema_editor.connection)


def lines_off(apps, schema_editor):
    seal.unseal_receipt_lines(schema_editor.connection)


def allow(apps, schema_editor):
    """Both see what waits; only the treasury issues."""
    names = ["view_receiptrun"]
    roles.grant(apps, role=roles.COORDINATION, app_label="donations", codenames=names)
    names.append("add_receiptrun")
    roles.grant(apps, role=roles.TREASURY, app_label="donations", codenames=names)


FILL = (
    "INSERT INTO donations_receiptline (receipt_id, donation_id, amount, valid)"
    " SELECT id, donation_id, amount, state = 'issued' FROM donations_receipt"
)


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0031_tributes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(off, on),  # the receipts' table may be made anew on SQLite
        migrations.AddField(
            model_name="donation",
            name="receipt_by_year",
            field=models.BooleanField(
                default=False, verbose_name="receipt with the others of its year"
            ),
        ),
        migrations.AddField(
            model_name="givingsettings",
            name="receipts_by_year",
            field=models.BooleanField(
                default=False,
                help_text="On: the charges of a recurring gift have no receipt of their own, but one for all of them, which you issue once the year is over. A donor may ask for it earlier. Off: each has its own at once; what waits already still gets its receipt of the year.",
                verbose_name="recurring gifts get one receipt a year",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="covers_year",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="cumulative, of the year"
            ),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="donation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="donations.donation",
                verbose_name="donation",
            ),
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
                ("amount", models.PositiveIntegerField(verbose_name="amount")),
                ("valid", models.BooleanField(default=True)),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt_lines",
                        to="donations.donation",
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
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="receipt",
            name="gifts",
            field=models.ManyToManyField(
                related_name="receipts", through="donations.ReceiptLine", to="donations.donation"
            ),
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
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
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
            ],
            options={
                "verbose_name": "run of cumulative receipts",
                "verbose_name_plural": "runs of cumulative receipts",
                "ordering": ["-pk"],
                "default_permissions": ("add", "view"),
            },
        ),
        migrations.AddConstraint(
            model_name="receiptline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid", True)),
                fields=("donation",),
                name="receipt_line_one_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptline",
            constraint=models.UniqueConstraint(
                fields=("receipt", "donation"), name="receipt_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="receipt_line_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finished_at", None)),
                fields=("year",),
                name="receipt_run_one_open",
            ),
        ),
        migrations.RunPython(on, off),
        migrations.RunPython(lines_on, lines_off),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
