import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Tribute",
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
                    related_name="tribute",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[("honour", "In honour of"), ("memory", "In memory of")],
                    max_length=8,
                    verbose_name="kind",
                ),
            ),
            ("honouree", models.CharField(max_length=80, verbose_name="who is honoured")),
            (
                "recipient",
                models.CharField(blank=True, max_length=80, verbose_name="recipient of the card"),
            ),
            (
                "email",
                models.EmailField(blank=True, max_length=254, verbose_name="mail of the recipient"),
            ),
            ("message", models.TextField(blank=True, max_length=500, verbose_name="message")),
            ("day", models.DateField(blank=True, null=True, verbose_name="day")),
            ("at", models.TimeField(blank=True, null=True, verbose_name="hour")),
            (
                "due_at",
                models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="due"),
            ),
            ("stopped_at", models.DateTimeField(blank=True, null=True, verbose_name="stopped")),
            (
                "stopped_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="stopped by",
                ),
            ),
            (
                "forgotten_at",
                models.DateTimeField(blank=True, null=True, verbose_name="recipient forgotten"),
            ),
        ],
        options={
            "verbose_name": "gift in honour or memory",
            "verbose_name_plural": "gifts in honour or memory",
            "default_permissions": (),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("kind__in", ["honour", "memory"])),
                    name="tribute_kind_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(("honouree", ""), _negated=True),
                    name="tribute_names_somebody",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("at", None), ("day", None), ("due_at", None), ("email", "")),
                        models.Q(
                            ("at__isnull", False),
                            ("day__isnull", False),
                            ("due_at__isnull", False),
                            models.Q(
                                models.Q(("email", ""), _negated=True),
                                ("forgotten_at__isnull", False),
                                _connector="OR",
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="tribute_card_has_its_hour",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("forgotten_at", None),
                        models.Q(("email", ""), ("message", ""), ("recipient", "")),
                        _connector="OR",
                    ),
                    name="tribute_forgets_all",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("stopped_by", None), ("stopped_at__isnull", False), _connector="OR"
                    ),
                    name="tribute_stopped_at_its_time",
                ),
            ],
        },
    ),
]
