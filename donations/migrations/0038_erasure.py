import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from donations import seal
from people import roles


def off(apps, schema_editor):
    seal.unseal_receipts(schema_editor.connection)
    seal.unseal_receipt_lines(schema_editor.connection)
    seal.unseal_statements(schema_editor.connection)


def on(apps, schema_editor):
    seal.seal_receipts(schema_editor.connection)
    seal.seal_receipt_lines(schema_editor.connection)
    seal.seal_statements(schema_editor.connection)


def terms_on(apps, schema_editor):
    seal.seal_terms(schema_editor.connection)


def terms_off(apps, schema_editor):
    seal.unseal_terms(schema_editor.connection)
    seal.unseal_receipt_lines(schema_editor.connection)
    seal.seal_receipt_lines(schema_editor.connection)


def allow(apps, schema_editor):
    """Whoever answers a donor's request erases; both see that it was done."""
    names = ["view_erasure"]
    roles.grant(apps, role=roles.COORDINATION, app_label="donations", codenames=names)
    names.append("add_erasure")
    roles.grant(apps, role=roles.TREASURY, app_label="donations", codenames=names)


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0037_welcome_back"),
        ("mail", "0004_files_without_a_row"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(off, on),  # the papers' tables may be made anew on SQLite
        migrations.CreateModel(
            name="CustomerRemoval",
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
                (
                    "lease_token",
                    models.UUIDField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                ("customer_id", models.CharField(max_length=80, unique=True)),
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
                "verbose_name": "customer to be removed at Stripe",
                "verbose_name_plural": "customers to be removed at Stripe",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("page", "The donor asked on their own page"),
                            ("asked", "The donor asked in another way"),
                            ("own", "We have no reason to keep the data any more"),
                        ],
                        max_length=8,
                        verbose_name="reason",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("counts", models.JSONField(default=dict)),
                ("kept", models.JSONField(default=list)),
                (
                    "withheld",
                    models.PositiveIntegerField(default=0, verbose_name="gifts in dispute"),
                ),
                ("again_at", models.DateTimeField(db_index=True)),
                ("seen_event", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "erasure of a donor",
                "verbose_name_plural": "erasures of donors",
                "ordering": ["-at"],
                "default_permissions": ("add", "view"),
            },
        ),
        migrations.AddField(
            model_name="donor",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="erased"
            ),
        ),
        migrations.AddField(
            model_name="givingsettings",
            name="events_kept",
            field=models.PositiveSmallIntegerField(
                default=24,
                help_text="After that the personal data in Stripe’s stored events go; what the books need of them stays. A bank may dispute a debit for 13 months.",
                validators=[
                    django.core.validators.MinValueValidator(14),
                    django.core.validators.MaxValueValidator(120),
                ],
                verbose_name="what Stripe told us, in months",
            ),
        ),
        migrations.AddField(
            model_name="givingsettings",
            name="mails_kept",
            field=models.PositiveSmallIntegerField(
                default=36,
                help_text="After that address, words and attachments go; that a mail left stays.",
                validators=[
                    django.core.validators.MinValueValidator(3),
                    django.core.validators.MaxValueValidator(120),
                ],
                verbose_name="mails to donors, in months",
            ),
        ),
        migrations.AddField(
            model_name="givingsettings",
            name="years_kept",
            field=models.PositiveSmallIntegerField(
                default=10,
                help_text="How long after the end of their year those of an erased donor are kept. The law asks for ten years (art. 2220 of the Civil Code).",
                validators=[
                    django.core.validators.MinValueValidator(10),
                    django.core.validators.MaxValueValidator(50),
                ],
                verbose_name="receipts and statements, in years",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="forgotten_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="statement",
            name="forgotten_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="stripeevent",
            name="redacted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_at", None), ("email", None), _connector="OR"),
                name="donor_erased_has_no_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="givingsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("years_kept__gte", 10)), name="receipts_kept_as_the_law_asks"
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="answer",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="mail.message",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="done by",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="donor",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="erasure",
                to="donations.donor",
                verbose_name="donor",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="request",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="erasure",
                to="donations.erasurerequest",
                verbose_name="request for erasure",
            ),
        ),
        migrations.AddField(
            model_name="customerremoval",
            name="erasure",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="customers",
                to="donations.erasure",
            ),
        ),
        migrations.AddConstraint(
            model_name="customerremoval",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "asked"), ("next_at__isnull", True), _connector="OR"),
                name="customer_removal_due_while_asked",
            ),
        ),
        migrations.RunPython(on, off),
        migrations.RunPython(terms_on, terms_off),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
