from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_roles_and_approval")]

    operations = [
        migrations.AddField(
            model_name="wallentry",
            name="taken_down_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="taken down"
            ),
        ),
    ]
