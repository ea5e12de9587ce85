"""Bans, as the exam office imposes and lifts them, and what becomes of people who have paid already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.bans.ban import GATE, ban_id, refusal_of
from ncre.domain.bilingual import Bilingual
from ncre.domain.candidate import masked_number
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor, PaidFee
from ncre.domain.registration.lifecycle import TERMINATED
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE, require_text
from ncre.domain.registration.vocabulary import Role
from ncre.events import ban as facts
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.projections.audit import timeline
from ncre.projections.bans import bans
from ncre.projections.base import Row
from ncre.projections.rows import HistoryRow, RegistrationRow
from ncre.services.bans.ban_file import BanRow, NewBan
from ncre.services.registration.case_request import CaseRequest
from ncre.services.registration.people import People
from ncre.services.registration.registrations import Registrations

PAGE: Final = 50
"""Bans on a page of the list."""


class BanOutcome(StrEnum):
    """What becomes of a paid registration whose person is banned."""

    REFUND = "refund"
    KEEP_FEE = "keep-fee"
    KEEP = "keep"


_OTHER_TERMS: Final = Bilingual(
    "同一决定对同一人的起止日期不一致，请核对",
    "the same decision bans the same person for other days; compare them",
)


_WAS_OVER: Final = Bilingual(
    "这条停考早已届满，记录已按规定删除，不能重新录入",
    "this ban was over long ago and was deleted; it cannot be entered again",
)


class RowState(StrEnum):
    """What a line of a file comes to."""

    NEW = "new"
    SAME = "same"
    REPEATED = "repeated"
    FAULTY = "faulty"


@dataclass(frozen=True)
class RowOutcome:
    """A line of the file: what it comes to, and how many registrations of the person it touches (paid ones of them)."""

    line: int
    state: RowState
    document: str = ""
    ban: NewBan | None = None
    fault: Bilingual | None = None
    registered: int = 0
    paid: int = 0


class Bans:
    """One method a use case; each raises Refusal where a rule says no, and then nothing was recorded."""

    def __init__(self, command_handler: CommandHandler, people: People, registrations: Registrations) -> None:
        self._command_handler = command_handler
        self._people = people
        self._registrations = registrations

    def impose(self, act: Act, ban: NewBan) -> UUID:
        """Its id. The same ban again changes nothing."""
        require_office(act.actor)
        ban.require_fit()
        return self._command_handler.run_in_transaction(
            lambda connection: self._impose(connection, act, [ban])
        )[0]

    def preview(self, rows: Sequence[BanRow]) -> list[RowOutcome]:
        """What each line of a file would come to now."""
        with self._command_handler.database.reading() as connection:
            return self._outcomes(connection, rows)

    def import_rows(self, act: Act, rows: Sequence[BanRow]) -> int:
        """Impose what is new in the file, all of it in one transaction. How many bans that were."""
        require_office(act.actor)

        def imported(connection: Connection) -> int:
            new = [
                one.ban for one in self._outcomes(connection, rows) if one.state is RowState.NEW and one.ban
            ]
            return len(self._impose(connection, act, new))

        return self._command_handler.run_in_transaction(imported)

    def lift(self, act: Act, ban: UUID, why: str) -> None:
        """It holds no more. Lifted already, it is so."""
        require_office(act.actor)
        require_why(why)

        def lifted(connection: Connection) -> None:
            self._command_handler.database.lock(connection, ban)
            row = self._row(connection, ban)
            if row["lifted_at"] is None:
                self._record(connection, act, row, facts.BanLifted(row["decision"], why.strip()))

        self._command_handler.run_in_transaction(lifted)

    def resolve(self, request: CaseRequest, ban: UUID, outcome: BanOutcome, why: str) -> None:
        """What becomes of a paid registration: cancelled with the fee returned or kept, or left as it is."""
        require_office(request.actor)
        require_why(why)
        with self._command_handler.database.reading() as connection:
            row = self._row(connection, ban)
            if not self._is_concerned(connection, ban, request.registration):
                raise Refusal(RefusalCode.BAN_NOT_CONCERNED)
        if outcome is BanOutcome.KEEP:
            self._command_handler.run_in_transaction(
                lambda connection: self._keep(connection, request, ban, why)
            )
            return
        reason = f"停考（决定 {row['decision']}）：{why.strip()}"[:LONGEST_NOTE]
        money = PaidFee.REFUND if outcome is BanOutcome.REFUND else PaidFee.KEEP
        self._registrations.cancel(request, reason, money, why.strip())

    def page(self, number: int) -> tuple[list[Row], bool]:
        """The bans of a page, the newest first, and whether there are older ones."""
        with self._command_handler.database.reading() as connection:
            rows = bans.page(connection, PAGE + 1, (number - 1) * PAGE)
        return rows[:PAGE], len(rows) > PAGE

    def search(self, number: str) -> list[Row]:
        """Every ban of whoever has a document of this number."""
        with self._command_handler.database.reading() as connection:
            return bans.of_people(connection, self._people.persons(number))

    def one(self, ban: UUID) -> tuple[Row, list[Row], list[HistoryRow]]:
        """A ban, the registrations that wait for an outcome of it, and its history."""
        with self._command_handler.database.reading() as connection:
            row = self._row(connection, ban)
            waiting = bans.concerned(connection, self._command_handler.clock(), ban)
            return row, waiting, timeline.story(connection, ban)

    def waiting(self) -> list[Row]:
        """Paid registrations of banned people that wait for what becomes of them, the oldest ban first."""
        with self._command_handler.database.reading() as connection:
            return bans.concerned(connection, self._command_handler.clock())

    def reason(self, act: Act, ban: UUID) -> str:
        """Why the ban was imposed; that it was read is recorded before anything is shown."""
        require_office(act.actor)

        def viewed(connection: Connection) -> str:
            row = self._row(connection, ban)
            self._record(connection, act, row, facts.BanReasonViewed(row["decision"]))
            imposed = self._command_handler.store.fact(connection, ban, 1)
            reason = imposed.reason if isinstance(imposed, facts.BanImposed) else ""
            return reason if isinstance(reason, str) else ""

        return self._command_handler.run_in_transaction(viewed)

    def of(self, row: RegistrationRow) -> Refusal | None:
        """What the candidate of this registration is told, where they are banned now and it is not over."""
        if not row["person"] or row["status"] in TERMINATED:
            return None
        with self._command_handler.database.reading() as connection:
            ban = bans.in_force(connection, row["person"], self._command_handler.clock())
            if ban is None or bans.is_kept(connection, row["id"]):
                return None
            return refusal_of(ban, self._command_handler.exams.round(connection, row["round"]))

    def is_in_force(self, row: Row) -> bool:
        """Whether the ban holds today."""
        day = bans.exam_day(self._command_handler.clock())
        return row["lifted_at"] is None and row["starts"] <= day <= row["ends"]

    def _impose(self, connection: Connection, act: Act, wanted: Iterable[NewBan]) -> list[UUID]:
        """The ids of the bans. The lock comes last: whoever asked for bans before is waited for, nobody else."""
        ids = [self._impose_one(connection, act, one) for one in wanted]
        self._command_handler.database.lock(connection, GATE)
        return ids

    def _impose_one(self, connection: Connection, act: Act, ban: NewBan) -> UUID:
        person = self._people.person(ban.document_type, ban.document_number)
        identity = ban_id(person, ban.decision)
        if known := bans.one(connection, identity):
            if not _is_same(known, ban):
                raise Refusal(RefusalCode.BAN_EXISTS, decision=ban.decision)
            return identity
        if self._command_handler.store.version(connection, identity):
            raise Refusal(RefusalCode.BAN_EXISTS, decision=ban.decision)
        imposed = facts.BanImposed(
            person,
            ban.document_type,
            ban.starts,
            ban.ends,
            ban.decision,
            masked_number(ban.document_number),
            ban.reason,
        )
        self._command_handler.record(connection, act, identity, 0, [imposed], subject=identity)
        return identity

    def _outcomes(self, connection: Connection, rows: Sequence[BanRow]) -> list[RowOutcome]:
        people = {
            row.line: self._people.person(row.ban.document_type, row.ban.document_number)
            for row in rows
            if row.ban is not None
        }
        touched = bans.registered(connection, sorted(set(people.values())))
        seen: dict[UUID, NewBan] = {}
        return [self._outcome(connection, row, people.get(row.line, ""), touched, seen) for row in rows]

    def _outcome(
        self,
        connection: Connection,
        row: BanRow,
        person: str,
        touched: dict[str, tuple[int, int]],
        seen: dict[UUID, NewBan],
    ) -> RowOutcome:
        if row.ban is None:
            return RowOutcome(row.line, RowState.FAULTY, fault=row.fault)
        identity = ban_id(person, row.ban.decision)
        known, document = bans.one(connection, identity), masked_number(row.ban.document_number)
        before = seen.setdefault(identity, row.ban)
        state, fault = RowState.NEW, None
        if known is not None and _is_same(known, row.ban):
            state = RowState.SAME
        elif known is not None or (before.starts, before.ends) != (row.ban.starts, row.ban.ends):
            state, fault = RowState.FAULTY, _OTHER_TERMS
        elif before is not row.ban:
            state = RowState.REPEATED
        elif self._command_handler.store.version(connection, identity):
            state, fault = RowState.FAULTY, _WAS_OVER
        return RowOutcome(row.line, state, document, row.ban, fault, *touched.get(person, (0, 0)))

    def _keep(self, connection: Connection, request: CaseRequest, ban: UUID, why: str) -> None:
        self._command_handler.database.lock(connection, ban)
        row = self._row(connection, ban)
        if self._is_concerned(connection, ban, request.registration):
            kept = facts.BannedRegistrationKept(request.registration, row["decision"], why.strip())
            self._record(connection, Act(request.actor, request.command_id), row, kept)

    def _record(
        self,
        connection: Connection,
        act: Act,
        row: Row,
        fact: facts.BanLifted | facts.BannedRegistrationKept | facts.BanReasonViewed,
    ) -> None:
        self._command_handler.record_behind(connection, act, row["id"], [fact], subject=row["id"])

    def _is_concerned(self, connection: Connection, ban: UUID, registration: UUID) -> bool:
        now = self._command_handler.clock()
        return any(one["registration"] == registration for one in bans.concerned(connection, now, ban))

    def _row(self, connection: Connection, ban: UUID) -> Row:
        row = bans.one(connection, ban)
        if row is None:
            raise Refusal(RefusalCode.BAN_UNKNOWN)
        return row


def _is_same(row: Row, ban: NewBan) -> bool:
    return (row["starts"], row["ends"], row["lifted_at"]) == (ban.starts, ban.ends, None)


def require_office(actor: Actor) -> None:
    """Raises Refusal for any other role."""
    if actor.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)


def require_why(why: str) -> None:
    """Raises Refusal."""
    if not why.strip():
        raise Refusal(RefusalCode.WHY_MISSING)
    require_text(why, LONGEST_NOTE)
