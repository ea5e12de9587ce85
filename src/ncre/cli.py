"""Every command of `ncre`: one parser, one way to fail (a clear line and exit code 2)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from ncre.config import Misconfigured
from ncre.domain.refusals import Refusal
from ncre.domain.words import refusal_words
from ncre.events.database import DatabaseUnusable
from ncre.rounds.faults import RoundFileFaults
from ncre.shell import (
    accounts,
    auditing,
    payments,
    photo_files,
    photos,
    rounds,
    rows,
    seating,
    serving,
    staff,
    tickets,
)
from ncre.shell.common import Misuse

GROUPS = (serving, rounds, seating, staff, tickets, photos, photo_files, payments, auditing, accounts, rows)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process: 0 done, 1 a check found something, 2 refused or misused."""
    asked = _parser().parse_args(arguments)
    try:
        sys.exit(asked.run(asked) or 0)
    except (Misuse, Misconfigured, DatabaseUnusable) as error:
        _fail([str(error)])
    except RoundFileFaults as error:
        _fail([fault.say(asked.lang) for fault in error.faults])
    except Refusal as refusal:
        _fail([refusal_words(refusal.code, refusal.particulars, asked.lang)])
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _fail(lines: list[str]) -> NoReturn:
    for line in lines:
        print(f"ncre: {line}", file=sys.stderr)
    sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ncre", description="全国计算机等级考试网上报名 / Registration for the NCRE"
    )
    parser.add_argument("--lang", choices=("zh", "en"), default=_language(), help="language of what is said")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return parser


def _language() -> str:
    return "en" if os.environ.get("LANG", "").startswith("en") else "zh"
