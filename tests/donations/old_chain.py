"""Run in a process of its own: an older version, which knew no squashed migration of giving, migrates
until it has done the one that is named, and is killed."""

import sys

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import translation

load = MigrationLoader.load_disk


def load_without(loader: MigrationLoader) -> None:
    load(loader)
    known = loader.disk_migrations
    for key in [key for key in known if key[0] == "donations" and known[key].replaces]:
        del known[key]


if __name__ == "__main__":
    django.setup()
    MigrationLoader.load_disk = load_without
    with translation.override(None):  # as the command does
        MigrationExecutor(connection).migrate([("donations", sys.argv[1])])
