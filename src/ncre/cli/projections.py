"""projections: rows made anew from the log, or checked against it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, Final
from uuid import UUID

from ncre.bootstrap import build_container
from ncre.cli.common import Misuse, open_container
from ncre.cli.processes.missing_tables import words_of_missing
from ncre.config import read_settings
from ncre.projections.maintenance.checking import check_against_log
from ncre.projections.maintenance.findings import Checked
from ncre.projections.maintenance.mending import Mender
from ncre.projections.maintenance.rebuild import rebuild as rebuild_rows
from ncre.projections.maintenance.rebuild_notes import Filled, Progress, RebuildNotes
from ncre.store.maintenance import maintenance
from ncre.store.schema import person_keys

MOST_PROCESSES: Final = 64


def add(commands: Any) -> None:
    projections = commands.add_parser("projections", help="the rows that pages read")
    what = projections.add_subparsers(required=True, metavar="WHAT")
    rebuild_ = what.add_parser(
        "rebuild", help="make all rows anew while commands go on; goes on where it was killed"
    )
    rebuild_.add_argument(
        "--processes", type=int, default=1, metavar="N", help="that share the work, at most one a core"
    )
    rebuild_.set_defaults(run=rebuild)
    what.add_parser("check", help="name every row that differs from the log").set_defaults(run=check)


def rebuild(args: Namespace) -> None:
    """Raises Misuse, UnderMaintenance."""
    if not 1 <= args.processes <= MOST_PROCESSES:
        raise Misuse(
            f"--processes 应为 1 至 {MOST_PROCESSES}", f"--processes must be from 1 to {MOST_PROCESSES}"
        )
    share = partial(_shared, args.processes) if args.processes > 1 else None
    with open_container() as container:
        handler = container.command_handler
        with maintenance(container.database):
            rebuilt = rebuild_rows(container.database, handler.store, handler.listeners, share=share)
    rate = rebuilt.facts / rebuilt.seconds
    if rebuilt.gone_on:
        print(f"{rebuilt.gone_on} slices of these had been done by the one before, which was interrupted")
    print(
        f"{rebuilt.facts} facts, {rebuilt.seconds:.1f} s, {rate:.0f} facts/s; writers waited {rebuilt.held:.2f} s at most"
    )


def _shared(processes: int, name: str, progress: Progress, numbers: list[int]) -> Iterator[Filled]:
    """Slices mended by processes, each with a container of its own."""
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (name, progress)) as pool:
        yield from pool.map(_mend, numbers)


_MENDERS: list[Mender] = []
"""In a process that shares the work."""


def _begin(name: str, progress: Progress) -> None:
    container = build_container(read_settings())
    handler = container.command_handler
    notes = RebuildNotes(handler.listeners, name)
    _MENDERS.append(Mender(container.database, handler.store, handler.listeners, notes, progress))


def _mend(number: int) -> Filled:
    return _MENDERS[0].mend(number)


def check(_: Namespace) -> int:
    """Ends with 1 where anything is wrong, be it a row, a table, or the database itself."""
    with open_container() as container:
        command_handler = container.command_handler
        found = check_against_log(container.database, command_handler.store, command_handler.listeners)
        foreign = container.key_checks.foreign() if person_keys.name in found.trusted else []
    _tell(found)
    _name(foreign)
    print(_verdict(found))
    return 0 if found.sound and not foreign else 1


def _tell(found: Checked) -> None:
    for damage in found.damages:
        print(f"damaged: {damage.table}: {damage.what}")
    for gone in found.gone:
        print(words_of_missing(gone))
    for one in found.differences:
        column = f".{one.column}" if one.column else ""
        print(f"{one.table}{column} {one.key}: stored {one.stored!r}, the log says {one.folded!r}")


def _name(people: list[UUID]) -> None:
    """People whose facts cannot be opened, so that no row of theirs can be compared."""
    for person in people:
        print(
            f"{person}: 其密钥打不开，被改动过，或是在另一个密钥下写入的 / "
            "their key does not open: it was altered, or written under another secret"
        )
    if people:
        print(f"{len(people)} keys")


def _verdict(found: Checked) -> str:
    """How much was compared, and what of it may be believed."""
    told = f"{found.facts} facts, {found.differing} differences"
    if not found.damaged:
        return told
    return (
        f"{told} in what could be read; {found.damaged} damages. "
        f"Not to be trusted: {', '.join(found.suspect)}. Sound: {', '.join(found.trusted) or 'nothing'}."
    )
