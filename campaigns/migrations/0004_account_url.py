from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_taken_down")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="url",
            field=models.CharField(blank=True, editable=False, max_length=1000),
        ),
    ]
