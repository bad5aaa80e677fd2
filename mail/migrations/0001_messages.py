import django.db.models.deletion
from django.db import migrations, models

import mail.storage


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
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
                (
                    "lease_token",
                    models.UUIDField(blank=True, db_index=True, editable=False, null=True),
                ),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("to", models.EmailField(max_length=254, verbose_name="to")),
                (
                    "reply_to",
                    models.EmailField(blank=True, max_length=254, verbose_name="reply to"),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("subject", models.CharField(max_length=250, verbose_name="subject")),
                ("body_text", models.TextField(verbose_name="text")),
                ("body_html", models.TextField(blank=True, verbose_name="formatted text")),
                ("message_id", models.CharField(max_length=120, unique=True)),
                ("headers", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("retry_wait", "Will be tried again"),
                            ("unknown", "Nobody knows whether it left"),
                            ("failed", "Refused"),
                        ],
                        db_index=True,
                        default="queued",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(
                                models.Q(("state", "sent"), _negated=True),
                                ("sent_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="mail_sent_has_its_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("content_type", models.CharField(max_length=80)),
                (
                    "file",
                    models.FileField(
                        max_length=200,
                        storage=mail.storage.private_storage,
                        upload_to="mail/%Y/%m/",
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="mail.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["pk"],
            },
        ),
    ]
