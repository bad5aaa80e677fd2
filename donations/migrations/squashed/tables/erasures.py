import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
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
                "donor",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="erasure",
                    to="donations.donor",
                    verbose_name="donor",
                ),
            ),
            (
                "request",
                models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="erasure",
                    to="donations.erasurerequest",
                    verbose_name="request for erasure",
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
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="done by",
                ),
            ),
            ("counts", models.JSONField(default=dict)),
            ("kept", models.JSONField(default=list)),
            ("withheld", models.PositiveIntegerField(default=0, verbose_name="gifts in dispute")),
            (
                "answer",
                models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="mail.message",
                ),
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
            ("lease_token", models.UUIDField(blank=True, db_index=True, editable=False, null=True)),
            ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
            ("last_error", models.TextField(blank=True, verbose_name="last error")),
            (
                "erasure",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="customers",
                    to="donations.erasure",
                ),
            ),
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
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "asked"), ("next_at__isnull", True), _connector="OR"
                    ),
                    name="customer_removal_due_while_asked",
                )
            ],
        },
    ),
]
