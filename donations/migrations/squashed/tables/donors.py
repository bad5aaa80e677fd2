import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="GiftWord",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "donation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="donations.donation",
                ),
            ),
            ("word", models.CharField(max_length=80)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("word", "donation"),
                    name="gift_word_once",
                    opclasses=["varchar_pattern_ops", "int8_ops"],
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="DonorTag",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("name", models.CharField(max_length=40, verbose_name="name")),
            ("key", models.CharField(max_length=80, unique=True)),
            (
                "donors",
                models.ManyToManyField(
                    related_name="tags", to="donations.donor", verbose_name="donors"
                ),
            ),
        ],
        options={
            "verbose_name": "tag",
            "verbose_name_plural": "tags",
            "ordering": ["key"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("key", ""), _negated=True), name="tag_has_a_name"
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="DonorMerge",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "kept",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="merges",
                    to="donations.donor",
                ),
            ),
            (
                "absorbed",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="donations.donor",
                ),
            ),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("at", models.DateTimeField(auto_now_add=True)),
            ("undone_at", models.DateTimeField(null=True)),
            ("moved", models.ManyToManyField(related_name="+", to="donations.donor")),
        ],
        options={
            "ordering": ["-at", "-pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("kept", models.F("absorbed")), _negated=True),
                    name="merge_of_two",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("undone_at", None)),
                    fields=("absorbed",),
                    name="merge_once_at_a_time",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="DonorNote",
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
                    related_name="notes",
                    to="donations.donor",
                    verbose_name="donor",
                ),
            ),
            (
                "author",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="written by",
                ),
            ),
            ("text", models.TextField(max_length=2000, verbose_name="note")),
            ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written")),
        ],
        options={
            "verbose_name": "note",
            "verbose_name_plural": "notes",
            "ordering": ["-created_at", "-pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("text", ""), _negated=True), name="note_has_words"
                )
            ],
        },
    ),
]
