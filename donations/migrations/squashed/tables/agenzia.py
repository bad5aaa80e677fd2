import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="CodeRequest",
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
                "donor",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="code_requests",
                    to="donations.donor",
                ),
            ),
            ("year", models.PositiveSmallIntegerField(verbose_name="year")),
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
            ("language", models.CharField(max_length=10, verbose_name="language")),
            (
                "asked_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked")),
            (
                "mail",
                models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="code_request",
                    to="mail.message",
                ),
            ),
        ],
        options={
            "verbose_name": "request for a codice fiscale",
            "verbose_name_plural": "requests for a codice fiscale",
            "default_permissions": ("add",),
            "constraints": [
                models.UniqueConstraint(fields=("donor", "year"), name="code_asked_once")
            ],
        },
    ),
]
