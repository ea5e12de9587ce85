"""The log of commands: who ran what at the command line, and why. A fact each, for auditors to read."""

from __future__ import annotations

from argparse import Namespace
from typing import Final

from ncre.bootstrap import Container
from ncre.cli.common import actor, open_container, plain_text
from ncre.domain.accounts.staff import LONGEST_WHY
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.events.operating import COMMANDS, CommandRun
from ncre.handlers.command_handler import Act
from ncre.projections.audit import timeline
from ncre.services.accounts.staff_provisioning import SHELL

LONGEST_ABOUT: Final = 200
ABOUT: Final = ("registration", "name", "trade", "site", "what", "file", "out", "folder", "kind", "to")
"""The arguments that say what a command worked on, the first that is given. Never a password or its file."""

SAYS_WHY_ITSELF: Final = frozenset(
    {
        "review show",
        "user add",
        "user role",
        "user disable",
        "user enable",
        "user factor",
        "person erase",
        "round retention",
    }
)
"""Commands whose own facts keep the reason."""

BEFORE: Final = frozenset({"backup", "database copy"})
"""Noted before they run: what they copy holds the note, and is equal to what was copied."""

BESIDE: Final = frozenset({"restore"})
"""Noted in a file beside the database, which stays equal to its backup."""

ITSELF: Final = frozenset({"tenants move"})
"""Notes itself, in the one of its two places where something can be written."""

OPERATORS: Final = frozenset(
    {
        "backup",
        "database copy",
        "tenants move",
        "projections rebuild",
        "photos verify",
        "person reapply",
        "keys new",
        "keys rotate",
        "keys retire",
    }
)
"""Commands that leave no fact of their own: they are logged with or without a reason."""


def check(args: Namespace) -> None:
    """Before the command: a reason that could not be kept is refused. Raises Misuse."""
    plain_text(str(getattr(args, "why", "") or ""), LONGEST_WHY, "--why")
    command = " ".join(args.path)
    if command in BEFORE:
        _note(args, command, 0)


def note(args: Namespace, code: int) -> None:
    """After the command, unless it was noted before."""
    command = " ".join(args.path)
    if command not in BEFORE | BESIDE | ITSELF:
        _note(args, command, code)


def note_now(args: Namespace) -> None:
    """For a command that knows best when."""
    _note(args, " ".join(args.path), 0)


def _note(args: Namespace, command: str, code: int) -> None:
    why = str(getattr(args, "why", "") or "").strip()
    if command not in OPERATORS and (not why or command in SAYS_WHY_ITSELF):
        return
    given = next((str(value) for name in ABOUT if (value := getattr(args, name, None))), "")
    with open_container() as container:
        run = CommandRun(command, _without_address(container, given)[:LONGEST_ABOUT], why, code)
        who = actor(container, args) if getattr(args, "actor", None) else SHELL
        container.command_handler.run_in_transaction(
            lambda connection: container.command_handler.record_behind(connection, Act(who), COMMANDS, (run,))
        )


def _without_address(container: Container, given: str) -> str:
    """A candidate's account by its id: what it signs in with is private, and the log is kept for ever."""
    known = container.accounts.named(given) if given else None
    return str(known.id) if known is not None and known.role is Role.CANDIDATE else given


def show(args: Namespace) -> int:
    """For auditors and the exam office; 1 where nothing was done yet."""
    with open_container() as container:
        if actor(container, args).role not in (Role.AUDITOR, Role.OFFICE):
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        with container.database.reading() as connection:
            story = timeline.story(connection, COMMANDS)
        names = {one["actor"]: container.accounts.name_in_office(one["actor"]) for one in story}
    for one in story:
        print(
            f"{exam_time_in_words(one['at'])}  {names[one['actor']]}  {timeline.sentence_in(one, args.lang)}"
        )
    return 0 if story else 1
