"""What a database is, said so that two of them can be compared: tables, indexes, triggers, and every
row, without what no two databases share (keys, times, chance)."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

Row = dict[str, Any]
APART = {"datetime", "timestamp with time zone", "uuid", "char(32)"}  # of no two databases the same

ON_SERVER = {
    "column": "SELECT table_name, column_name, data_type, character_maximum_length,"
    " numeric_precision, numeric_scale, is_nullable, column_default, is_identity"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraint": "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgrelid::regclass, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "function": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'",
    "sequence": "SELECT sequencename, data_type FROM pg_sequences WHERE schemaname = 'public'",
}


def schema(connection: BaseDatabaseWrapper) -> set[tuple[Any, ...]]:
    return set(
        _on_server(connection) if connection.vendor == "postgresql" else _in_file(connection)
    )


def rows(connection: BaseDatabaseWrapper) -> dict[str, Counter[str]]:
    """Of every table; a key to another row is written as what that row says."""
    read = _Reader(connection)
    return {
        table: Counter(read.said(table, row) for row in read.all(table)) for table in read.tables
    }


def _on_server(connection: BaseDatabaseWrapper) -> Iterator[tuple[Any, ...]]:
    for kind, question in ON_SERVER.items():
        for answer in _asked(connection, question):
            yield (kind, *answer)


def _in_file(connection: BaseDatabaseWrapper) -> Iterator[tuple[Any, ...]]:
    """The statements that made it. A table's parts one by one: their order differs."""
    for kind, name, statement in _asked(
        connection, "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    ):
        statement = " ".join(statement.split())
        if kind != "table" or statement.startswith("CREATE VIRTUAL"):
            yield kind, name, statement
            continue
        for part in _parts(statement.partition("(")[2].rpartition(")")[0]):
            yield kind, name, part


def _parts(body: str) -> Iterator[str]:
    """Between the commas that are in no bracket and in no quotes."""
    depth = start = 0
    for token in re.finditer(r"'[^']*'|\"[^\"]*\"|[(),]", body):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if token[0] == "," and not depth:
            yield body[start : token.start()].strip()
            start = token.end()
    yield body[start:].strip()


def _asked(connection: BaseDatabaseWrapper, question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


class _Reader:
    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.tables = sorted(
            table
            for table in connection.introspection.table_names()
            if not table.startswith("wagtailsearch_indexentry_")  # what SQLite keeps of a search
        )
        self.keys: dict[str, str | None] = {}
        self.relations: dict[str, dict[str, tuple[str, str]]] = {}
        self.apart: dict[str, set[str]] = {}
        self.rows: dict[str, dict[Any, Row]] = {}
        for table in self.tables:
            self._read(table)

    def all(self, table: str) -> list[Row]:
        return list(self.rows[table].values())

    def said(self, table: str, row: Row, under: tuple[str, ...] = ()) -> str:
        words = []
        for column, value in sorted(row.items()):
            if column == self.keys[table] and isinstance(value, int):
                continue
            if value is not None and column in self.apart[table]:
                value = "there"
            elif value is not None and column in self.relations[table]:
                other = self.relations[table][column][1]
                if other in under:
                    value = "above"
                else:
                    value = self.said(other, self.rows[other][value], (*under, table))
            words.append(f"{column}={value}")
        return f"({', '.join(words)})"

    def _read(self, table: str) -> None:
        inside = self.connection.introspection
        quoted = self.connection.ops.quote_name(table)
        with self.connection.cursor() as cursor:
            self.keys[table] = inside.get_primary_key_column(cursor, table)
            self.relations[table] = inside.get_relations(cursor, table)
            cursor.execute(f"SELECT * FROM {quoted}")
            names = [column[0] for column in cursor.description]
            found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
            self.apart[table] = self._of_no_two(cursor, table)
        self.rows[table] = {row.get(self.keys[table], n): row for n, row in enumerate(found)}

    def _of_no_two(self, cursor: Any, table: str) -> set[str]:
        if self.connection.vendor == "postgresql":
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name = %s",
                [table],
            )
        else:
            cursor.execute("SELECT name, type FROM pragma_table_info(%s)", [table])
        return {name for name, kind in cursor.fetchall() if kind in APART}
