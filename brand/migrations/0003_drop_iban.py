from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("brand", "0002_privacy_and_favicon"),
    ]

    operations = [
        migrations.RemoveField(model_name="legalsettings", name="iban"),
    ]
