import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ThanksInPerson",
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
                    related_name="thanks_in_person",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[("open", "To do"), ("done", "Done"), ("not_needed", "Not needed")],
                    db_index=True,
                    default="open",
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            ("large", models.BooleanField(default=True, verbose_name="large gift")),
            (
                "silent_since",
                models.DateTimeField(blank=True, null=True, verbose_name="last gift before"),
            ),
            ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
            ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
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
            "verbose_name": "thanks in person",
            "verbose_name_plural": "thanks in person",
            "ordering": ["created_at", "pk"],
            "default_permissions": ("change",),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("decided_at", None), ("state", "open")),
                        models.Q(
                            models.Q(("state", "open"), _negated=True),
                            ("decided_at__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="thanks_in_person_decided_has_its_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("large", True), ("silent_since__isnull", False), _connector="OR"
                    ),
                    name="thanks_in_person_has_a_reason",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SentAgain",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "acknowledgement",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sent_again",
                    to="donations.acknowledgement",
                ),
            ),
            (
                "first",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="copies",
                    to="mail.message",
                ),
            ),
            (
                "mail",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sent_again",
                    to="mail.message",
                    verbose_name="mail",
                ),
            ),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="sent by",
                ),
            ),
        ],
        options={
            "verbose_name": "mail sent again",
            "verbose_name_plural": "mails sent again",
            "default_permissions": (),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("acknowledgement", None), ("first", None), _connector="XOR"
                    ),
                    name="sent_again_has_its_first",
                )
            ],
        },
    ),
]
