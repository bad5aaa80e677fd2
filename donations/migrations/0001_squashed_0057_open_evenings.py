from django.conf import settings
from django.db import migrations

from donations import seal
from donations.migrations.squashed import first_rows, rights, tables
from donations.migrations.squashed.at_once import CreateTables


def put_seals(apps, schema_editor):
    connection = schema_editor.connection
    seal.seal(connection)
    seal.seal_receipts(connection)
    seal.seal_receipt_lines(connection)
    seal.seal_consents(connection)
    seal.seal_months(connection)
    seal.seal_statements(connection)
    seal.seal_terms(connection)


class Migration(migrations.Migration):
    """All tables of giving, in one step. The files it replaces are gone: a database that had them all has
    this one (see docs/decisions/0014-squashed-migrations.md)."""

    initial = True

    replaces = [
        ("donations", "0001_giving"),
        ("donations", "0002_books"),
        ("donations", "0003_sweep_mark"),
        ("donations", "0004_disputes_and_suspense"),
        ("donations", "0005_consent_words"),
        ("donations", "0006_funds_on_the_staff_side"),
        ("donations", "0007_why_a_receipt_is_void"),
        ("donations", "0008_receipts_sealed"),
        ("donations", "0009_why_the_list_is_refused"),
        ("donations", "0010_refunds_and_alerts"),
        ("donations", "0011_gifts_by_hand"),
        ("donations", "0012_the_donors_own_page"),
        ("donations", "0013_donors_found_and_known"),
        ("donations", "0014_words_of_gifts"),
        ("donations", "0015_several_addresses_one_person"),
        ("donations", "0016_entries_without_a_gift"),
        ("donations", "0017_corrected_receipts"),
        ("donations", "0018_costs_and_pieces"),
        ("donations", "0019_promised_transfers"),
        ("donations", "0020_words_of_mails"),
        ("donations", "0021_thanks_in_person"),
        ("donations", "0022_payouts"),
        ("donations", "0023_closed_months"),
        ("donations", "0024_donor_wall"),
        ("donations", "0025_recurring_gifts"),
        ("donations", "0026_yearly_statements"),
        ("donations", "0027_agenzia"),
        ("donations", "0028_past_gifts"),
        ("donations", "0029_bank_statements"),
        ("donations", "0030_form_guard"),
        ("donations", "0031_tributes"),
        ("donations", "0032_yearly_receipts"),
        ("donations", "0033_promises_in_trouble"),
        ("donations", "0034_open_charge_at_once"),
        ("donations", "0035_premiums"),
        ("donations", "0036_what_waits"),
        ("donations", "0037_welcome_back"),
        ("donations", "0038_erasure"),
        ("donations", "0039_names_read_first"),
        ("donations", "0040_cash_paid_in"),
        ("donations", "0041_campaign_of_an_import"),
        ("donations", "0042_phones"),
        ("donations", "0043_paypal"),
        ("donations", "0044_donors_without_a_gift"),
        ("donations", "0045_statement_balances"),
        ("donations", "0046_means_of_payment"),
        ("donations", "0047_online_limits"),
        ("donations", "0048_browsers_proof"),
        ("donations", "0049_words_of_places"),
        ("donations", "0050_given_back_by_hand"),
        ("donations", "0051_changed_by_the_office"),
        ("donations", "0052_copies_of_other_mails"),
        ("donations", "0053_nameless_on_the_wall"),
        ("donations", "0054_english_words"),
        ("donations", "0055_words_of_standing_orders"),
        ("donations", "0056_words_beside_the_amount"),
        ("donations", "0057_open_evenings"),
    ]

    dependencies = [
        ("attribution", "0002_credit_gift"),
        ("mail", "0004_files_without_a_row"),
        ("media", "0002_who_may_use_pictures"),
        ("people", "0002_roles"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(tables.ALL),
        migrations.RunPython(put_seals, migrations.RunPython.noop),  # they go with their tables
        migrations.RunPython(first_rows.open_books, migrations.RunPython.noop),
        migrations.RunPython(rights.allow, migrations.RunPython.noop),
    ]
