"""migrate: the tables of this release."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.bootstrap import build
from ncre.shell.installing import new_installation, warn_of_open_files


def add(commands: Any) -> None:
    commands.add_parser("migrate", help="bring the tables to this release").set_defaults(run=migrate)


def migrate(_: Namespace) -> None:
    settings = new_installation()
    house = build(settings)
    house.migrate()
    house.close()
    warn_of_open_files(settings)
