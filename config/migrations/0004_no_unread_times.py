from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0003_demonstration_run"),
    ]

    operations = [
        migrations.RemoveField(model_name="demonstration", name="loaded_at"),
        migrations.RemoveField(model_name="demonstrationrun", name="begun_at"),
    ]
