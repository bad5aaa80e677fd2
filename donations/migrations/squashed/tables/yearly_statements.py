import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import mail.storage

TABLES = [
    migrations.CreateModel(
        name="StatementRun",
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
            ("issuer", models.CharField(max_length=16)),
            ("year", models.PositiveSmallIntegerField(verbose_name="year")),
            ("version", models.PositiveSmallIntegerField(verbose_name="version")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("gathering", "Reading the books"),
                        ("drawing", "Drawing the papers"),
                        ("differs", "Does not add up"),
                        ("ready", "Waits for your look"),
                        ("sending", "Being sent"),
                        ("sent", "All sent"),
                        ("given_up", "Given up"),
                    ],
                    default="gathering",
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            (
                "started_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="started")),
            ("cursor", models.BigIntegerField(default=0)),
            ("people", models.PositiveIntegerField(default=0, verbose_name="statements")),
            ("gifts", models.PositiveIntegerField(default=0, verbose_name="gifts")),
            ("amount", models.BigIntegerField(default=0, verbose_name="stands on the statements")),
            (
                "receipts",
                models.BigIntegerField(default=0, verbose_name="of which with a valid receipt"),
            ),
            (
                "without_receipt",
                models.BigIntegerField(default=0, verbose_name="of which without a receipt"),
            ),
            ("nobody", models.BigIntegerField(default=0, verbose_name="given by nobody known")),
            (
                "unchanged",
                models.BigIntegerField(
                    default=0, verbose_name="on statements sent before, unchanged"
                ),
            ),
            ("ledger", models.BigIntegerField(default=0, verbose_name="in the ledger")),
            ("samples", models.PositiveSmallIntegerField(default=0)),
            ("samples_seen", models.PositiveSmallIntegerField(default=0)),
            (
                "released_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("released_at", models.DateTimeField(null=True, verbose_name="released")),
        ],
        options={
            "verbose_name": "yearly statements",
            "verbose_name_plural": "yearly statements",
            "ordering": ["-year", "-version"],
            "default_permissions": ("add", "view"),
            "constraints": [
                models.UniqueConstraint(
                    fields=("issuer", "year", "version"), name="statements_once"
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("state__in", ["gathering", "drawing", "differs", "ready", "sending"])
                    ),
                    fields=("issuer", "year"),
                    name="statements_one_at_a_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["ready", "sending", "sent"]), _negated=True),
                        models.Q(
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("receipts"), "+", models.F("without_receipt")
                                ),
                            ),
                            (
                                "ledger",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("amount"), "+", models.F("unchanged")
                                    ),
                                    "+",
                                    models.F("nobody"),
                                ),
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="statements_add_up",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["ready", "sending", "sent"]), _negated=True),
                        models.Q(("people__gte", 3), ("samples", 3)),
                        models.Q(
                            ("people__gt", 0), ("people__lt", 3), ("samples", models.F("people"))
                        ),
                        _connector="OR",
                    ),
                    name="statements_have_samples",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["sending", "sent"]), _negated=True),
                        models.Q(
                            ("released_at__isnull", False), ("samples_seen", models.F("samples"))
                        ),
                        _connector="OR",
                    ),
                    name="statements_seen_before_sent",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Statement",
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
                "run",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="statements",
                    to="donations.statementrun",
                ),
            ),
            (
                "donor",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="statements",
                    to="donations.donor",
                ),
            ),
            (
                "organisation",
                models.CharField(blank=True, max_length=120, verbose_name="organisation"),
            ),
            ("name", models.CharField(max_length=170, verbose_name="name")),
            ("amount", models.BigIntegerField(verbose_name="amount")),
            ("receipts", models.BigIntegerField(default=0)),
            ("without_receipt", models.BigIntegerField(default=0)),
            ("gifts", models.PositiveIntegerField(verbose_name="gifts")),
            ("data", models.JSONField()),
            ("language", models.CharField(max_length=10, verbose_name="language")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("draw", "To be drawn"),
                        ("drawn", "Drawn"),
                        ("post", "To be sent"),
                        ("posted", "Mail written"),
                        ("kept", "No mail address: to be printed"),
                        ("overtaken", "Not sent: the gifts have changed since"),
                    ],
                    default="draw",
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            (
                "file",
                models.FileField(
                    blank=True,
                    max_length=200,
                    storage=mail.storage.private_storage,
                    upload_to="statements/%Y/",
                ),
            ),
            ("sha256", models.CharField(blank=True, max_length=64)),
            ("forgotten_at", models.DateTimeField(editable=False, null=True)),
            (
                "mail",
                models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="statement",
                    to="mail.message",
                ),
            ),
            ("sample", models.BooleanField(default=False)),
            ("seen_at", models.DateTimeField(null=True)),
        ],
        options={
            "verbose_name": "yearly statement",
            "verbose_name_plural": "yearly statements",
            "ordering": ["name", "pk"],
            "default_permissions": (),
            "indexes": [models.Index(fields=["run", "state"], name="statement_to_do")],
            "constraints": [
                models.UniqueConstraint(
                    fields=("run", "donor", "organisation"), name="statement_once_a_donor"
                ),
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="statement_above_zero"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "posted"), _negated=True),
                        ("mail__isnull", False),
                        _connector="OR",
                    ),
                    name="statement_has_its_mail",
                ),
            ],
        },
    ),
]
