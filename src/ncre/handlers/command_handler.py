"""The command handler. A command comes in, facts go out, and rows and claims move with them or not at all.

    begin -> stream -> replay -> decide -> append -> claims -> rows -> commit

The only clock of the service is the one given to this class and to the worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid5

from sqlalchemy import Connection

from ncre.domain.exam.commands import ExamCommand
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.decision_context import DecisionContext
from ncre.domain.registration.decisions import decide
from ncre.domain.registration.state import Registration, replay
from ncre.events import access
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.handlers.bulk_seating import BulkSeating
from ncre.handlers.claim_moves import ClaimGone, ClaimMoves
from ncre.handlers.decision_contexts import DecisionContexts, Photos
from ncre.handlers.exam_planning import ExamPlanning
from ncre.handlers.fact_metadata import Act as Act
from ncre.handlers.fact_metadata import Attributed, Clock, FactMetadata, caused, newest
from ncre.handlers.transactions import Transactions
from ncre.handlers.watch import UNWATCHED, CommandResult, Watch, step_of
from ncre.projections.base import Listeners, RowsInTransaction
from ncre.projections.exam.exams import ExamRepository
from ncre.projections.rows import RegistrationRow
from ncre.store.claims import ClaimStore
from ncre.store.database import Database
from ncre.store.fact_store import FactStore

READS_PRIVATE_FIELDS = (c.FillInfo, c.AmendInfo, c.Submit, c.ChangeSubjects, c.Reject)
"""Commands whose decision compares private fields; for all others the boxes stay shut."""


BULK_THRESHOLD = 10
"""Facts from which on rows are read a table at a time."""


Done = TypeVar("Done")


class CommandHandler:
    """Load, decide, append, claim, project: one transaction a command."""

    def __init__(
        self,
        database: Database,
        store: FactStore,
        claims: ClaimStore,
        listeners: Listeners,
        clock: Clock,
        photos: Photos | None = None,
        watch: Watch = UNWATCHED,
    ) -> None:
        self.database = database
        self.store = store
        self.claims = claims
        self.listeners = listeners
        self.clock = clock
        self.exams = ExamRepository(lambda: self.clock())
        self.photos = photos
        self.upon_details: Callable[[Connection, UUID], None] = lambda _connection, _registration: None
        store.upon_erasure = listeners.forget
        self.watch = watch
        self._transactions = Transactions(database, store, watch)
        self._stamps = FactMetadata(store, clock)
        self._claims = ClaimMoves(lambda: self.claims)
        self._contexts = DecisionContexts(database, store, self.exams, lambda: self.photos)
        self._planning = ExamPlanning(store, self._stamps, self._claims)
        self._seating = BulkSeating(store, self._stamps, self._contexts)

    def handle(self, command: c.Command) -> Registration:
        """Carry a command out and return the registration as it then stands.

        Private details are in it only where the command opens them (`OPENS`); others leave them out.
        Raises Refusal when a rule says no; then nothing was recorded. A command whose id is
        already in the history has been carried out and succeeds again without effect.
        """
        with self.watch.command(step_of(command)) as answer:
            return self.run_in_transaction(lambda connection: self._carry_out(connection, command, answer))

    def allows(self, command: c.Command) -> bool:
        """Whether the command would change anything as things stand. Raises the Refusal that `handle` would."""
        with self.database.reading() as connection:
            opened = isinstance(command, READS_PRIVATE_FIELDS)
            history = self.store.history(connection, command.registration, opened=opened)
            registration = replay(command.registration, history)
            if (before := caused(history, command)) and self._stamps.same(before, command):
                return False
            context = self._contexts.of(
                connection, registration, command, self._stamps.moment(newest(history))
            )
            return bool(decide(registration, command, context))

    def run_in_transaction(self, work: Callable[[Connection], Done]) -> Done:
        """Do all of `work` in one transaction, anew on what then stands where a rival was quicker.

        Whatever `work` raises undoes it whole. Raises Refusal, also where rivals were always quicker, a claim is
        somebody else's, or the database fails.
        """
        try:
            return self._transactions.run_in_transaction(work)
        except ClaimGone as gone:
            raise gone.claim.gone() from None

    def carry_out(self, connection: Connection, command: c.Command) -> Registration:
        """`handle` within the caller's transaction. Money whose seat is gone is recorded all the same."""
        with self.watch.command(step_of(command)) as answer:
            return self._carry_out(connection, command, answer)

    def _carry_out(self, connection: Connection, command: c.Command, answer: CommandResult) -> Registration:
        if not isinstance(command, c.Settle):
            return self._answer(connection, command, answer)
        try:
            with connection.begin_nested():
                return self._answer(connection, command, answer)
        except ClaimGone:
            return self._answer(connection, replace(command, seats_gone=True), answer)

    def record(
        self,
        connection: Connection,
        asked: Attributed,
        stream: UUID,
        version: int,
        new: Iterable[Fact],
        subject: UUID | None = None,
    ) -> None:
        """Append facts to a stream that stands at `version`, other than a registration's, with their rows."""
        last = self.store.newest_stamp(connection, stream) if version else None
        recorded = self._stamps.on(new, stream, version, asked, subject, self._stamps.moment(last))
        if recorded:
            self._record(connection, recorded)

    def record_behind(
        self,
        connection: Connection,
        asked: Attributed,
        stream: UUID,
        new: Iterable[Fact],
        subject: UUID | None = None,
    ) -> None:
        """`record` facts that conflict with nothing, behind whatever a rival appended: they wait and are never BUSY."""
        self.database.lock(connection, stream)
        self.record(connection, asked, stream, self.store.version(connection, stream), new, subject)

    def seat_together(self, commands: Iterable[c.Seat]) -> None:
        """Seat different registrations in one transaction, all of them or none.

        Read, recorded and written a table at a time, for a site seats thousands. Raises Refusal when
        one of them is refused, or a chair is taken.
        """
        in_order = sorted(commands, key=lambda one: one.registration)
        with self.watch.command("seat_together") as answer:
            self.run_in_transaction(lambda connection: self._seat(connection, in_order))
            answer.recorded = bool(in_order)

    def _seat(self, connection: Connection, commands: Sequence[c.Seat]) -> None:
        """Facts before chairs, as in every command: whoever makes rows anew keeps facts away while they write claims."""
        recorded, chairs = self._seating.decided(connection, commands)
        self._append(connection, recorded)
        self._claims.take_chairs(connection, chairs)
        self._project(connection, recorded)

    def require_photo(self, row: RegistrationRow) -> None:
        """Nobody is sent to pay for a registration whose photo is lost. Raises Refusal."""
        if self.photos is not None and row["photo"] and self.photos.require_known(row["photo"]["digest"]):
            raise Refusal(RefusalCode.PHOTO_LOST)

    def plan(self, command: ExamCommand) -> None:
        """Carry out a command about a round, a site or a notice. Raises Refusal."""
        self.plan_all([command])

    def plan_all(self, planned: Sequence[ExamCommand]) -> None:
        """Carry out several of them together: all or, when one is refused, none."""
        self.run_in_transaction(lambda connection: self.plan_within(connection, planned))

    def plan_within(self, connection: Connection, planned: Iterable[ExamCommand]) -> None:
        for command in planned:
            with self.watch.command(step_of(command)) as answer:
                recorded = self._planning.decided(connection, command)
                self._record(connection, recorded)
                self._planning.set_quotas(connection, recorded)
                answer.recorded = bool(recorded)

    def record_access(self, registration: UUID, actor: c.Actor, purpose: str, why: str = "") -> None:
        """Record that staff are about to see the private details of a case; raises if it cannot."""
        self.look_at_all([registration], actor, purpose, why)

    def look_at_all(self, cases: Iterable[UUID], actor: c.Actor, purpose: str, why: str = "") -> None:
        """Record a look at each of these cases, all of them or none; raises if it cannot.

        Always in the same order, so that two who print one list do not wait for each other in a circle.
        """
        look, in_order = Act(actor), sorted(set(cases))

        def noted(connection: Connection) -> None:
            for case in in_order:
                self._note_look(connection, case, look, access.DetailsViewed(case, purpose, why))

        self.run_in_transaction(noted)

    def _note_look(self, connection: Connection, case: UUID, look: Act, viewed: access.DetailsViewed) -> None:
        self.record_behind(connection, look, uuid5(case, "access"), [viewed])

    def _answer(self, connection: Connection, command: c.Command, answer: CommandResult) -> Registration:
        answer.recorded = False
        opened = isinstance(command, READS_PRIVATE_FIELDS)
        history = self.store.history(connection, command.registration, opened=opened)
        registration = replay(command.registration, history)
        if (before := caused(history, command)) and self._stamps.same(before, command):
            return registration
        context = self._contexts.of(connection, registration, command, self._stamps.moment(newest(history)))
        if before is not None:  # another content under its id: a page that shows what was before it
            command = replace(command, seen=before.metadata.version - 1)
        with _as_sent_before(before):
            recorded = self._decided(connection, registration, command, context, context.now)
        answer.recorded = bool(recorded)
        self._append(connection, recorded)
        after = self._claim(connection, registration, recorded)
        self._project(connection, recorded)
        if any(isinstance(fact, facts.InfoFilled | facts.InfoAmended) for fact in recorded):
            self.upon_details(connection, command.registration)
        return after

    def _decided(
        self,
        connection: Connection,
        registration: Registration,
        command: c.Command,
        context: DecisionContext,
        now: datetime,
    ) -> list[Fact]:
        command = self._claims.numbered(connection, registration, command, context)
        decided = decide(registration, command, context)
        sealed_for = registration.sealed_for or getattr(command, "candidate", None)
        return self._stamps.on(decided, command.registration, registration.version, command, sealed_for, now)

    def _record(self, connection: Connection, recorded: Sequence[Fact]) -> None:
        self._append(connection, recorded)
        self._project(connection, recorded)

    def _append(self, connection: Connection, recorded: Sequence[Fact]) -> None:
        self.store.append(connection, recorded)
        self._transactions.recorded(recorded)

    def _project(self, connection: Connection, recorded: Sequence[Fact]) -> None:
        rows = RowsInTransaction(connection, self.listeners)
        if len(recorded) > BULK_THRESHOLD:
            rows.read_ahead(recorded)
        for fact in recorded:
            rows.take(fact)
        rows.flush()

    def _claim(self, connection: Connection, before: Registration, recorded: Iterable[Fact]) -> Registration:
        """Release and take what each fact says, and return the registration after all of them."""
        return self._claims.move(connection, before, recorded)


@contextmanager
def _as_sent_before(before: Fact | None) -> Iterator[None]:
    """A page that was sent before and says something else now is an outdated page, and told so in better words."""
    try:
        yield
    except Refusal as refusal:
        if before is not None and refusal.code in (RefusalCode.OUT_OF_DATE, RefusalCode.OUT_OF_TURN):
            raise Refusal(RefusalCode.SENT_BEFORE) from refusal
        raise
