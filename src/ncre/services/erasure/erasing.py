"""The erasure of a person: looked at first, then decided with a reason, done in one transaction, and cleaned up after.

    unpaid registrations end -> keys destroyed, rows cleared, account forgotten, facts recorded, remains noted -> files go

A crash at any point leaves a person who is not erased at all, or one whose remains the worker removes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.erasure import ErasureWay, Hold, ends_of, hold, require_free, require_reason
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor, Cancel
from ncre.domain.registration.lifecycle import PAID, TERMINATED
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events.account import account_stream
from ncre.events.erasure import PersonErased, RegistrationErased, erasure_of
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.identity.accounts import Accounts
from ncre.identity.forgetting import Forgetting
from ncre.identity.letters import about_erasure
from ncre.operational.erasure_remains import Left, note
from ncre.projections.base import Row
from ncre.projections.exam import retentions
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.erasure import rows
from ncre.services.erasure.cleanup import Cleanup
from ncre.services.erasure.people import PersonFinder, PersonToErase, Traces
from ncre.services.registration.changes import Changes

CANCELLED_BECAUSE = "个人信息按规定删除，未缴费的报名随之取消"
"""The reason of a cancellation that an erasure brings with it."""


@dataclass(frozen=True)
class ErasurePreview:
    """What an erasure would do. Nothing in it is private: ids, numbers, counts and dates."""

    person: PersonToErase
    holds: tuple[Hold, ...]
    ends: tuple[Row, ...]
    photos: int
    drafts: int
    papers: int
    letters: int
    is_erased: bool

    @property
    def possible_from(self) -> datetime | None:
        """When it becomes possible; None where it is now."""
        return max((one.until for one in self.holds), default=None)


@dataclass(frozen=True)
class ErasureResult:
    """`is_new` is False where everything was erased already. `left` tells what could not be removed yet, and why."""

    accounts: int
    registrations: int
    is_new: bool
    left: str = ""


class Erasure:
    """`mails`: whether letters leave, rather than being kept in a folder, where the last one would be found again."""

    def __init__(
        self,
        command_handler: CommandHandler,
        changes: Changes,
        finder: PersonFinder,
        forgetting: Forgetting,
        cleanup: Cleanup,
        accounts: Accounts,
        security: SecurityLog,
        mails: bool,
    ) -> None:
        self._command_handler = command_handler
        self._changes = changes
        self._finder = finder
        self._forgetting = forgetting
        self._cleanup = cleanup
        self._accounts = accounts
        self._log = security
        self._mails = mails

    def find(self, text: str) -> PersonToErase:
        """Raises Refusal."""
        with self._command_handler.database.reading() as connection:
            return self._finder.find(connection, text)

    def of_account(self, account: UUID) -> PersonToErase:
        """Raises Refusal."""
        with self._command_handler.database.reading() as connection:
            return self._finder.of(connection, account)

    def preview(self, person: PersonToErase) -> ErasurePreview:
        """Changes nothing."""
        with self._command_handler.database.reading() as connection:
            left = self._left(connection, person, self._finder.traces(connection, person))
            return ErasurePreview(
                person,
                tuple(self._holds(connection, person)),
                tuple(self._to_end(connection, person)),
                len(left.photos),
                len(left.drafts),
                len(left.papers),
                len(left.letters),
                self._is_erased(connection, person),
            )

    def possible_from(self, person: PersonToErase) -> datetime | None:
        """When it becomes possible; None where it is now. Costs no look at any file."""
        with self._command_handler.database.reading() as connection:
            return max((one.until for one in self._holds(connection, person)), default=None)

    def require_reason(self, person: PersonToErase, why: str) -> str:
        """The reason, which must not say what is erased. Raises Refusal."""
        with self._command_handler.database.reading() as connection:
            return require_reason(why, self._finder.traces(connection, person).texts)

    def erase(
        self,
        person: PersonToErase,
        why: str,
        by: Actor,
        way: ErasureWay = ErasureWay.OFFICE,
        clean: bool = True,
    ) -> ErasureResult:
        """Erase whoever it is, for good. Again, it is so already. Raises Refusal; then nobody was erased.

        `clean=False` leaves files and freed pages to whoever erases many, or to the worker.
        """
        if by.role not in (Role.OFFICE, Role.CLOCK):
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        with self._command_handler.database.reading() as connection:
            traces = self._finder.traces(connection, person)
            why = require_reason(why, traces.texts if way is ErasureWay.OFFICE else ())
            is_erased = self._is_erased(connection, person)
            if way is not ErasureWay.RESTORED and not is_erased:
                require_free(self._holds(connection, person))
            left = self._left(connection, person, traces)
        if is_erased:
            return ErasureResult(len(person.accounts), len(person.registrations), False, self._swept(clean))
        owners = [owner for one in person.accounts if (owner := self._accounts.find(one))]
        self._end_unpaid(person, by, way)
        done = self._command_handler.run_in_transaction(
            partial(self._erased, person, why, by, way, traces, left)
        )
        for owner in owners if self._mails and way is not ErasureWay.RESTORED else ():
            self._log.tell(owner, about_erasure.erased)
        return ErasureResult(len(done.accounts), len(done.registrations), True, self._swept(clean))

    def _erased(
        self,
        asked: PersonToErase,
        why: str,
        by: Actor,
        way: ErasureWay,
        traces: Traces,
        left: Left,
        connection: Connection,
    ) -> PersonToErase:
        """Keys first: whoever seals something at this moment ends before, or is refused."""
        if way is ErasureWay.RESTORED:
            person = asked
            self._cancel_within(connection, person, by)
        else:
            person = self._finder.of(connection, asked.accounts[0])
            require_free(self._holds(connection, person))
        now, store = self._command_handler.clock(), self._command_handler.store
        rows.clear_foreign(connection, person)
        for one in person.accounts:
            store.erase(connection, one, now)
        rows.clear(connection, person)
        rows.close_bans(connection, now, store.erase)
        for one in person.accounts:
            self._forgetting.forget(connection, one, traces.addresses)
        self._record(connection, person, why, by, way)
        people = tuple(str(one) for one in person.accounts) if way is not ErasureWay.RESTORED else ()
        note(connection, now, Left(people, left.photos, left.drafts, left.papers, left.letters))
        return person

    def _record(
        self, connection: Connection, person: PersonToErase, why: str, by: Actor, way: ErasureWay
    ) -> None:
        act = Act(by)
        for account in person.accounts:
            erased = PersonErased(account, way.value, why)
            self._command_handler.record_behind(connection, act, account_stream(account), [erased])
        for row in person.registrations:
            gone = RegistrationErased(row["id"], way.value)
            self._command_handler.record_behind(connection, act, erasure_of(row["id"]), [gone])

    def _end_unpaid(self, person: PersonToErase, by: Actor, way: ErasureWay) -> None:
        """Nobody may pay for a registration that nobody can take part with. Raises Refusal while a channel is silent."""
        if way is ErasureWay.RESTORED:
            return
        with self._command_handler.database.reading() as connection:
            ending = list(self._to_end(connection, person))
        for row in ending:
            self._changes.carry_out(Cancel(registration=row["id"], actor=by, reason=CANCELLED_BECAUSE))

    def _cancel_within(self, connection: Connection, person: PersonToErase, by: Actor) -> None:
        """After a restoration no channel is asked: money that still comes goes back by itself."""
        for row in self._to_end(connection, person):
            cancel = Cancel(registration=row["id"], actor=by, reason=CANCELLED_BECAUSE)
            self._command_handler.carry_out(connection, cancel)

    def _to_end(self, connection: Connection, person: PersonToErase) -> Iterable[Row]:
        """Registrations of running rounds that were neither paid nor given up, of people who are not erased yet."""
        now = self._command_handler.clock()
        for row in person.registrations:
            is_open = Status(row["status"]) not in PAID | TERMINATED
            is_erased = self._command_handler.store.is_erased(connection, row["sealed_for"])
            if is_open and not is_erased and now <= self._ends(connection, row["round"]):
                yield row

    def _holds(self, connection: Connection, person: PersonToErase) -> Iterable[Hold]:
        now = self._command_handler.clock()
        for row in person.registrations:
            ends, retention = (
                self._ends(connection, row["round"]),
                retentions.of_round(connection, row["round"]),
            )
            found = hold(row["id"], row["number"] or "", Status(row["status"]), ends, retention, now)
            if found is not None:
                yield found

    def _ends(self, connection: Connection, code: str) -> datetime:
        exams = self._command_handler.exams
        round_ = exams.round(connection, code)
        if round_ is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return ends_of(round_, exams.sites(connection, code))

    def _left(self, connection: Connection, person: PersonToErase, traces: Traces) -> Left:
        people = tuple(str(one) for one in person.accounts)
        return self._cleanup.found(connection, people, traces)

    def _is_erased(self, connection: Connection, person: PersonToErase) -> bool:
        return all(self._command_handler.store.is_erased(connection, one) for one in person.accounts)

    def _swept(self, clean: bool) -> str:
        return self._cleanup.all() if clean else ""
