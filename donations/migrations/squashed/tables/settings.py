from decimal import Decimal

import django.core.validators
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="GivingSettings",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "minimum",
                models.PositiveIntegerField(
                    default=200,
                    help_text="Below about 2 € the costs eat much of it. Stripe takes nothing below half a euro.",
                    verbose_name="the smallest gift online, in euros",
                ),
            ),
            (
                "maximum",
                models.PositiveIntegerField(
                    default=1000000,
                    help_text="Whoever wants to give more is asked to write to you.",
                    verbose_name="the largest, in euros",
                ),
            ),
            (
                "offer_costs",
                models.BooleanField(
                    default=True,
                    help_text="A tick in the form, never set beforehand, which says how much it is.",
                    verbose_name="whoever gives may add the costs of the payment",
                ),
            ),
            (
                "cost_percent",
                models.DecimalField(
                    decimal_places=2,
                    default=Decimal("1.50"),
                    help_text="Of a payment by card in Europe, as Stripe’s price list has it.",
                    max_digits=4,
                    validators=[
                        django.core.validators.MinValueValidator(0),
                        django.core.validators.MaxValueValidator(20),
                    ],
                    verbose_name="costs in percent",
                ),
            ),
            (
                "cost_fixed",
                models.PositiveSmallIntegerField(
                    default=25,
                    validators=[django.core.validators.MaxValueValidator(500)],
                    verbose_name="and in cents for each payment",
                ),
            ),
            (
                "call_from",
                models.PositiveIntegerField(
                    blank=True,
                    default=500,
                    help_text="A gift this large puts a task on the desk. Empty: none does.",
                    null=True,
                    verbose_name="thank in person from, in euros",
                ),
            ),
            (
                "back_after",
                models.PositiveSmallIntegerField(
                    blank=True,
                    default=18,
                    help_text="The first gift after it puts a task on the desk. Empty: none does.",
                    null=True,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(120),
                    ],
                    verbose_name="welcome back in person after a silence of, in months",
                ),
            ),
            (
                "receipts_by_year",
                models.BooleanField(
                    default=False,
                    help_text="On: the charges of a recurring gift have no receipt of their own, but one for all of them, which you issue once the year is over. A donor may ask for it earlier. Off: each has its own at once; what waits already still gets its receipt of the year.",
                    verbose_name="recurring gifts get one receipt a year",
                ),
            ),
            (
                "years_kept",
                models.PositiveSmallIntegerField(
                    default=10,
                    help_text="How long after the end of their year those of an erased donor are kept. The law asks for ten years (art. 2220 of the Civil Code).",
                    validators=[
                        django.core.validators.MinValueValidator(10),
                        django.core.validators.MaxValueValidator(50),
                    ],
                    verbose_name="receipts and statements, in years",
                ),
            ),
            (
                "events_kept",
                models.PositiveSmallIntegerField(
                    default=24,
                    help_text="After that the personal data in Stripe’s stored events go; what the books need of them stays. A bank may dispute a debit for 13 months.",
                    validators=[
                        django.core.validators.MinValueValidator(14),
                        django.core.validators.MaxValueValidator(120),
                    ],
                    verbose_name="what Stripe told us, in months",
                ),
            ),
            (
                "mails_kept",
                models.PositiveSmallIntegerField(
                    default=36,
                    help_text="After that address, words and attachments go; that a mail left stays.",
                    validators=[
                        django.core.validators.MinValueValidator(3),
                        django.core.validators.MaxValueValidator(120),
                    ],
                    verbose_name="mails to donors, in months",
                ),
            ),
        ],
        options={
            "verbose_name": "online giving",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("maximum__gte", models.F("minimum")),
                        ("maximum__lte", 100000000),
                        ("minimum__gte", 50),
                    ),
                    name="limits_of_online_gifts",
                ),
                models.CheckConstraint(
                    condition=models.Q(("cost_percent__gte", 0), ("cost_percent__lte", 20)),
                    name="costs_in_percent",
                ),
                models.CheckConstraint(
                    condition=models.Q(("years_kept__gte", 10)),
                    name="receipts_kept_as_the_law_asks",
                ),
            ],
        },
    ),
]
