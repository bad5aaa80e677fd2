from django.db import migrations

from donations.seal import seal, unseal
from people import roles

ACCOUNTS = [
    ("stripe", "Stripe in viaggio", "asset"),
    ("fees", "Commissioni", "expense"),
]
READ = [
    "donor",
    "donation",
    "checkoutattempt",
    "consent",
    "fund",
    "suggestedamount",
    "account",
    "journalentry",
    "stripeevent",
    "acknowledgement",
    "receipt",
]


def open_books(apps, schema_editor):
    Account = apps.get_model("donations", "Account")
    for code, name, kind in ACCOUNTS:
        Account.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})
    fund, _made = apps.get_model("donations", "Fund").objects.get_or_create(
        slug="generale", defaults={"name": "Dove serve di più"}
    )
    Account.objects.get_or_create(
        code="gifts-generale",
        defaults={"name": "Erogazioni liberali: Dove serve di più", "kind": "income", "fund": fund},
    )


def seal_journal(apps, schema_editor):
    seal(schema_editor.connection)


def unseal_journal(apps, schema_editor):
    unseal(schema_editor.connection)


def allow(apps, schema_editor):
    for role in (roles.TREASURY, roles.COORDINATION):
        roles.grant(
            apps, role=role, app_label="donations", codenames=[f"view_{model}" for model in READ]
        )
    roles.grant(
        apps,
        role=roles.TREASURY,
        app_label="donations",
        codenames=[
            f"{action}_{model}"
            for model in ("fund", "suggestedamount")
            for action in ("add", "change", "delete")
        ]
        + ["change_stripeevent"],
    )


class Migration(migrations.Migration):
    dependencies = [("donations", "0001_giving"), ("people", "0002_roles")]

    operations = [
        migrations.RunPython(open_books, migrations.RunPython.noop),
        migrations.RunPython(allow, migrations.RunPython.noop),
        migrations.RunPython(seal_journal, unseal_journal),
    ]
