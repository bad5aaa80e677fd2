import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import mail.storage


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("attribution", "0001_initial"),
        ("mail", "0001_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("slug", models.SlugField(max_length=60, unique=True, verbose_name="address")),
                ("description", models.TextField(blank=True, verbose_name="what it does")),
                ("active", models.BooleanField(default=True, verbose_name="open to gifts")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
            ],
            options={
                "verbose_name": "fund",
                "verbose_name_plural": "funds",
                "ordering": ["position", "name"],
            },
        ),
        migrations.CreateModel(
            name="Donor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="mail")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
            ],
            options={
                "verbose_name": "donor",
                "verbose_name_plural": "donors",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="donor_mail_is_lower_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Donation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("form_token", models.UUIDField(editable=False, unique=True)),
                ("amount", models.PositiveIntegerField(verbose_name="amount")),
                (
                    "refunded_amount",
                    models.PositiveIntegerField(default=0, verbose_name="given back"),
                ),
                (
                    "currency",
                    models.CharField(default="EUR", max_length=3, verbose_name="currency"),
                ),
                (
                    "state",
                    models.CharField(
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
                        ],
                        db_index=True,
                        default="started",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not known yet"),
                            ("card", "Card"),
                            ("sepa_debit", "SEPA direct debit"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                        verbose_name="means of payment",
                    ),
                ),
                (
                    "method_reference",
                    models.CharField(
                        blank=True,
                        help_text="Last digits of the card or account.",
                        max_length=80,
                        verbose_name="reference of the payment",
                    ),
                ),
                (
                    "language",
                    models.CharField(default="it", max_length=10, verbose_name="language"),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="started"),
                ),
                (
                    "settled_at",
                    models.DateTimeField(
                        blank=True, db_index=True, null=True, verbose_name="received"
                    ),
                ),
                ("first_name", models.CharField(max_length=80, verbose_name="first name")),
                ("last_name", models.CharField(max_length=80, verbose_name="last name")),
                (
                    "codice_fiscale",
                    models.CharField(blank=True, max_length=16, verbose_name="codice fiscale"),
                ),
                (
                    "street",
                    models.CharField(blank=True, max_length=160, verbose_name="street and number"),
                ),
                ("postcode", models.CharField(blank=True, max_length=12, verbose_name="postcode")),
                ("city", models.CharField(blank=True, max_length=80, verbose_name="town")),
                ("province", models.CharField(blank=True, max_length=40, verbose_name="province")),
                (
                    "country",
                    models.CharField(
                        blank=True, default="IT", max_length=2, verbose_name="country"
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
                (
                    "donor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="donations",
                        to="donations.donor",
                        verbose_name="donor",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="donations",
                        to="donations.fund",
                        verbose_name="fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "donation",
                "verbose_name_plural": "donations",
                "ordering": ["-created_at", "-pk"],
            },
        ),
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
                        ],
                        max_length=8,
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
                ("amount", models.PositiveIntegerField(verbose_name="amount")),
                (
                    "currency",
                    models.CharField(default="EUR", max_length=3, verbose_name="currency"),
                ),
                ("origin", models.CharField(max_length=120, unique=True, verbose_name="origin")),
                ("at", models.DateTimeField(db_index=True, verbose_name="when")),
                ("written_at", models.DateTimeField(auto_now_add=True, verbose_name="written")),
                (
                    "credit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="donations.account",
                        verbose_name="credit",
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
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="donations.donation",
                        verbose_name="donation",
                    ),
                ),
            ],
            options={
                "verbose_name": "ledger entry",
                "verbose_name_plural": "ledger entries",
                "ordering": ["-at", "-pk"],
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
                    models.CharField(blank=True, max_length=160, verbose_name="why it is void"),
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
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="donations.donation",
                        verbose_name="donation",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "ordering": ["-year", "-number"],
            },
        ),
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
                (
                    "lease_token",
                    models.UUIDField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
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
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
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
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="donations.donation",
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
            ],
            options={
                "verbose_name": "acknowledgement",
                "verbose_name_plural": "acknowledgements",
                "ordering": ["pk"],
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
            name="StripeEvent",
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
                ("event_id", models.CharField(max_length=80, unique=True)),
                ("type", models.CharField(max_length=80, verbose_name="type")),
                ("object_id", models.CharField(blank=True, max_length=120, verbose_name="object")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("processed", "Done"),
                            ("parked", "Waiting for its gift"),
                            ("ignored", "Not for us"),
                            ("failed", "Needs a person"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("payload", models.BinaryField()),
                ("happened_at", models.DateTimeField(db_index=True, verbose_name="happened")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "donation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stripe_events",
                        to="donations.donation",
                        verbose_name="donation",
                    ),
                ),
            ],
            options={
                "verbose_name": "Stripe event",
                "verbose_name_plural": "Stripe events",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SuggestedAmount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.PositiveIntegerField(help_text="In cents.", verbose_name="amount"),
                ),
                (
                    "meaning",
                    models.CharField(max_length=160, verbose_name="what it makes possible"),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggested_amounts",
                        to="donations.fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "suggested amount",
                "verbose_name_plural": "suggested amounts",
                "ordering": ["amount"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("privacy", "Privacy notice read"),
                            ("newsletter", "Newsletter"),
                            ("donor_wall", "Name on the donors' wall"),
                            ("no_tax_report", "Objection to the report to the tax agency"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "text_version",
                    models.CharField(max_length=40, verbose_name="version of the text"),
                ),
                ("granted_at", models.DateTimeField(auto_now_add=True, verbose_name="given")),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="donations.donation",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "constraints": [
                    models.UniqueConstraint(fields=("donation", "kind"), name="consent_once_a_gift")
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckoutAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("amount", models.PositiveIntegerField(verbose_name="amount")),
                ("idempotency_key", models.CharField(max_length=80, unique=True)),
                (
                    "session_id",
                    models.CharField(blank=True, max_length=120, null=True, unique=True),
                ),
                (
                    "payment_intent",
                    models.CharField(blank=True, max_length=80, null=True, unique=True),
                ),
                ("url", models.URLField(blank=True, max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("opening", "Being opened"),
                            ("open", "Open"),
                            ("complete", "Completed"),
                            ("expired", "Expired"),
                            ("failed", "Could not be opened"),
                        ],
                        default="opening",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="donations.donation",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("donation", "number"), name="attempt_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="attempt_above_zero"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="donation_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_amount__lte", models.F("amount"))),
                name="donation_refund_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency", "EUR")), name="donation_in_euro"
            ),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("settled_at__isnull", False),
                        ("state__in", ["settled", "partly_refunded", "refunded"]),
                    ),
                    models.Q(
                        models.Q(
                            ("state__in", ["settled", "partly_refunded", "refunded"]), _negated=True
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
                    models.Q(("state", "refunded"), _negated=True),
                    ("refunded_amount", models.F("amount")),
                    _connector="OR",
                ),
                name="donation_refunded_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="entry_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("debit", models.F("credit")), _negated=True),
                name="entry_between_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("issuer", "year", "number"), name="receipt_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "issued")),
                fields=("donation",),
                name="receipt_one_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("number__gt", 0)), name="receipt_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "issued"), ("voided_at__isnull", True)),
                    models.Q(("state", "void"), ("voided_at__isnull", False)),
                    _connector="OR",
                ),
                name="receipt_void_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestedamount",
            constraint=models.UniqueConstraint(fields=("fund", "amount"), name="suggestion_once"),
        ),
        migrations.AddConstraint(
            model_name="suggestedamount",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="suggestion_above_zero"
            ),
        ),
    ]
