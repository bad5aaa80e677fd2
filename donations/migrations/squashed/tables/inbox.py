import django.db.models.deletion
from django.db import migrations, models

TABLES = [
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
            ("lease_token", models.UUIDField(blank=True, db_index=True, editable=False, null=True)),
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
            ("redacted_at", models.DateTimeField(editable=False, null=True)),
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
            "indexes": [
                models.Index(
                    condition=models.Q(("state__in", ["received", "parked", "failed"])),
                    fields=["happened_at"],
                    name="event_to_look_at",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="SweepMark",
        fields=[
            ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
            ("read_until", models.DateTimeField(null=True)),
            ("refused_since", models.DateTimeField(null=True)),
            ("refusal", models.CharField(blank=True, max_length=200)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("id", 1)), name="sweep_mark_is_one_row"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("refusal", ""), ("refused_since__isnull", True)),
                        models.Q(
                            ("refused_since__isnull", False),
                            models.Q(("refusal", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="sweep_mark_refused_with_words",
                ),
            ],
        },
    ),
]
