"""The seal of the books: the database itself refuses to change or delete what stands in the journal,
what is frozen on a receipt or on a yearly statement, what a donor said of her consents, and what a
closed month held; nor does it take a row of the journal into a month that is closed.

Statements live here, not only in the migrations, because they and the tests need both directions;
the product itself never takes the seal off. SQLite makes a whole table again when a migration
changes it, and its triggers get lost: such a migration unseals before and seals after.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

JOURNAL, RECEIPTS = "donations_journalentry", "donations_receipt"
LINES = "donations_receiptline"
CONSENTS, MONTHS = "donations_consentchange", "donations_closedmonth"
BOOKS_LOCK = 20_811  # of PostgreSQL's advisory ones: shared by who writes, alone for who closes
STATEMENTS = "donations_statement"
TEN_YEARS = 10
ADDED_TO = "the journal is only ever added to"
AS_SAID = "the history of consents is only ever added to"
AS_DRAWN = "a statement stays as it was drawn"
AS_ISSUED = "a receipt stays as it was issued"
IS_CLOSED = "the month is closed"
# of a receipt: never another value; once there is one; once it is void
ALWAYS = ["issuer", "year", "number", "donation_id", "amount", "data", "issued_at", "replaces_id"]
ONCE = ["file", "sha256"]
VOID = ["state", "voided_at", "void_reason", "void_day"]
ON_LINE = ["receipt_id", "donation_id", "amount"]
DRAWN = ["run_id", "donor_id", "organisation", "name", "amount", "gifts", "data"]
SAID = ["kind", "granted", "words", "at"]
CLOSED = ["first_day", "ends_at", "closed_at", "figures", "rows", "sha256"]


def seal(connection: BaseDatabaseWrapper) -> None:
    """The journal's rows."""
    _refusal(connection, "journal_refuse", ADDED_TO)
    for verb in ("update", "delete"):
        _trigger(connection, f"journal_no_{verb}", verb, JOURNAL, "journal_refuse", ADDED_TO)


def unseal(connection: BaseDatabaseWrapper) -> None:
    _drop(connection, JOURNAL, "journal_no_update", "journal_no_delete")


def seal_receipts(connection: BaseDatabaseWrapper) -> None:
    """The receipts' rows, and, where the database knows TRUNCATE, both tables against it."""
    _refusal(connection, "receipt_refuse", AS_ISSUED)
    differ = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    changed = [f"OLD.{name} {differ} NEW.{name}" for name in ALWAYS]
    changed += [f"(OLD.{name} <> '' AND OLD.{name} {differ} NEW.{name})" for name in ONCE]
    changed += [f"(OLD.state = 'void' AND OLD.{name} {differ} NEW.{name})" for name in VOID]
    kept = " OR ".join(changed)
    _trigger(connection, "receipt_frozen", "update", RECEIPTS, "receipt_refuse", AS_ISSUED, kept)
    _trigger(connection, "receipt_no_delete", "delete", RECEIPTS, "receipt_refuse", AS_ISSUED)
    if connection.vendor == "postgresql":
        _trigger(
            connection, "receipt_no_truncate", "truncate", RECEIPTS, "receipt_refuse", AS_ISSUED
        )
        _trigger(connection, "journal_no_truncate", "truncate", JOURNAL, "journal_refuse", ADDED_TO)


def unseal_receipts(connection: BaseDatabaseWrapper) -> None:
    _drop(connection, RECEIPTS, "receipt_frozen", "receipt_no_delete", "receipt_no_truncate")
    _drop(connection, JOURNAL, "journal_no_truncate")


def seal_receipt_lines(connection: BaseDatabaseWrapper) -> None:
    """Which gifts a receipt is for; a line that is not valid any more never is again."""
    _refusal(connection, "receipt_refuse", AS_ISSUED)
    differ = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    changed = [f"OLD.{name} {differ} NEW.{name}" for name in ON_LINE]
    kept = " OR ".join([*changed, "(NEW.valid AND NOT OLD.valid)"])
    _trigger(connection, "receipt_line_frozen", "update", LINES, "receipt_refuse", AS_ISSUED, kept)
    _trigger(connection, "receipt_line_no_delete", "delete", LINES, "receipt_refuse", AS_ISSUED)
    year = f"OLD.covers_year {differ} NEW.covers_year"
    _trigger(
        connection, "receipt_year_frozen", "update", RECEIPTS, "receipt_refuse", AS_ISSUED, year
    )


def unseal_receipt_lines(connection: BaseDatabaseWrapper) -> None:
    _drop(connection, LINES, "receipt_line_frozen", "receipt_line_no_delete")
    _drop(connection, RECEIPTS, "receipt_year_frozen")


def seal_consents(connection: BaseDatabaseWrapper) -> None:
    """What was said, and when; whose it is may follow a donor who is found to be another one."""
    _refusal(connection, "consent_refuse", AS_SAID)
    differ = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    kept = " OR ".join(f"OLD.{name} {differ} NEW.{name}" for name in SAID)
    _trigger(connection, "consent_frozen", "update", CONSENTS, "consent_refuse", AS_SAID, kept)
    _trigger(connection, "consent_no_delete", "delete", CONSENTS, "consent_refuse", AS_SAID)


def unseal_consents(connection: BaseDatabaseWrapper) -> None:
    _drop(connection, CONSENTS, "consent_frozen", "consent_no_delete")


def seal_months(connection: BaseDatabaseWrapper) -> None:
    """Who closed it may leave; the rest stays, and no row is dated before the end of the last one."""
    _refusal(connection, "month_refuse", IS_CLOSED)
    differ = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    kept = " OR ".join(f"OLD.{name} {differ} NEW.{name}" for name in CLOSED)
    _trigger(connection, "month_frozen", "update", MONTHS, "month_refuse", IS_CLOSED, kept)
    _trigger(connection, "month_no_delete", "delete", MONTHS, "month_refuse", IS_CLOSED)
    last = f"(SELECT MAX(ends_at) FROM {MONTHS})"  # noqa: S608  a name of our own
    if connection.vendor == "postgresql":
        _trigger(connection, "month_no_truncate", "truncate", MONTHS, "month_refuse", IS_CLOSED)
        _run(
            connection,
            "CREATE OR REPLACE FUNCTION journal_in_open_month() RETURNS trigger AS $$ BEGIN"
            f" PERFORM pg_advisory_xact_lock_shared({BOOKS_LOCK});"
            f" IF NEW.at < {last} THEN RAISE EXCEPTION '{IS_CLOSED}'; END IF;"
            " RETURN NEW; END $$ LANGUAGE plpgsql",
        )
        _trigger(connection, "journal_open", "insert", JOURNAL, "journal_in_open_month", IS_CLOSED)
    else:
        _trigger(connection, "journal_open", "insert", JOURNAL, "", IS_CLOSED, f"NEW.at < {last}")


def unseal_months(connection: BaseDatabaseWrapper) -> None:
    _drop(connection, MONTHS, "month_frozen", "month_no_delete", "month_no_truncate")
    _drop(connection, JOURNAL, "journal_open")


def seal_statements(connection: BaseDatabaseWrapper) -> None:
    """As receipts: figures and words never change, the file once it is there."""
    _refusal(connection, "statement_refuse", AS_DRAWN)
    differ = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    changed = [f"OLD.{name} {differ} NEW.{name}" for name in DRAWN]
    changed += [f"(OLD.{name} <> '' AND OLD.{name} {differ} NEW.{name})" for name in ONCE]
    kept = " OR ".join(changed)
    _trigger(
        connection, "statement_frozen", "update", STATEMENTS, "statement_refuse", AS_DRAWN, kept
    )
    _trigger(connection, "statement_no_delete", "delete", STATEMENTS, "statement_refuse", AS_DRAWN)


def unseal_statements(connection: BaseDatabaseWrapper) -> None:
    _drop(connection, STATEMENTS, "statement_frozen", "statement_no_delete")


def seal_terms(connection: BaseDatabaseWrapper) -> None:
    """After `seal_receipts` and `seal_statements`, in their place: ten whole years after its own, and
    once only, a paper of somebody who was erased may lose its words and its file; number, amount and
    what it was for stay (art. 2220 of the Civil Code)."""
    differ = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    this = _this_year(connection)
    over = "OLD.forgotten_at IS NULL AND NEW.forgotten_at IS NOT NULL AND NEW.data = '{}'"
    over += " AND NEW.file = '' AND NEW.sha256 = ''"
    receipts = f"({over} AND OLD.year + {TEN_YEARS} < {this})"
    drawn = f"COALESCE({_year_drawn(connection)}, {this})"
    statements = f"({over} AND {drawn} + {TEN_YEARS} < {this})"
    lost = [*ONCE, "data"]
    _drop(connection, RECEIPTS, "receipt_frozen")
    _drop(connection, STATEMENTS, "statement_frozen")
    _frozen_but(
        connection,
        ("receipt_frozen", RECEIPTS, "receipt_refuse", AS_ISSUED),
        [f"OLD.{name} {differ} NEW.{name}" for name in ALWAYS if name not in lost]
        + [f"(OLD.state = 'void' AND OLD.{name} {differ} NEW.{name})" for name in VOID],
        [f"OLD.data {differ} NEW.data"]
        + [f"(OLD.{name} <> '' AND OLD.{name} {differ} NEW.{name})" for name in ONCE],
        receipts,
    )
    lost = [*lost, "organisation", "name"]
    _frozen_but(
        connection,
        ("statement_frozen", STATEMENTS, "statement_refuse", AS_DRAWN),
        [f"OLD.{name} {differ} NEW.{name}" for name in DRAWN if name not in lost],
        [f"OLD.{name} {differ} NEW.{name}" for name in ("data", "organisation", "name")]
        + [f"(OLD.{name} <> '' AND OLD.{name} {differ} NEW.{name})" for name in ONCE],
        statements,
    )


def _frozen_but(
    connection: BaseDatabaseWrapper,
    what: tuple[str, str, str, str],
    never: list[str],
    kept: list[str],
    over: str,
) -> None:
    """`never`: changes that are refused always; `kept`: those that are refused until `over`."""
    name, table, refusal, words = what
    condition = " OR ".join([*never, f"(({' OR '.join(kept)}) AND NOT {over})"])
    _trigger(connection, name, "update", table, refusal, words, condition)


def _this_year(connection: BaseDatabaseWrapper) -> str:
    if connection.vendor == "postgresql":
        return "EXTRACT(YEAR FROM now())"
    return "CAST(strftime('%Y', 'now') AS INTEGER)"


def _year_drawn(connection: BaseDatabaseWrapper) -> str:
    """Of a statement, by the day that is printed on it."""
    if connection.vendor == "postgresql":
        return "CAST(substr(OLD.data ->> 'issued_on', 1, 4) AS INTEGER)"
    return "CAST(substr(json_extract(OLD.data, '$.issued_on'), 1, 4) AS INTEGER)"


def _refusal(connection: BaseDatabaseWrapper, name: str, words: str) -> None:
    if connection.vendor == "postgresql":
        _run(
            connection,
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$"
            f" BEGIN RAISE EXCEPTION '{words}'; END $$ LANGUAGE plpgsql",
        )


def _trigger(
    connection: BaseDatabaseWrapper,
    name: str,
    verb: str,
    table: str,
    refusal: str,
    words: str,
    condition: str = "",
) -> None:
    begin = f"CREATE TRIGGER {name} BEFORE {verb} ON {table}"
    when = f" WHEN ({condition})" if condition else ""
    if connection.vendor == "postgresql":
        each = "STATEMENT" if verb == "truncate" else "ROW"
        _run(connection, f"{begin} FOR EACH {each}{when} EXECUTE FUNCTION {refusal}()")
    else:
        _run(connection, f"{begin}{when} BEGIN SELECT RAISE(ABORT, '{words}'); END")


def _drop(connection: BaseDatabaseWrapper, table: str, *names: str) -> None:
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    for name in names:
        _run(connection, f"DROP TRIGGER IF EXISTS {name}{on}")


def _run(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
