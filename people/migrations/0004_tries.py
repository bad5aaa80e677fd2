from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_who_manages_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tries",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("until", models.DateTimeField(db_index=True)),
                ("times", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
    ]
