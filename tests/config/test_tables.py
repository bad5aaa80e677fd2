"""A start brings the tables up to date, and writes down which migrations that is."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from config import installation

SQUASHED = ("donations", "0001_squashed_0057_open_evenings")


@pytest.mark.django_db
def test_where_all_it_replaces_was_done_a_squashed_one_is_only_written_down() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(*SQUASHED)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    installation.bring_tables()
    assert SQUASHED in recorder.applied_migrations()
