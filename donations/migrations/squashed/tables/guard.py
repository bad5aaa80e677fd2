import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="GiftTry",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("key", models.CharField(max_length=64, unique=True)),
            (
                "first_at",
                models.DateTimeField(default=django.utils.timezone.now, verbose_name="first"),
            ),
            (
                "at",
                models.DateTimeField(
                    db_index=True, default=django.utils.timezone.now, verbose_name="last"
                ),
            ),
            ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("passed", "Let through"),
                        ("slowed", "Asked to wait"),
                        ("quarantined", "Held back"),
                        ("refused", "Not let in"),
                        ("released", "Released by a person"),
                    ],
                    max_length=12,
                    verbose_name="state",
                ),
            ),
            (
                "reason",
                models.CharField(
                    blank=True,
                    choices=[
                        ("", "Nothing amiss"),
                        ("form", "The same form too often"),
                        ("address", "Too many from one address"),
                        ("network", "Too many from one network"),
                        ("device", "Too many from one kind of browser in one network"),
                        ("mail", "Too many for one mail address"),
                        ("house", "Too many for the whole house"),
                        ("brake", "The brake is on: asked again"),
                        ("bait", "Filled in what people do not see"),
                        ("declines", "Cards refused in a row"),
                        ("fraud", "A bank suspects fraud"),
                        ("banned", "Shut out by a person"),
                        ("flood", "Sends without end"),
                        ("proof", "The brake is on: too many without the check"),
                    ],
                    max_length=12,
                    verbose_name="reason",
                ),
            ),
            ("address", models.CharField(blank=True, db_index=True, max_length=32)),
            ("network", models.CharField(blank=True, db_index=True, max_length=32)),
            ("device", models.CharField(blank=True, db_index=True, max_length=32)),
            ("mail", models.CharField(blank=True, db_index=True, max_length=32)),
            ("address_hint", models.CharField(blank=True, max_length=60, verbose_name="address")),
            ("mail_hint", models.CharField(blank=True, max_length=260, verbose_name="mail")),
            (
                "amount",
                models.PositiveBigIntegerField(blank=True, null=True, verbose_name="amount"),
            ),
            (
                "proof",
                models.CharField(
                    blank=True,
                    choices=[
                        ("", "Not asked for"),
                        ("solved", "It was done"),
                        ("wrong", "Wrong, too old or used before"),
                        ("none", "Not done"),
                        ("down", "The check did not work"),
                    ],
                    db_default="",
                    default="",
                    max_length=6,
                    verbose_name="check by the browser",
                ),
            ),
            ("declines", models.PositiveIntegerField(default=0, verbose_name="cards refused")),
            ("declined_at", models.DateTimeField(blank=True, null=True)),
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
            "verbose_name": "attempt at the gift form",
            "verbose_name_plural": "attempts at the gift form",
            "ordering": ["-at", "-pk"],
            "default_permissions": ("view", "change"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("times__gt", 0)), name="gift_try_happened"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("decided_at__isnull", False), ("state", "released")),
                        models.Q(
                            models.Q(("state", "released"), _negated=True),
                            ("decided_at__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="gift_try_released_when_decided",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ClosedDoor",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("alert", models.CharField(blank=True, editable=False, max_length=30)),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("address", "Network address"),
                        ("network", "Network"),
                        ("device", "Kind of browser in one network"),
                        ("mail", "Mail address"),
                        ("house", "The whole house: the brake is on"),
                    ],
                    max_length=8,
                    verbose_name="what",
                ),
            ),
            ("key", models.CharField(blank=True, max_length=32)),
            ("hint", models.CharField(blank=True, max_length=260, verbose_name="which")),
            (
                "reason",
                models.CharField(
                    choices=[
                        ("declines", "Cards refused in a row"),
                        ("fraud", "A bank suspects fraud"),
                        ("person", "Shut by a person"),
                    ],
                    max_length=8,
                    verbose_name="reason",
                ),
            ),
            ("note", models.CharField(blank=True, max_length=300, verbose_name="why")),
            ("at", models.DateTimeField(verbose_name="since")),
            ("until", models.DateTimeField(db_index=True, verbose_name="until")),
            (
                "by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="closed by",
                ),
            ),
            ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="opened again")),
            (
                "lifted_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="opened by",
                ),
            ),
        ],
        options={
            "verbose_name": "closed door",
            "verbose_name_plural": "closed doors",
            "ordering": ["-at", "-pk"],
            "default_permissions": (),
            "constraints": [
                models.UniqueConstraint(fields=("kind", "key"), name="closed_door_one_each"),
                models.CheckConstraint(
                    condition=models.Q(("until__gt", models.F("at"))), name="closed_door_has_an_end"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("reason", "person"), _negated=True),
                        models.Q(("note", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="closed_door_by_a_person_says_why",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="OpenEvening",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("key", models.CharField(max_length=32, unique=True)),
            ("hint", models.CharField(blank=True, max_length=60, verbose_name="which")),
            ("note", models.CharField(max_length=300, verbose_name="why")),
            ("at", models.DateTimeField(verbose_name="since")),
            ("until", models.DateTimeField(db_index=True, verbose_name="until")),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="opened by",
                ),
            ),
            ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
            (
                "lifted_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="ended by",
                ),
            ),
        ],
        options={
            "verbose_name": "open evening",
            "verbose_name_plural": "open evenings",
            "ordering": ["-at", "-pk"],
            "default_permissions": (),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("until__gt", models.F("at"))),
                    name="open_evening_has_an_end",
                ),
                models.CheckConstraint(
                    condition=models.Q(("note", ""), _negated=True), name="open_evening_says_why"
                ),
            ],
        },
    ),
]
