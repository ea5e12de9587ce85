"""What a revision of a round changed for one registration, and whether that is still so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ncre.domain.exam.plan import Site, revisions_id
from ncre.domain.exam.revised_point import change_of
from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.exam.revision_rules import RULES
from ncre.domain.exam.revision_touches import HeldSeat, Holder
from ncre.domain.registration.lifecycle import TERMINATED
from ncre.domain.registration.vocabulary import Status
from ncre.domain.seating.sittings import sitting_name
from ncre.events.exam_revision import RoundRevisionMade
from ncre.handlers.command_handler import CommandHandler
from ncre.operational import site_runs
from ncre.projections.rows import RegistrationRow
from ncre.projections.seating import tickets

OF_NOBODY: Final = frozenset({ChangeKind.QUOTA_LOWERED, ChangeKind.QUOTA_RAISED})
"""What is counted over all people and changes nothing for one who has a seat."""


def changes_of(made: RoundRevisionMade) -> list[Change]:
    """Those that may touch somebody."""
    every = [change_of(one) for one in made.points]
    return [one for one in every if RULES[one.kind].touches_somebody and one.kind not in OF_NOBODY]


class RoundChanges:
    """The revisions of a round as one registration meets them."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def touching(self, connection: Connection, row: RegistrationRow, revision: str) -> list[Change]:
        """What a revision ("78/12") changed for the registration and no later one changed again.

        Nothing where the registration counts for another round by now.
        """
        code, _, typed = revision.rpartition("/")
        if code not in ("", row["round"]):
            return []
        number = int(typed)
        history = self._command_handler.store.history(connection, revisions_id(row["round"]))
        made = [one for one in history if isinstance(one, RoundRevisionMade)]
        here = [one for one in made if one.metadata.version == number]
        if not here:
            return []
        later = {
            _place(one) for later in made if later.metadata.version > number for one in changes_of(later)
        }
        still = [one for one in changes_of(here[0]) if _place(one) not in later]
        return self.of(connection, row, still)

    def of(self, connection: Connection, row: RegistrationRow, changes: Iterable[Change]) -> list[Change]:
        """Those of the changes that touch the registration as it stands."""
        round_ = self._command_handler.exams.round(connection, row["round"])
        if round_ is None or row["status"] in TERMINATED:
            return []
        site = self._command_handler.exams.site(connection, row["round"], row["site"] or "")
        holder = _holder(connection, row, site, self._command_handler.clock())
        levels = {one: round_.subject(one).level for one in holder.subjects}
        return [
            one
            for one in changes
            if one.site in ("", holder.site)
            and not _is_called_off(connection, row["round"], one)
            and RULES[one.kind].touches(one, holder, levels)
        ]


def _is_called_off(connection: Connection, round_code: str, change: Change) -> bool:
    """A site that is closed because it is called off as a whole: its people get a letter of their own about that."""
    if change.kind is not ChangeKind.SITE_CLOSED:
        return False
    return bool(site_runs.of_site(connection, round_code, change.site))


def _place(change: Change) -> tuple[ChangeKind, str, str]:
    return change.kind, change.site, change.item


def _holder(connection: Connection, row: RegistrationRow, site: Site | None, now: datetime) -> Holder:
    """The registration as a revision weighs it: a fee of a province touches those who pay there."""
    seats = [seat for seat in tickets.seats_of(connection, row["id"]) if seat["ends_at"] > now]
    return Holder(
        row["id"],
        row["number"] or "",
        row["name_masked"] or "",
        row["site"] or "",
        Status(row["status"]),
        row["agreement"] or "",
        tuple(line["subject"] for line in row["lines"]),
        tuple(
            HeldSeat(sitting_name(seat["starts_at"], seat["ends_at"]), seat["room"], seat["seat"])
            for seat in seats
        ),
        site.plan.province if site else "",
    )
