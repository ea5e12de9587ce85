"""The parser of the command line: one sentence and exit code 2 for whatever is wrong, help with an example for each command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from ncre.cli.parsing.chinese import HELP
from ncre.cli.parsing.language import in_language
from ncre.cli.parsing.manual import MANUAL, TENANTLESS

MISUSED: Final = 2
"""The exit code of a command that could not be carried out as it was given."""

Path = tuple[str, ...]


class Grammar(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line. Options are never abbreviated: a later one could change the meaning."""

    language = "zh"

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False, **options}
        )

    def error(self, message: str) -> NoReturn:
        hint = {"zh": f"；见 {self.prog} --help", "en": f"; see {self.prog} --help"}
        said = " ".join(in_language(message, self.language).split()).rstrip("。.")
        print(f"ncre: {said}{hint[self.language]}", file=sys.stderr)
        sys.exit(MISUSED)


def leaves(
    parser: argparse.ArgumentParser, path: Path = ()
) -> Iterator[tuple[Path, argparse.ArgumentParser]]:
    """Every command that does something, by its words."""
    choices = [
        (name, choice)
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, choice in action.choices.items()
    ]
    if not choices:
        yield path, parser
    for name, choice in choices:
        yield from leaves(choice, (*path, name))


def complete(parser: argparse.ArgumentParser, language: str) -> None:
    """Add to each command what the manual says: its example, --as and --why where it writes; all in one language."""
    for path, leaf in leaves(parser):
        if path in MANUAL and leaf.get_default("run") is not None:
            entry = MANUAL[path]
            label = "例" if language == "zh" else "Example"
            leaf.epilog = f"{label}:\n  {entry.example}"
            leaf.set_defaults(path=path, writes=entry.writes)
            if entry.writes:
                _add_author(leaf)
            if path not in TENANTLESS:
                leaf.add_argument("--tenant", metavar="NAME", help="of NCRE_TENANTS, the one that is meant")
    _translate(parser, language)


def _add_author(leaf: argparse.ArgumentParser) -> None:
    """Where a command does not ask for them itself."""
    known = {word for action in leaf._actions for word in action.option_strings}
    if "--as" not in known:
        leaf.add_argument("--as", dest="actor", metavar="NAME", help="the account that does it")
    if "--why" not in known:
        leaf.add_argument("--why", default="", metavar="TEXT", help="the reason, kept in the log of commands")


def _translate(parser: argparse.ArgumentParser, language: str) -> None:
    if isinstance(parser, Grammar):
        parser.language = language
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action._choices_actions:
                one.help = _said(one.help, language)
            for choice in action.choices.values():
                _translate(choice, language)
        elif action.help is not argparse.SUPPRESS:
            action.help = _said(action.help, language)


def _said(help_: str | None, language: str) -> str | None:
    return HELP.get(help_, help_) if help_ and language == "zh" else help_
