import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0012_the_donors_own_page"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DonorNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="note")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written")),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["-created_at", "-pk"],
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
            ],
            options={
                "verbose_name": "tag",
                "verbose_name_plural": "tags",
                "ordering": ["key"],
            },
        ),
        migrations.CreateModel(
            name="GiftWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=80)),
            ],
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["number", "year"], name="receipt_by_number"),
        ),
        migrations.AddField(
            model_name="donornote",
            name="author",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AddField(
            model_name="donornote",
            name="donor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notes",
                to="donations.donor",
                verbose_name="donor",
            ),
        ),
        migrations.AddField(
            model_name="donortag",
            name="donors",
            field=models.ManyToManyField(
                related_name="tags", to="donations.donor", verbose_name="donors"
            ),
        ),
        migrations.AddField(
            model_name="giftword",
            name="donation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="donations.donation",
            ),
        ),
        migrations.AddConstraint(
            model_name="donornote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="note_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="donortag",
            constraint=models.CheckConstraint(
                condition=models.Q(("key", ""), _negated=True), name="tag_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="giftword",
            constraint=models.UniqueConstraint(
                fields=("word", "donation"),
                name="gift_word_once",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
        ),
    ]
