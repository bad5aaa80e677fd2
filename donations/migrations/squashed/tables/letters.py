import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="MailText",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "latest_revision",
                models.ForeignKey(
                    blank=True,
                    editable=False,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to="wagtailcore.revision",
                    verbose_name="latest revision",
                ),
            ),
            ("kind", models.CharField(max_length=40, verbose_name="kind")),
            ("language", models.CharField(max_length=10, verbose_name="language")),
            ("subject", models.CharField(max_length=200, verbose_name="subject")),
            ("heading", models.CharField(max_length=120, verbose_name="heading")),
            ("words", models.TextField(max_length=5000, verbose_name="words")),
            ("in_use", models.BooleanField(default=True, verbose_name="in use")),
            ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
        ],
        options={
            "verbose_name": "words of a mail",
            "verbose_name_plural": "words of mails",
            "default_permissions": ("change",),
            "constraints": [
                models.UniqueConstraint(fields=("kind", "language"), name="mail_text_once")
            ],
        },
    ),
]
