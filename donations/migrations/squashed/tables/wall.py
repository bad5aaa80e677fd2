import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="DonorWallEntry",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "donation",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="on_wall",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
            ("anonymous", models.BooleanField(default=False, verbose_name="without a name")),
            ("words", models.CharField(blank=True, max_length=200, verbose_name="words")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("unread", "Name to read"),
                        ("name", "Name only"),
                        ("waiting", "Words to read"),
                        ("shown", "With its words"),
                        ("hidden", "Off the wall"),
                    ],
                    default="name",
                    max_length=7,
                    verbose_name="state",
                ),
            ),
            ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
            ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
            (
                "decided_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="decided by",
                ),
            ),
        ],
        options={
            "verbose_name": "name on the donor wall",
            "verbose_name_plural": "names on the donor wall",
            "default_permissions": ("view", "change"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("anonymous", True), ("name", "")),
                        models.Q(("anonymous", False), models.Q(("name", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="wall_entry_named_or_anonymous",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["waiting", "shown"]), _negated=True),
                        models.Q(("words", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="wall_entry_waits_with_words",
                ),
            ],
        },
    ),
]
