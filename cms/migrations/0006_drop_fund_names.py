from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cms", "0005_carry_funds_over")]

    operations = [
        migrations.RemoveField("actionpage", "fund_slug"),
        migrations.RemoveField("campaignpage", "fund_slug"),
    ]
