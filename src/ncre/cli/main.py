"""Every command of `ncre`: one parser, one way to fail (a clear line and exit code 2).

A command loads its own module and nothing else: what is imported here is paid for by each of them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final, NoReturn, Protocol, cast

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "migrate": ("processes.migrate", "bring the tables to this release"),
    "serve": ("processes.serve", "serve the pages until interrupted"),
    "worker": ("processes.worker", "deadlines, payments asked for, refunds; seals the log"),
    "demo": ("processes.demo", "everything at once, with the bundled round"),
    "round": ("rounds", "exam rounds"),
    "seat": (
        "seating",
        "give everybody who has paid at a site hall, seat and number; print the lists of its halls",
    ),
    "review": ("staff", "the review of registrations"),
    "cancel": ("staff", "cancel a registration (exam office)"),
    "move": ("staff", "move a registration to another account of the same person"),
    "ticket": ("tickets", "admission tickets: print a site's, check one"),
    "photo": ("photos", "check and mend pictures in files and folders"),
    "photos": ("photo_files", "the kept photos of an installation"),
    "payments": ("payments", "bills compared with the ledger; money at the counter"),
    "audit": ("audit", "histories; bundles that prove the log, and checking them"),
    "ledger": ("ledger", "the signed tree over the log"),
    "diagram": ("audit", "the life of a registration as Mermaid"),
    "user": ("accounts", "accounts"),
    "projections": ("projections", "the rows that pages read"),
    "settings": ("settings", "every setting in force, secrets hidden; 2 where one is refused"),
}
"""Each command, the module of `ncre.cli` that adds it, and what it is for."""


class Group(Protocol):
    """A module of `ncre.cli`."""

    def add(self, commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None: ...


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process: 0 done, 1 a check found something, 2 refused or misused.

    Whatever it writes is for the user who runs it alone.
    """
    os.umask(0o077)
    given = list(sys.argv[1:] if arguments is None else arguments)
    args = _parser(given).parse_args(given)
    try:
        sys.exit(args.run(args) or 0)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        _fail(_in_words(error, args.lang))


def _in_words(error: Exception, language: str) -> list[str]:
    """What an operator is told. Raises the error again where it is none that an operator can mend."""
    from ncre.cli.common import Misuse
    from ncre.config import Misconfigured
    from ncre.domain.refusals import Refusal
    from ncre.domain.wording import refusal_words
    from ncre.ledger.sealer import NoKey
    from ncre.rounds.faults import RoundFileFaults
    from ncre.store.database import DatabaseUnusable

    match error:
        case Misuse() | DatabaseUnusable() | NoKey():
            return [str(error)]
        case Misconfigured():
            return list(error.problems)
        case RoundFileFaults():
            return [fault.say(language) for fault in error.faults]
        case Refusal():
            return [refusal_words(error.code, error.particulars, language)]
    raise error


def _fail(lines: list[str]) -> NoReturn:
    for line in lines:
        print(f"ncre: {line}", file=sys.stderr)
    sys.exit(2)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """A parser that knows the command that is given in full, and of the others what they are for."""
    parser = argparse.ArgumentParser(
        prog="ncre", description="全国计算机等级考试网上报名 / Registration for the NCRE"
    )
    parser.add_argument("--lang", choices=("zh", "en"), default=_language(), help="language of what is said")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    module = next((COMMANDS[word][0] for word in given if word in COMMANDS), None)
    for command, (group, help_) in COMMANDS.items():
        if group != module:
            commands.add_parser(command, help=help_)
    if module is not None:
        cast(Group, import_module(f"ncre.cli.{module}")).add(commands)
    return parser


def _language() -> str:
    return "en" if os.environ.get("LANG", "").startswith("en") else "zh"
