"""A round as each of its revisions left it, and what lies between any two of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ncre.domain.exam.plan import notices_id, revisions_id, round_id, site_id
from ncre.domain.exam.revision import Change, Plans, plan_changes
from ncre.domain.exam.state import replay_exam
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.base import Fact
from ncre.events.exam import RoundPlan, SitePlan
from ncre.handlers.command_handler import CommandHandler

_CAUSE: Final = re.compile(r"revision (\d+)")


class RoundVersions:
    """The plans of a round by the number of the revision that made them."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def between(self, round_code: str, first: int, second: int) -> list[Change]:
        """What leads from one revision to another; from a later one to an earlier one, what would undo it.

        Raises Refusal where there is no such revision; 0 stands for before the first.
        """
        with self._command_handler.database.reading() as connection:
            before, after = (self._plans(connection, round_code, number) for number in (first, second))
        if after.round is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return plan_changes(before, after)

    def _plans(self, connection: Connection, code: str, number: int) -> Plans:
        store = self._command_handler.store
        made = store.history(connection, revisions_id(code))
        if not 0 <= number <= len(made):
            raise Refusal(RefusalCode.NOT_FOUND)
        if not number:
            return Plans()
        moment = made[number - 1].metadata.recorded_at

        def then(history: Iterable[Fact]) -> list[Fact]:
            return [fact for fact in history if _is_of(fact, number, moment)]

        plan = replay_exam(round_id(code), then(store.history(connection, round_id(code)))).plan
        posted = replay_exam(notices_id(code), then(store.history(connection, notices_id(code)))).newest
        sites: dict[str, SitePlan] = {}
        closed: dict[str, SitePlan] = {}
        for site in self._command_handler.exams.sites(connection, code):
            stream = site_id(code, site.code)
            record = replay_exam(stream, then(store.history(connection, stream)))
            if isinstance(record.plan, SitePlan):
                (closed if record.closed else sites)[site.code] = record.plan
        return Plans(plan if isinstance(plan, RoundPlan) else None, sites, posted, closed)


def _is_of(fact: Fact, number: int, moment: datetime) -> bool:
    """Whether a fact was there once a revision was made: by the revision it names, else by its time."""
    named = _CAUSE.fullmatch(fact.metadata.cause)
    return int(named[1]) <= number if named else fact.metadata.recorded_at <= moment
