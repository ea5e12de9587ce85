"""migrate: the tables of this release."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.config import read_settings
from ncre.events.database import Database


def add(commands: Any) -> None:
    commands.add_parser("migrate", help="bring the tables to this release").set_defaults(run=migrate)


def migrate(_: Namespace) -> None:
    database = Database(read_settings().database_url)
    database.migrate()
    database.close()
