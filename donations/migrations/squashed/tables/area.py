import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="EntryRequest",
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
            ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            ("email", models.EmailField(max_length=254)),
            ("language", models.CharField(max_length=10)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
        ],
        options={
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="EntryLink",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "donor",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="donations.donor",
                ),
            ),
            ("digest", models.CharField(max_length=64, unique=True)),
            ("expires_at", models.DateTimeField(db_index=True)),
            ("used_at", models.DateTimeField(null=True)),
        ],
        options={
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="DonorSession",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "donor",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="donations.donor",
                ),
            ),
            ("digest", models.CharField(max_length=64, unique=True)),
            ("until", models.DateTimeField(db_index=True)),
        ],
        options={
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="DonorDetails",
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
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="details",
                    to="donations.donor",
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
            ("country", models.CharField(default="IT", max_length=2, verbose_name="country")),
            ("phone", models.CharField(blank=True, max_length=30, verbose_name="telephone")),
            ("updated_at", models.DateTimeField(auto_now=True)),
        ],
        options={
            "default_permissions": (),
        },
    ),
    migrations.CreateModel(
        name="ConsentChange",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "donor",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="consent_changes",
                    to="donations.donor",
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
            ("granted", models.BooleanField(verbose_name="given")),
            ("words", models.TextField(verbose_name="words")),
            ("at", models.DateTimeField(verbose_name="when")),
        ],
        options={
            "ordering": ["at", "pk"],
            "default_permissions": (),
            "indexes": [models.Index(fields=["donor", "kind", "at"], name="consent_change_newest")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("kind__in", ["newsletter", "agenzia"])),
                    name="consent_change_of_what_is_asked",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ErasureRequest",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "donor",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="erasure_requests",
                    to="donations.donor",
                    verbose_name="donor",
                ),
            ),
            ("language", models.CharField(max_length=10, verbose_name="language")),
            ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked")),
            ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
            (
                "answered_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="answered by",
                ),
            ),
            ("answer", models.TextField(blank=True, verbose_name="answer")),
        ],
        options={
            "verbose_name": "request for erasure",
            "verbose_name_plural": "requests for erasure",
            "ordering": ["asked_at"],
            "default_permissions": ("change",),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("answered_at", None)),
                    fields=("donor",),
                    name="erasure_asked_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("answer", ""), ("answered_at__isnull", True)),
                        models.Q(
                            ("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)
                        ),
                        _connector="OR",
                    ),
                    name="erasure_answered_in_words",
                ),
            ],
        },
    ),
]
