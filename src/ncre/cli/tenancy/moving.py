"""tenants move: a province into a database of its own, while it is served."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from ncre.backups.moving.move import DatabaseMove, MoveResult
from ncre.bootstrap import build_container
from ncre.cli import records
from ncre.cli.parsing.misuse import Misuse
from ncre.config import read_settings
from ncre.config.tenants_file import Relocation
from ncre.store.database import Database
from ncre.store.schemas import is_schema


def add(what: Any) -> None:
    move_ = what.add_parser(
        "move",
        help="a tenant's database to another place, while it is served; run it again where it was interrupted",
    )
    move_.add_argument("name", metavar="NAME", help="of the tenant, as the file of tenants has it")
    move_.add_argument(
        "--to", metavar="URL", help="an empty database; a password comes from PGPASSWORD or ~/.pgpass"
    )
    move_.add_argument(
        "--schema", metavar="NAME", help="of PostgreSQL, at the new place; made where it is not there"
    )
    move_.add_argument(
        "--cancel", action="store_true", help="take away what an unfinished move left at the old place"
    )
    move_.set_defaults(run=move)


def move(args: Namespace) -> None:
    """The environment is that of the tenant; `args.everybody` is that of all. Raises Misuse, BackupUnusable, Misconfigured."""
    if not hasattr(args, "everybody"):
        raise Misuse("未设置 NCRE_TENANTS，没有租户", "NCRE_TENANTS is not set: there are no tenants")
    if bool(args.to) == args.cancel:
        raise Misuse("请给出 --to URL 或 --cancel，二者其一", "give one of --to URL and --cancel")
    if args.cancel:
        _cancel(args)
        return
    if args.schema is not None and not (args.to.startswith("postgres") and is_schema(args.schema)):
        raise Misuse(
            "--schema 只用于 PostgreSQL，且为小写字母、数字和下划线",
            "--schema is for PostgreSQL, and a name of lower-case letters, digits and _",
        )
    wanted = Relocation(args.everybody, args.name, args.to, args.schema)
    if wanted.is_done:
        raise Misuse(f"{args.name} 已经在那里了", f"{args.name} is there already")
    moved = _moved(args, wanted)
    _tell(args.name, moved)


def _moved(args: Namespace, wanted: Relocation) -> MoveResult | None:
    container = build_container(read_settings())
    target = Database(wanted.target)
    try:
        container.assert_ready()
        whole = DatabaseMove(container.database, target, container.command_handler.store.settled, _say)
        if not whole.is_over:
            records.note_now(args)
        return whole.run(wanted.write)
    finally:
        target.close()
        container.close()


def _cancel(args: Namespace) -> None:
    container = build_container(read_settings())
    try:
        DatabaseMove(container.database, container.database, container.command_handler.store.settled).cancel()
    finally:
        container.close()
    records.note_now(args)
    print("已取消，目标数据库请自行删除 / cancelled; what was copied to the target is yours to remove")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _tell(name: str, moved: MoveResult | None) -> None:
    if moved is None:
        print(f"{name}：数据早已迁移，现已切换 / its data had been moved before; it is switched now")
        return
    compared = moved.compared
    print(
        f"{name}：{compared.facts} 条事实，SHA-256 {compared.digest}，核对 {compared.rows} 行；只读 {moved.held:.2f} 秒 / "
        f"{compared.facts} facts with that digest, {compared.rows} rows compared; writers waited {moved.held:.2f} s"
    )
