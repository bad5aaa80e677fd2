"""What stands in a new installation's books before anybody works with them."""

FUND = ("generale", "Dove serve di più")
ACCOUNTS = [
    ("stripe", "Stripe in viaggio", "asset"),
    ("fees", "Commissioni", "expense"),
    ("disputes", "Contestazioni", "asset"),
    ("suspense", "Somme in sospeso", "liability"),
    ("bank", "Banca", "asset"),
    ("cash", "Cassa", "asset"),
    ("other", "Altre entrate", "income"),
]


def open_books(apps, schema_editor):
    Account = apps.get_model("donations", "Account")
    Account.objects.bulk_create(
        Account(code=code, name=name, kind=kind) for code, name, kind in ACCOUNTS
    )
    slug, name = FUND
    fund = apps.get_model("donations", "Fund").objects.create(slug=slug, name=name)
    Account.objects.create(
        code=f"gifts-{slug}", name=f"Erogazioni liberali: {name}", kind="income", fund=fund
    )
