from django.db import migrations, models
from django.utils import timezone


def count_as_done(apps, schema_editor):
    """A demonstration from before this mark was whole, as far as anybody can tell."""
    if apps.get_model("config", "Demonstration").objects.exists():
        apps.get_model("config", "DemonstrationRun").objects.create(done_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("config", "0002_demonstration")]

    operations = [
        migrations.CreateModel(
            name="DemonstrationRun",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("begun_at", models.DateTimeField(auto_now_add=True)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="demonstration_runs_once"
                    )
                ],
            },
        ),
        migrations.RunPython(count_as_done, migrations.RunPython.noop),
    ]
