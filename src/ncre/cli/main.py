"""Every command of `ncre`: one parser, one way to fail (a clear line and exit code 2).

A command loads its own module and nothing else: what is imported here is paid for by each of them.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final, NoReturn, Protocol, cast

from ncre.cli.parsing.grammar import Grammar, complete
from ncre.cli.parsing.language import in_language, language_asked_for, speak

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "migrate": ("processes.migrate", "bring the tables to this release"),
    "serve": ("processes.serve", "serve the pages until interrupted"),
    "worker": ("processes.worker", "deadlines, payments asked for, refunds; seals the log"),
    "demo": ("processes.demo", "everything at once, with the bundled round"),
    "doctor": ("health.doctor", "look the installation over, and say what to do"),
    "top": ("health.top", "how the service does now, in a terminal"),
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
    "ledger": ("auditing.ledger", "the signed tree over the log"),
    "diagram": ("audit", "the life of a registration as Mermaid"),
    "user": ("accounts", "accounts"),
    "duplicates": ("privacy.duplicates", "people who registered in several provinces: a file out, files in"),
    "exchange": (
        "processes.exchange",
        "the service through which provinces exchange their files of duplicates",
    ),
    "bans": ("privacy.bans", "who may not take the exam, from a CSV file"),
    "person": ("privacy.person", "erase people, look at what is due, do erasures again after a restoration"),
    "keys": ("privacy.keys", "the keys under which private data are sealed: check, rotate"),
    "mail": ("mailing.bounces", "letters that came back"),
    "projections": ("projections", "the rows that pages read"),
    "backup": ("backup", "database and photos into a folder, while serving"),
    "restore": ("backup", "a backup into an empty place, verified"),
    "database": ("databases", "copies and digests of the database"),
    "tenants": ("tenancy.tenants", "the tenants of this installation: which there are, how they are"),
    "settings": ("settings", "every setting in force, secrets hidden; 2 where one is refused"),
}
"""Each command, the module of `ncre.cli` that adds it, and what it is for."""


class CommandModule(Protocol):
    """A module of `ncre.cli`."""

    def add(self, commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None: ...


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process: 0 done, 1 a check found something or there was nothing, 2 refused or misused.

    Whatever it writes is for the user who runs it alone.
    """
    os.umask(0o077)
    if arguments is None:
        _speak_utf8()
        gc.disable()  # while modules load: nothing of them is garbage, and looking for it is a quarter of a start
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = language_asked_for(given, _language())
    if any(not _is_text(word) for word in given):
        _fail(["命令行不是 UTF-8 / the command line is not UTF-8"], language)
    args = _parser(given, language).parse_args(given)
    if arguments is None:
        gc.freeze()
        gc.enable()
    try:
        sys.exit(_run(args, language))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        _fail(_in_words(error, language), language)


def _run(args: argparse.Namespace, language: str) -> int:
    """The command; for each tenant where the installation has several and it runs over all."""
    several = any(name.upper() == "NCRE_TENANTS" and value.strip() for name, value in os.environ.items())
    if not several and getattr(args, "tenant", None) is None:
        return _run_once(args)
    from ncre.cli.tenancy.running import run_for_tenants

    return run_for_tenants(args, _run_once, lambda error: _say(_in_words(error, language), language))


def _run_once(args: argparse.Namespace) -> int:
    """The command, and what the log of commands says of it where it writes."""
    if not getattr(args, "writes", False):
        return args.run(args) or 0
    from ncre.cli import records

    records.check(args)
    code = args.run(args) or 0
    records.note(args, code)
    return code


def _speak_utf8() -> None:
    """Begin again in Python's UTF-8 mode where the locale knows ASCII alone: names and words are Chinese."""
    if sys.getfilesystemencoding() in ("ascii", "646") and not sys.flags.utf8_mode:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONUTF8": "1"})
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _is_text(word: str) -> bool:
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _in_words(error: Exception, language: str) -> list[str]:
    """What an operator is told. Raises the error again where it is none that an operator can mend."""
    from ncre.backups.problems import BackupUnusable
    from ncre.cli.parsing.misuse import Misuse
    from ncre.config import Misconfigured
    from ncre.domain.duplicates.exchange_file import ExchangeUnreadable
    from ncre.domain.refusal_wording import refusal_words
    from ncre.domain.refusals import Refusal
    from ncre.ledger.sealer import NoKey
    from ncre.operational.tombstones import TombstonesDamaged
    from ncre.rounds.faults import RoundFileFaults
    from ncre.store.outages import DatabaseUnusable

    match error:
        case Misuse() | DatabaseUnusable() | TombstonesDamaged() | NoKey():
            return [str(error)]
        case BackupUnusable():
            return [error.say(language)]
        case Misconfigured():
            return list(error.problems)
        case RoundFileFaults():
            return [fault.say(language) for fault in error.faults]
        case ExchangeUnreadable():
            return [error.words.say(language)]
        case Refusal():
            return [refusal_words(error.code, error.particulars, language)]
        case OSError() if error.filename is not None:
            return [f"{error.filename}: {error.strerror}"]
    raise error


def _fail(lines: list[str], language: str) -> NoReturn:
    _say(lines, language)
    sys.exit(2)


def _say(lines: list[str], language: str) -> None:
    for line in lines:
        print(f"ncre: {in_language(line, language)}", file=sys.stderr)


def _parser(given: Sequence[str], language: str) -> argparse.ArgumentParser:
    """A parser that knows the command that is given in full, and of the others what they are for."""
    module = next((COMMANDS[word][0] for word in given if word in COMMANDS), None)
    return parser_of({module} if module is not None else set(), language)


def parser_of(modules: Collection[str], language: str) -> Grammar:
    """A parser that knows the commands of these modules in full, and argparse with it in its language."""
    speak(language)
    titles = {"zh": "全国计算机等级考试网上报名", "en": "Registration for the NCRE"}
    parser = Grammar(prog="ncre", description=titles[language])
    parser.add_argument("--lang", choices=("zh", "en"), default=language, help="language of what is said")
    commands: Any = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command, (group, help_) in COMMANDS.items():
        if group not in modules:
            commands.add_parser(command, help=help_)
    for module in dict.fromkeys(group for group, _ in COMMANDS.values() if group in modules):
        cast(CommandModule, import_module(f"ncre.cli.{module}")).add(commands)
    complete(parser, language)
    return parser


def _language() -> str:
    """As the locale says, by the order in which POSIX reads it; Chinese for whatever is not English."""
    spoken = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "en" if spoken.startswith("en") else "zh"
