from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What was called by the piece is one case of what the donor read beside the amount."""

    dependencies = [("donations", "0055_words_of_standing_orders")]

    operations = [
        migrations.RemoveConstraint(model_name="donation", name="donation_pieces_have_a_name"),
        migrations.RenameField(model_name="donation", old_name="pieces_of", new_name="meaning"),
        migrations.AlterField(
            model_name="donation",
            name="meaning",
            field=models.CharField(
                blank=True, max_length=160, verbose_name="what it makes possible"
            ),
        ),
        migrations.AddField(
            model_name="donation",
            name="meaning_en",
            field=models.CharField(
                blank=True,
                default="",
                max_length=160,
                verbose_name="what it makes possible, in English",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=Q(pieces=0) | ~Q(meaning=""), name="donation_pieces_have_a_name"
            ),
        ),
    ]
