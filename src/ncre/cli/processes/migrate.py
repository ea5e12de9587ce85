"""migrate: the tables of this release."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.cli.processes.installing import new_installation, warn_of_open_files
from ncre.cli.processes.missing_tables import missing_from, words_of_missing
from ncre.store.database import Database
from ncre.store.master_keys.checks import KeyChecks
from ncre.store.master_keys.keyring import Keyring


def add(commands: Any) -> None:
    commands.add_parser("migrate", help="bring the tables to this release").set_defaults(run=migrate)


def migrate(_: Namespace) -> int:
    """Ends with 1 where something of the schema is missing all the same, and says what brings it back."""
    settings = new_installation()
    database = Database(settings.database_url)
    try:
        KeyChecks(database, Keyring(settings.secret, settings.master_keys).keys()).migrate()
        gone = missing_from(database)
    finally:
        database.close()
    for one in gone:
        print(words_of_missing(one))
    warn_of_open_files(settings)
    return 1 if gone else 0
