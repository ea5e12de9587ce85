"""migrate: the tables of this release."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.bootstrap import build
from ncre.projections.completeness import missing
from ncre.shell.installing import new_installation, warn_of_open_files
from ncre.shell.rows import words_of


def add(commands: Any) -> None:
    commands.add_parser("migrate", help="bring the tables to this release").set_defaults(run=migrate)


def migrate(_: Namespace) -> int:
    """Ends with 1 where something of the schema is missing all the same, and says what brings it back."""
    settings = new_installation()
    house = build(settings)
    house.migrate()
    with house.database.reading() as connection:
        gone = missing(connection, house.application.listeners)
    house.close()
    for one in gone:
        print(words_of(one))
    warn_of_open_files(settings)
    return 1 if gone else 0
