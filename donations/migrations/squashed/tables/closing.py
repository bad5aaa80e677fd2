import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ClosedMonth",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("first_day", models.DateField(unique=True, verbose_name="month")),
            ("ends_at", models.DateTimeField(unique=True)),
            ("closed_at", models.DateTimeField(auto_now_add=True, verbose_name="closed")),
            (
                "closed_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="closed by",
                ),
            ),
            ("figures", models.JSONField()),
            ("rows", models.PositiveIntegerField(verbose_name="rows")),
            ("sha256", models.CharField(max_length=64)),
        ],
        options={
            "verbose_name": "closed month",
            "verbose_name_plural": "closed months",
            "ordering": ["-first_day"],
            "default_permissions": ("view", "add"),
        },
    ),
]
