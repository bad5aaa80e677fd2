import re
from datetime import date

from django.db import migrations, models

# what was written before, in the language of whoever heard of it
WORDS = {
    "refund": ("rimborso del {}", "refund of {}"),
    "refund_returned": ("rimborso del {} tornato indietro", "refund of {} that came back"),
    "dispute_lost": (
        "contestazione persa, soldi ripresi il {}",
        "dispute lost, money taken on {}",
    ),
    "dispute_won": (
        "contestazione vinta, soldi tornati il {}",
        "dispute won, money back on {}",
    ),
}


def read(text):
    """Reason and day of a text of old. None: not one of ours."""
    for reason, patterns in WORDS.items():
        for pattern in patterns:
            found = re.fullmatch(re.escape(pattern).replace(r"\{\}", r"(\d\d/\d\d/\d{4})"), text)
            if found:
                return reason, date(*map(int, reversed(found[1].split("/"))))
    return None


def to_codes(apps, schema_editor):
    for receipt in apps.get_model("donations", "Receipt").objects.filter(state="void"):
        known = read(receipt.void_reason)
        if known is None:
            number = f"{receipt.year}/{receipt.number:06d}"
            raise ValueError(
                f"Receipt {number} is void for a reason that this version does not know: write one"
                " of the texts of this migration into it, then migrate again."
            )
        receipt.void_reason, receipt.void_day = known
        receipt.save(update_fields=["void_reason", "void_day"])


def to_words(apps, schema_editor):
    for receipt in apps.get_model("donations", "Receipt").objects.filter(state="void"):
        receipt.void_reason = WORDS[receipt.void_reason][0].format(f"{receipt.void_day:%d/%m/%Y}")
        receipt.save(update_fields=["void_reason"])


class Migration(migrations.Migration):
    dependencies = [("donations", "0006_funds_on_the_staff_side")]

    operations = [
        migrations.AddField(
            "receipt",
            "void_day",
            models.DateField(blank=True, null=True, verbose_name="day of the reason"),
        ),
        migrations.RemoveConstraint("receipt", "receipt_void_has_its_time"),
        migrations.RunPython(to_codes, to_words),
        migrations.AlterField(
            "receipt",
            "void_reason",
            models.CharField(
                blank=True,
                choices=[
                    ("refund", "refund of %(day)s"),
                    ("refund_returned", "refund of %(day)s that came back"),
                    ("dispute_lost", "dispute lost, money taken on %(day)s"),
                    ("dispute_won", "dispute won, money back on %(day)s"),
                ],
                max_length=16,
                verbose_name="why it is void",
            ),
        ),
        migrations.AddConstraint(
            "receipt",
            models.CheckConstraint(
                condition=models.Q(
                    state="issued", voided_at__isnull=True, void_reason="", void_day__isnull=True
                )
                | models.Q(
                    state="void",
                    voided_at__isnull=False,
                    void_reason__in=[
                        "refund",
                        "refund_returned",
                        "dispute_lost",
                        "dispute_won",
                    ],
                    void_day__isnull=False,
                ),
                name="receipt_void_has_its_reason",
            ),
        ),
    ]
