"""Duplicates across provinces: a file out, files in, people found in both, and what becomes of each.

Nobody is refused for a duplicate: which registration survives is for the office to say (domain facts §6.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar
from uuid import UUID, uuid5

from sqlalchemy import Connection

from ncre.domain.duplicates.exchange_file import ExchangeFile, ExchangeUnreadable, read_exchange_file, written
from ncre.domain.exam.plan import EXAM_TIME, Round
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor, PaidFee
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE, require_text
from ncre.domain.registration.state import NAMESPACE
from ncre.domain.registration.vocabulary import Role
from ncre.events import exchange as facts
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.projections.base import Row
from ncre.projections.duplicates import duplicates
from ncre.projections.registration import registrations
from ncre.services.registration.case_request import CaseRequest
from ncre.services.registration.registrations import Registrations

CLOCK = Actor("exchange", Role.CLOCK)
"""The machine part that finds duplicates, and exchanges files with the exchange service."""

FileFact = TypeVar("FileFact", facts.DuplicatesExported, facts.DuplicatesImported)


class DuplicateOutcome(StrEnum):
    """What the office says of a duplicate; a paid fee is returned or kept with a cancellation."""

    KEPT = "kept"
    REFUND = "cancelled-refund"
    KEEP_FEE = "cancelled-keep-fee"
    OTHER_PERSON = "other-person"


class Duplicates:
    """`secret` is the key that the provinces share, b"" where this installation takes no part."""

    def __init__(self, command_handler: CommandHandler, registrations: Registrations, secret: bytes) -> None:
        self._command_handler = command_handler
        self._registrations = registrations
        self._secret = secret

    @property
    def takes_part(self) -> bool:
        """Whether a key of the exchange is set."""
        return bool(self._secret)

    def provinces(self) -> list[str]:
        """The provinces (two digits) of our own sites in the current round."""
        with self._command_handler.database.reading() as connection:
            round_ = self._round(connection)
            return sorted(
                {site.code[:2] for site in self._command_handler.exams.sites(connection, round_.code)}
            )

    def export(self, act: Act, province: str) -> bytes:
        """The file for other provinces; that it was made is recorded before it is handed out. Raises Refusal."""
        self._require(act.actor)
        if province not in self.provinces():
            raise Refusal(RefusalCode.EXCHANGE_PROVINCE, province=province[:10])

        def exported(connection: Connection) -> bytes:
            code = self._round(connection).code
            file, fact = self._file(connection, code, province)
            self._command_handler.record_behind(connection, act, exchange_stream(code), [fact])
            return file

        return self._command_handler.run_in_transaction(exported)

    def export_for_service(self, act: Act, province: str, known: str) -> bytes | None:
        """The file for the exchange service, None where it has just this one (`known`: its digest, "" for none).

        Recorded once, however often it has to be sent. Raises Refusal.
        """
        self._require(act.actor)

        def exported(connection: Connection) -> bytes | None:
            code = self._round(connection).code
            stream = exchange_stream(code)
            file, fact = self._file(connection, code, province)
            if fact.digest == known:
                return None
            # Only now: whoever writes who they are waits for this lock, and a file takes seconds.
            self._command_handler.database.lock(connection, stream)
            before = self._newest(connection, code, facts.DuplicatesExported, province)
            if before is None or before.digest != fact.digest:
                self._command_handler.record_behind(connection, act, stream, [fact])
            return file

        return self._command_handler.run_in_transaction(exported)

    def current_round(self) -> Round | None:
        """The round for which files are exchanged now."""
        with self._command_handler.database.reading() as connection:
            return self._command_handler.exams.current(connection)

    def today(self) -> date:
        """The day it is where the exam is."""
        return self._command_handler.clock().astimezone(EXAM_TIME).date()

    def imported(self, round_code: str) -> dict[str, str]:
        """Digest of the newest file of each other province that was read."""
        with self._command_handler.database.reading() as connection:
            read_files = self._all(connection, round_code, facts.DuplicatesImported)
            return {fact.province: fact.digest for fact in read_files}

    def import_file(self, act: Act, raw: bytes, once: bool = False) -> tuple[ExchangeFile, int]:
        """What the file says, and how many duplicates were newly found; all of it in one transaction.

        With `once` the file that was read last from its province is left at that.
        Raises ExchangeUnreadable, Refusal.
        """
        self._require(act.actor)
        file = read_exchange_file(self._secret, raw)
        with self._command_handler.database.reading() as connection:
            code = self._round(connection).code
        if file.round != code:
            raise ExchangeUnreadable(
                f"是第 {file.round} 次考试的，当前是第 {code} 次",
                f"it is of round {file.round}; the current one is {code}",
            )
        if file.province in self.provinces():
            raise ExchangeUnreadable("是本省自己的文件", "it is a file of our own province")

        def imported(connection: Connection) -> int:
            self._command_handler.database.lock(connection, exchange_stream(code))
            before = self._newest(connection, code, facts.DuplicatesImported, file.province) if once else None
            if before is not None and before.digest == file.digest:
                return 0
            duplicates.replace_foreign(connection, code, file.province, file.people)
            hits = duplicates.new_hits(connection, code, file.province)
            self._record_hits(connection, act, hits)
            fact = facts.DuplicatesImported(code, file.province, len(file.people), file.digest, len(hits))
            self._command_handler.record_behind(connection, act, exchange_stream(code), [fact])
            return len(hits)

        return file, self._command_handler.run_in_transaction(imported)

    def check(self, connection: Connection, registration: UUID) -> None:
        """Within the transaction in which somebody wrote who they are: whether a file that is here already has them."""
        row = registrations.one(connection, registration) if self._secret else None
        if row is not None:
            # Whoever imports a file holds this alone: either the file sees these details, or they see the file.
            self._command_handler.database.lock_shared(connection, exchange_stream(row["round"]))
            self._record_hits(
                connection,
                Act(CLOCK),
                duplicates.new_hits(connection, row["round"], registration=registration),
            )

    def waiting(self) -> list[Row]:
        """Duplicates without an outcome, the oldest first."""
        with self._command_handler.database.reading() as connection:
            return duplicates.waiting(connection)

    def resolve(self, request: CaseRequest, province: str, outcome: DuplicateOutcome, why: str) -> None:
        """What becomes of a duplicate. A cancellation comes first and its own fact after it: cut off between the two,
        the registration is over and waits no more. Raises Refusal."""
        self._require_office(request.actor)
        if not why.strip():
            raise Refusal(RefusalCode.WHY_MISSING)
        require_text(why, LONGEST_NOTE)
        with self._command_handler.database.reading() as connection:
            row = registrations.one(connection, request.registration)
            if row is None or not duplicates.is_waiting(connection, request.registration, province):
                raise Refusal(RefusalCode.EXCHANGE_OVER)
        said = outcome.value
        if outcome in (DuplicateOutcome.REFUND, DuplicateOutcome.KEEP_FEE):
            said = "cancelled"
            money = PaidFee.REFUND if outcome is DuplicateOutcome.REFUND else PaidFee.KEEP
            reason = f"跨省重复报名（省 {province}）：{why.strip()}"[:LONGEST_NOTE]
            self._registrations.cancel(request, reason, money, why.strip())

        def resolved(connection: Connection) -> None:
            stream = duplicate_stream(request.registration, province)
            self._command_handler.database.lock(connection, stream)
            if duplicates.is_waiting(connection, request.registration, province):
                fact = facts.DuplicateResolved(request.registration, province, said, why.strip())
                act = Act(request.actor, request.command_id)
                self._command_handler.record_behind(
                    connection, act, stream, [fact], subject=row["sealed_for"]
                )

        self._command_handler.run_in_transaction(resolved)

    def _file(
        self, connection: Connection, code: str, province: str
    ) -> tuple[bytes, facts.DuplicatesExported]:
        people = list(duplicates.own_people(connection, code, province))
        file = b"".join(written(self._secret, code, province, len(people), people))
        return file, facts.DuplicatesExported(code, province, len(people), sha256(file).hexdigest())

    def _all(self, connection: Connection, code: str, kind: type[FileFact]) -> list[FileFact]:
        history = self._command_handler.store.history(connection, exchange_stream(code))
        return [fact for fact in history if isinstance(fact, kind)]

    def _newest(
        self, connection: Connection, code: str, kind: type[FileFact], province: str
    ) -> FileFact | None:
        ours = [fact for fact in self._all(connection, code, kind) if fact.province == province]
        return ours[-1] if ours else None

    def _record_hits(self, connection: Connection, act: Act, hits: Sequence[Row]) -> None:
        for hit in hits:
            found = facts.DuplicateFound(hit["id"], hit["province"], tuple(hit["subjects"].split()))
            stream = duplicate_stream(hit["id"], hit["province"])
            self._command_handler.record_behind(connection, act, stream, [found])

    def _round(self, connection: Connection) -> Round:
        round_ = self._command_handler.exams.current(connection)
        if round_ is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return round_

    def _require(self, actor: Actor) -> None:
        if actor != CLOCK:
            self._require_office(actor)
        if not self._secret:
            raise Refusal(RefusalCode.EXCHANGE_NO_KEY)

    def _require_office(self, actor: Actor) -> None:
        if actor.role is not Role.OFFICE:
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)


def exchange_stream(round_code: str) -> UUID:
    """The stream of a round's files."""
    return uuid5(NAMESPACE, f"exchange:{round_code}")


def duplicate_stream(registration: UUID, province: str) -> UUID:
    """The stream of one duplicate."""
    return uuid5(registration, f"duplicate:{province}")
