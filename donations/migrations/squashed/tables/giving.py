import uuid

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import modelcluster.fields
from django.db import migrations, models

TABLES = [
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
            (
                "name_en",
                models.CharField(blank=True, max_length=120, verbose_name="name in English"),
            ),
            ("slug", models.SlugField(max_length=60, unique=True, verbose_name="address")),
            ("description", models.TextField(blank=True, verbose_name="what it does")),
            (
                "description_en",
                models.TextField(blank=True, verbose_name="what it does, in English"),
            ),
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
        name="SuggestedAmount",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "fund",
                modelcluster.fields.ParentalKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="suggested_amounts",
                    to="donations.fund",
                ),
            ),
            ("amount", models.PositiveIntegerField(help_text="In cents.", verbose_name="amount")),
            ("meaning", models.CharField(max_length=160, verbose_name="what it makes possible")),
            (
                "meaning_en",
                models.CharField(
                    blank=True, max_length=160, verbose_name="what it makes possible, in English"
                ),
            ),
            (
                "one",
                models.CharField(
                    blank=True,
                    help_text="To let people give several of it: “suspended shopping bag”.",
                    max_length=40,
                    verbose_name="one piece",
                ),
            ),
            (
                "many",
                models.CharField(
                    blank=True,
                    help_text="“suspended shopping bags”.",
                    max_length=40,
                    verbose_name="several pieces",
                ),
            ),
            (
                "one_en",
                models.CharField(blank=True, max_length=40, verbose_name="one piece, in English"),
            ),
            (
                "many_en",
                models.CharField(
                    blank=True, max_length=40, verbose_name="several pieces, in English"
                ),
            ),
        ],
        options={
            "verbose_name": "suggested amount",
            "verbose_name_plural": "suggested amounts",
            "ordering": ["amount"],
            "constraints": [
                models.UniqueConstraint(fields=("fund", "amount"), name="suggestion_once"),
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="suggestion_above_zero"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("many", ""), ("one", "")),
                        models.Q(
                            models.Q(("one", ""), _negated=True),
                            models.Q(("many", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="suggestion_counted_both_ways",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("many_en", ""), ("one_en", "")),
                        models.Q(
                            models.Q(("one_en", ""), _negated=True),
                            models.Q(("many_en", ""), _negated=True),
                            models.Q(("many", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="suggestion_counted_in_english_too",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("many", ""), _negated=True),
                    fields=("fund",),
                    name="suggestion_counted_once_a_fund",
                ),
            ],
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
            (
                "email",
                models.EmailField(
                    blank=True, max_length=254, null=True, unique=True, verbose_name="mail"
                ),
            ),
            ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
            (
                "kept",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="merged",
                    to="donations.donor",
                ),
            ),
            (
                "erased_at",
                models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased"),
            ),
        ],
        options={
            "verbose_name": "donor",
            "verbose_name_plural": "donors",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("kept", None),
                        models.Q(("kept", models.F("id")), _negated=True),
                        _connector="OR",
                    ),
                    name="donor_not_kept_by_herself",
                ),
                models.CheckConstraint(
                    condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                    name="donor_mail_is_lower_case",
                ),
                models.CheckConstraint(
                    condition=models.Q(("email", ""), _negated=True),
                    name="donor_without_mail_is_null",
                ),
                models.CheckConstraint(
                    condition=models.Q(("erased_at", None), ("email", None), _connector="OR"),
                    name="donor_erased_has_no_mail",
                ),
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
            (
                "organisation",
                models.CharField(blank=True, max_length=120, verbose_name="organisation"),
            ),
            ("first_name", models.CharField(blank=True, max_length=80, verbose_name="first name")),
            ("last_name", models.CharField(blank=True, max_length=80, verbose_name="last name")),
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
                models.CharField(blank=True, default="IT", max_length=2, verbose_name="country"),
            ),
            ("phone", models.CharField(blank=True, max_length=30, verbose_name="telephone")),
            ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            ("form_token", models.UUIDField(editable=False, unique=True)),
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
                "promise",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="donations",
                    to="donations.recurringdonation",
                    verbose_name="recurring gift",
                ),
            ),
            ("amount", models.PositiveIntegerField(verbose_name="amount")),
            ("covered", models.PositiveIntegerField(default=0, verbose_name="costs covered")),
            ("refunded_amount", models.PositiveIntegerField(default=0, verbose_name="given back")),
            ("pieces", models.PositiveSmallIntegerField(default=0, verbose_name="pieces")),
            (
                "meaning",
                models.CharField(blank=True, max_length=160, verbose_name="what it makes possible"),
            ),
            (
                "meaning_en",
                models.CharField(
                    blank=True, max_length=160, verbose_name="what it makes possible, in English"
                ),
            ),
            ("currency", models.CharField(default="EUR", max_length=3, verbose_name="currency")),
            (
                "receipt_by_year",
                models.BooleanField(
                    default=False, verbose_name="receipt with the others of its year"
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("started", "Started"),
                        ("checkout_open", "On the payment page"),
                        ("awaiting", "Waiting for the transfer"),
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
            (
                "method",
                models.CharField(
                    blank=True,
                    choices=[
                        ("", "Not known yet"),
                        ("card", "Card"),
                        ("sepa_debit", "SEPA direct debit"),
                        ("cash", "Cash"),
                        ("cheque", "Cheque"),
                        ("bank_transfer", "Bank transfer"),
                        ("company_match", "Company match"),
                        ("paypal", "PayPal"),
                        ("link", "Card, through Link"),
                        ("satispay", "Satispay"),
                        ("klarna", "Klarna"),
                        ("amazon_pay", "Amazon Pay"),
                        ("revolut_pay", "Revolut Pay"),
                        ("bancontact", "Bancontact"),
                        ("eps", "EPS"),
                        ("ideal", "iDEAL"),
                        ("twint", "TWINT"),
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
                    help_text="Last digits of the card or account; number of the cheque, transfer or slip.",
                    max_length=80,
                    verbose_name="reference of the payment",
                ),
            ),
            ("language", models.CharField(default="it", max_length=10, verbose_name="language")),
            (
                "created_at",
                models.DateTimeField(
                    db_index=True,
                    default=django.utils.timezone.now,
                    editable=False,
                    verbose_name="started",
                ),
            ),
            (
                "settled_at",
                models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="received"),
            ),
        ],
        options={
            "verbose_name": "donation",
            "verbose_name_plural": "donations",
            "ordering": ["-created_at", "-pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="donation_above_zero"
                ),
                models.CheckConstraint(
                    condition=models.Q(("covered__lt", models.F("amount"))),
                    name="donation_more_than_its_costs",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("pieces", 0), models.Q(("meaning", ""), _negated=True), _connector="OR"
                    ),
                    name="donation_pieces_have_a_name",
                ),
                models.CheckConstraint(
                    condition=models.Q(("refunded_amount__lte", models.F("amount"))),
                    name="donation_refund_within",
                ),
                models.CheckConstraint(
                    condition=models.Q(("currency", "EUR")), name="donation_in_euro"
                ),
                models.CheckConstraint(
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
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["refunded", "reversed"]), _negated=True),
                        ("refunded_amount", models.F("amount")),
                        _connector="OR",
                    ),
                    name="donation_refunded_whole",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("first_name", ""),
                            ("last_name", ""),
                            ("organisation", ""),
                            _negated=True,
                        ),
                        ("method", "cash"),
                        _connector="OR",
                    ),
                    name="donation_without_name_is_cash",
                ),
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
            (
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="attempts",
                    to="donations.donation",
                ),
            ),
            ("number", models.PositiveSmallIntegerField()),
            ("amount", models.PositiveIntegerField(verbose_name="amount")),
            ("idempotency_key", models.CharField(max_length=80, unique=True)),
            ("session_id", models.CharField(blank=True, max_length=120, null=True, unique=True)),
            ("invoice_id", models.CharField(blank=True, max_length=80, null=True, unique=True)),
            ("payment_intent", models.CharField(blank=True, max_length=80, null=True, unique=True)),
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
        ],
        options={
            "ordering": ["number"],
            "constraints": [
                models.UniqueConstraint(fields=("donation", "number"), name="attempt_number_once"),
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="attempt_above_zero"
                ),
            ],
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
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="consents",
                    to="donations.donation",
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("privacy", "Privacy notice shown"),
                        ("newsletter", "Newsletter"),
                        ("wall", "Name on the donor wall"),
                        ("agenzia", "Objection to the Agenzia delle Entrate"),
                    ],
                    max_length=16,
                    verbose_name="kind",
                ),
            ),
            ("words", models.TextField(verbose_name="words")),
            ("granted_at", models.DateTimeField(auto_now_add=True, verbose_name="given")),
        ],
        options={
            "verbose_name": "consent",
            "verbose_name_plural": "consents",
            "constraints": [
                models.UniqueConstraint(fields=("donation", "kind"), name="consent_once_a_gift")
            ],
        },
    ),
]
