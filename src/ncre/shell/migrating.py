"""migrate: the tables of this release."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.events.database import Database
from ncre.events.key_checks import KeyChecks
from ncre.events.keys import Keys
from ncre.shell.installing import new_installation, warn_of_open_files


def add(commands: Any) -> None:
    commands.add_parser("migrate", help="bring the tables to this release").set_defaults(run=migrate)


def migrate(_: Namespace) -> None:
    settings = new_installation()
    database = Database(settings.database_url)
    try:
        KeyChecks(database, Keys.derived_from(settings.secret)).migrate()
    finally:
        database.close()
    warn_of_open_files(settings)
