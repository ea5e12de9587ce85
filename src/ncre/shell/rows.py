"""projections: rows made anew from the log, or checked against it."""

from __future__ import annotations

from argparse import Namespace
from typing import Any
from uuid import UUID

from ncre.projections.upkeep import check as check_rows
from ncre.projections.upkeep import rebuild as rebuild_rows
from ncre.shell.common import house


def add(commands: Any) -> None:
    projections = commands.add_parser("projections", help="the rows that pages read")
    what = projections.add_subparsers(required=True, metavar="WHAT")
    what.add_parser("rebuild", help="make all rows anew and swap").set_defaults(run=rebuild)
    what.add_parser("check", help="name every row that differs from the log").set_defaults(run=check)


def rebuild(_: Namespace) -> None:
    with house() as in_house:
        application = in_house.application
        rebuilt = rebuild_rows(in_house.database, application.store, application.listeners)
    rate = rebuilt.facts / rebuilt.seconds
    print(f"{rebuilt.facts} facts, {rebuilt.seconds:.1f} s, {rate:.0f} facts/s")


def check(_: Namespace) -> int:
    with house() as in_house:
        application = in_house.application
        if foreign := in_house.key_checks.foreign():
            return _name(foreign)
        found = check_rows(in_house.database, application.store, application.listeners)
    for one in found:
        column = f".{one.column}" if one.column else ""
        print(f"{one.table}{column} {one.key}: stored {one.stored!r}, the log says {one.folded!r}")
    print(f"{len(found)} differences")
    return 1 if found else 0


def _name(people: list[UUID]) -> int:
    """People whose facts cannot be opened, so that no row can be compared."""
    for person in people:
        print(
            f"{person}: 其密钥打不开，被改动过，或是在另一个密钥下写入的 / "
            "their key does not open: it was altered, or written under another secret"
        )
    print(f"{len(people)} keys")
    return 1
