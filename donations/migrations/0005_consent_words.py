from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("donations", "0004_disputes_and_suspense")]

    operations = [
        migrations.RenameField("consent", "text_version", "words"),
        migrations.AlterField("consent", "words", models.TextField(verbose_name="words")),
        migrations.AlterField(
            "consent",
            "kind",
            models.CharField(
                choices=[("privacy", "Privacy notice shown"), ("newsletter", "Newsletter")],
                max_length=16,
                verbose_name="kind",
            ),
        ),
    ]
