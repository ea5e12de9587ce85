"""Erasing by schedule: so many days after the last exam of a round its people are erased, unless something else is theirs.

A person is erased whole or not at all, for there is one key a person. So whoever has a registration of a later round
waits for that round's own days, and whoever is signed in at this moment for another day.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from ncre.domain.bilingual import Bilingual
from ncre.domain.erasure import ErasureWay, Retention, ends_of, require_days, require_reason
from ncre.domain.exam.plan import round_id
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import CLOCK_ACTOR, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events.erasure import RetentionApplied, RetentionSet, retention_of
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.identity.sessions import Sessions
from ncre.projections.exam import retentions
from ncre.projections.registration.registrations import registrations
from ncre.services.erasure import rows
from ncre.services.erasure.cleanup import Cleanup
from ncre.services.erasure.erasing import Erasure
from ncre.services.erasure.people import PersonToErase
from ncre.store.schema import person_keys

log = logging.getLogger("ncre.erasure")

BATCH: Final = 50
"""People erased in one round of the worker."""

EVERY: Final = timedelta(hours=1)
"""How often a schedule is gone through from its beginning."""

WHY: Final = "考次 {code} 考后 {days} 天，保存期已满"


class RetentionReason(StrEnum):
    """Why somebody of a round whose days are over is not erased yet."""

    LATER = "later"
    SIGNED_IN = "signed-in"
    STAFF = "staff"


KEPT: Final = {
    RetentionReason.LATER: Bilingual("另有未到期的考次", "has a round whose days are not over"),
    RetentionReason.SIGNED_IN: Bilingual("正在登录", "is signed in at this moment"),
    RetentionReason.STAFF: Bilingual("现为工作人员", "is a member of staff by now"),
}


@dataclass
class Report:
    """What a schedule does to a round, or would do: `from_` is the moment from which its people are erased."""

    round: str
    from_: datetime
    is_due: bool
    erased: int = 0
    kept: Counter[RetentionReason] = field(default_factory=Counter)


class RetentionSchedule:
    """What is erased when its time is over."""

    def __init__(
        self, command_handler: CommandHandler, erasure: Erasure, cleanup: Cleanup, sessions: Sessions
    ) -> None:
        self._command_handler = command_handler
        self._erasure = erasure
        self._cleanup = cleanup
        self._sessions = sessions
        self._again_at: datetime | None = None

    def set(self, code: str, retention: Retention, why: str, by: Actor) -> None:
        """Raises Refusal. The same again changes nothing."""
        if by.role is not Role.OFFICE:
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        require_days(retention.keep_days, retention.erase_days)
        why = require_reason(why)

        def kept(connection: Connection) -> None:
            if self._command_handler.exams.round(connection, code) is None:
                raise Refusal(RefusalCode.NOT_FOUND)
            if retentions.of_round(connection, code) == retention and code in _set(connection):
                return
            fact = RetentionSet(code, retention.keep_days, retention.erase_days, why)
            self._command_handler.record_behind(connection, Act(by), retention_of(round_id(code)), [fact])

        self._command_handler.run_in_transaction(kept)

    def of(self, code: str) -> Retention:
        """How long people of a round are kept."""
        with self._command_handler.database.reading() as connection:
            return retentions.of_round(connection, code)

    def preview(self, code: str | None = None) -> list[Report]:
        """What would happen now, round by round. Changes nothing."""
        return [self._gone_through(report, erase=False) for report in self._reports(code)]

    def run(self) -> list[Report]:
        """Everything that is due, and a fact for each round in which somebody was erased."""
        done = [self._gone_through(report) for report in self._reports(None) if report.is_due]
        self._cleanup.all()
        for report in done:
            self._record(report)
        return done

    def run_due(self) -> None:
        """For the worker's rounds: once an hour, and while people are left to erase in every round."""
        now = self._command_handler.clock()
        if self._again_at is not None and self._again_at - EVERY <= now < self._again_at:
            return
        self._close_bans()
        left = BATCH
        for report in self._reports(None):
            if report.is_due and left > 0:
                self._gone_through(report, most=left)
                left -= report.erased
                self._record(report)
        self._again_at = now + EVERY if left > 0 else None
        if left < BATCH:
            self._cleanup.all()

    def _close_bans(self) -> None:
        """A ban that ends after its person was erased goes then."""
        handler = self._command_handler
        closed = handler.run_in_transaction(
            lambda connection: rows.close_bans(connection, handler.clock(), handler.store.erase)
        )
        if closed:
            log.info("number and reason of %d bans that are over are erased", closed)

    def _reports(self, code: str | None) -> list[Report]:
        now = self._command_handler.clock()
        with self._command_handler.database.reading() as connection:
            codes = retentions.scheduled(connection)
            found = [(one, self._from(connection, one)) for one in codes if code in (None, one)]
        return [Report(one, from_, from_ <= now) for one, from_ in found if from_ is not None]

    def _from(self, connection: Connection, code: str) -> datetime | None:
        exams = self._command_handler.exams
        round_ = exams.round(connection, code)
        if round_ is None:
            return None
        ends = ends_of(round_, exams.sites(connection, code))
        return retentions.of_round(connection, code).erased_from(ends)

    def _gone_through(self, report: Report, erase: bool = True, most: int | None = None) -> Report:
        """Everybody of the round once, up to `most` who are erased."""
        seen = set[UUID]()
        for account in self._people(report.round):
            if account in seen:
                continue
            person, kept = self._looked_at(account, max(report.from_, self._command_handler.clock()))
            seen |= set(person.accounts) if person else {account}
            if person is not None and kept is None and erase:
                kept = self._erase(person, report.round)
            if kept is not None:
                report.kept[kept] += 1
                continue
            report.erased += 1
            if most is not None and report.erased >= most:
                break
        return report

    def _looked_at(self, account: UUID, at: datetime) -> tuple[PersonToErase | None, RetentionReason | None]:
        """Whoever the account is of, and what keeps them at a moment."""
        try:
            person = self._erasure.of_account(account)
        except Refusal:
            return None, RetentionReason.STAFF
        with self._command_handler.database.reading() as connection:
            rounds = {row["round"] for row in person.registrations}
            due = [self._from(connection, code) for code in rounds]
        if any(from_ is None or from_ > at for from_ in due):
            return person, RetentionReason.LATER
        if at <= self._command_handler.clock() and any(map(self._sessions.is_live, person.accounts)):
            return person, RetentionReason.SIGNED_IN
        return person, None

    def _erase(self, person: PersonToErase, code: str) -> RetentionReason | None:
        """None where it was done. Whoever is held back by anything else comes again."""
        why = WHY.format(code=code, days=self.of(code).erase_days)
        try:
            self._erasure.erase(person, why, CLOCK_ACTOR, ErasureWay.SCHEDULE, clean=False)
        except Refusal as refusal:
            if refusal.code is RefusalCode.ERASURE_HELD:
                return RetentionReason.LATER
            raise
        return None

    def _record(self, report: Report) -> None:
        if not report.erased:
            return
        log.info(
            "retention of round %s: %d erased, %d kept", report.round, report.erased, report.kept.total()
        )
        fact = RetentionApplied(report.round, report.erased, report.kept.total())
        self._command_handler.run_in_transaction(
            lambda connection: self._command_handler.record_behind(
                connection, Act(CLOCK_ACTOR), retention_of(round_id(report.round)), [fact]
            )
        )

    def _people(self, code: str) -> Iterator[UUID]:
        """Those of a round whose key is not destroyed, a portion at a time."""
        last = UUID(int=0)
        while True:
            with self._command_handler.database.reading() as connection:
                asked = (
                    select(registrations.c.sealed_for)
                    .distinct()
                    .join(person_keys, person_keys.c.subject == registrations.c.sealed_for)
                    .where(
                        registrations.c.round == code,
                        registrations.c.sealed_for > last,
                        person_keys.c.wrapped.is_not(None),
                    )
                    .order_by(registrations.c.sealed_for)
                    .limit(500)
                )
                portion = list(connection.execute(asked).scalars())
            yield from portion
            if not portion:
                return
            last = portion[-1]


def _set(connection: Connection) -> set[str]:
    return set(connection.execute(select(retentions.retentions.c.round)).scalars())
