"""database: into the other kind of database and back, and the digests that compare two of them."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.backups import tables
from ncre.backups.copying import copy
from ncre.cli.common import open_container
from ncre.store.database import Database


def add(commands: Any) -> None:
    database = commands.add_parser("database", help="copies and digests of the database")
    what = database.add_subparsers(required=True, metavar="WHAT")
    copy_ = what.add_parser(
        "copy", help="every row into another, empty database: SQLite to PostgreSQL and back"
    )
    copy_.add_argument(
        "--to",
        required=True,
        metavar="URL",
        help="as NCRE_DATABASE_URL; a password comes from PGPASSWORD or ~/.pgpass",
    )
    copy_.set_defaults(run=copied)
    what.add_parser("digests", help="rows and digest of each table, to compare two databases").set_defaults(
        run=digests
    )


def copied(args: Namespace) -> None:
    with open_container() as container:
        target = Database(args.to)
        try:
            held = copy(container.database, target)
        finally:
            target.close()
    rows = sum(int(digest.partition(":")[0]) for digest in held.values())
    print(f"{rows} 行，{len(held)} 个表，摘要一致 / {rows} rows in {len(held)} tables, digests equal")


def digests(_: Namespace) -> None:
    with open_container() as container, container.database.snapshot() as connection:
        for name, digest in sorted(tables.digests(connection).items()):
            rows, total = digest.split(":")
            print(f"{name:24} {rows:>9}  {total}")
