"""ledger: how the signed tree over the log stands, and its keys."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.cli.common import Misuse, open_container, path_argument
from ncre.config.secret import make_secret, read_secret
from ncre.domain.exam.plan import exam_time_in_words
from ncre.ledger import checkpoints
from ncre.services.audit.growth import ledger_state


def add(commands: Any) -> None:
    ledger = commands.add_parser("ledger", help="the signed tree over the log").add_subparsers(
        required=True, metavar="WHAT"
    )
    ledger.add_parser("status", help="the newest checkpoint, what waits, witnesses").set_defaults(run=status)
    ledger.add_parser("key", help="the public keys, to be published").set_defaults(run=key)
    rotate_ = ledger.add_parser(
        "rotate", help="hand over to another key; the present one must be in force here"
    )
    rotate_.add_argument(
        "--to", type=path_argument, required=True, metavar="FILE", help="of the new key; made where missing"
    )
    rotate_.set_defaults(run=rotate)


def status(_: Namespace) -> None:
    """Asserts on the way that the log is the one that was sealed (`open_container`)."""
    with open_container() as container, container.database.reading() as connection:
        known = container.settings.ledger.witnesses
        state = ledger_state(connection, container.command_handler.store.newest(), known)
        if state.newest is not None:
            print(
                f"checkpoint {state.newest.number}  {state.newest.size} facts  {exam_time_in_words(state.newest.at)}"
            )
        print(f"{state.waiting} facts not sealed yet")
        for one in state.witnesses:
            print(f"witness {one.name}: {one.size} facts  {exam_time_in_words(one.at) if one.at else '-'}")


def key(_: Namespace) -> None:
    with open_container() as container, container.database.reading() as connection:
        for from_size, one, _handover in checkpoints.keys(connection):
            print(f"{one.text}  from {from_size} facts on")


def rotate(args: Namespace) -> None:
    """Both keys sign the handover. Afterwards NCRE_LEDGER_KEY_FILE must name the new file."""
    with open_container() as container:
        container.sealer.assert_ready()
        if not args.to.exists():
            make_secret(args.to)
        fresh = read_secret(None, args.to)
        if not fresh.value:
            raise Misuse(f"{args.to} 应为 64 位十六进制数字 / must be 64 hexadecimal digits")
        try:
            public = container.sealer.rotate(fresh.value)
        except ValueError as error:
            raise Misuse(f"不能更换 / cannot be changed: {error}") from None
    print(public)
    print(
        f"请把 NCRE_LEDGER_KEY_FILE 改为 {args.to}，重启 worker，并公布新公钥 / set NCRE_LEDGER_KEY_FILE to {args.to}, start the worker again, and publish the new key"
    )
