"""The journal's seal: the database itself refuses to change or delete a row of it.

Statements live here, not only in the migration, because one migration and one test need both
directions; the product itself never takes the seal off.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "donations_journalentry"
SQLITE = [
    f"""CREATE TRIGGER journal_no_{verb} BEFORE {verb} ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END"""
    for verb in ("update", "delete")
]
POSTGRESQL = [
    """CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'the journal is only ever added to'; END $$ LANGUAGE plpgsql""",
    *(
        f"""CREATE TRIGGER journal_no_{verb} BEFORE {verb} ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION journal_refuse()"""
        for verb in ("update", "delete")
    ),
]


def seal(connection: BaseDatabaseWrapper) -> None:
    statements = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def unseal(connection: BaseDatabaseWrapper, *verbs: str) -> None:
    """Takes the triggers off (of the verbs named, or of both)."""
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for verb in verbs or ("update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS journal_no_{verb}{on}")
