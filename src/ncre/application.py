"""The one door. A command comes in, facts go out, and rows and claims move with them or not at all.

    begin -> stream -> replay -> decide -> append -> claims -> rows -> commit

The only clock of the house is the one given to this class and to the worker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID, uuid4, uuid5

from eventsourcing.persistence import IntegrityError
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from ncre.domain import commands as c
from ncre.domain.claims import Chair, Claim, Place, Seat, changes
from ncre.domain.decisions import Scene, decide
from ncre.domain.exam import (
    WHOLE_SITE,
    ExamCommand,
    Round,
    Site,
    decide_exam,
    replay_exam,
    stream_of,
)
from ncre.domain.numbers import registration_number
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import Registration, evolve, replay
from ncre.events import exam as exam_facts
from ncre.events import registration as facts
from ncre.events.base import Envelope, Fact
from ncre.events.claimbook import ClaimBook
from ncre.events.database import Database
from ncre.events.sealing import PersonErased
from ncre.events.store import FactStore
from ncre.projections.base import Listeners, Row, RowsInTransaction
from ncre.projections.exam import ExamBook

log = logging.getLogger("ncre.application")

Clock = Callable[[], datetime]

ATTEMPTS = 3
"""How often a command is answered anew when a rival was quicker; each time on what then stands."""


OPENS = (c.FillInfo, c.AmendInfo, c.Reject)
"""Commands whose decision compares private fields; for all others the boxes stay shut."""


RESTS_ON_PHOTO = (c.UploadPhoto, c.ReplacePhoto, c.RequestReview, c.Approve, c.Confirm)
"""Commands that ask whether a photo can still be read: what is taken over, what is looked at, what may be mended."""


MANY = 10
"""Facts from which on rows are read a table at a time."""


Done = TypeVar("Done")


class Asked(Protocol):
    """What a stamp needs to know of any command."""

    @property
    def actor(self) -> c.Actor: ...
    @property
    def command_id(self) -> UUID: ...


@dataclass(frozen=True)
class Act:
    """What stands behind facts that no command asked for: who acted, and what moved them."""

    actor: c.Actor
    command_id: UUID = field(default_factory=uuid4)
    cause: str = ""


class Photos(Protocol):
    """Where photos are kept, as far as decisions ask."""

    def require_known(self, digest: str) -> bool:
        """Whether the photo of this digest is lost or damaged. Raises Refusal where that cannot be told now."""


class ClaimGone(Exception):
    """A claim that somebody else holds; the transaction is rolled back."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim.key)
        self.claim = claim


class Application:
    """Load, decide, append, claim, project: one transaction a command."""

    def __init__(
        self,
        database: Database,
        store: FactStore,
        claims: ClaimBook,
        listeners: Listeners,
        clock: Clock,
        photos: Photos | None = None,
    ) -> None:
        self.database = database
        self.store = store
        self.claims = claims
        self.listeners = listeners
        self.clock = clock
        self.exams = ExamBook()
        self.photos = photos

    def handle(self, command: c.Command) -> Registration:
        """Carry a command out and return the registration as it then stands.

        Private details are in it only where the command opens them (`OPENS`); others leave them out.
        Raises Refusal when a rule says no; then nothing was recorded. A command whose id is
        already in the history has been carried out and succeeds again without effect.
        """
        return self.together(lambda connection: self.carry_out(connection, command))

    def allows(self, command: c.Command) -> bool:
        """Whether the command would change anything as things stand. Raises the Refusal that `handle` would."""
        with self.database.reading() as connection:
            opened = isinstance(command, OPENS)
            history = self.store.history(connection, command.registration, opened=opened)
            registration = replay(command.registration, history)
            if _has_caused(history, command.command_id):
                return False
            return bool(decide(registration, command, self._scene(connection, registration, command)))

    def together(self, work: Callable[[Connection], Done]) -> Done:
        """Do all of `work` in one transaction, anew on what then stands where a rival was quicker.

        Whatever `work` raises undoes it whole. Raises Refusal, also where rivals were always quicker.
        """
        for _ in range(ATTEMPTS):
            try:
                with self.database.transaction() as connection:
                    return work(connection)
            except (IntegrityError, OperationalError) as rival:
                log.info("done anew: %s", rival)
            except PersonErased:
                raise Refusal(RefusalCode.PERSON_ERASED) from None
            except ClaimGone as gone:
                raise gone.claim.gone() from None
        raise Refusal(RefusalCode.BUSY)

    def carry_out(self, connection: Connection, command: c.Command) -> Registration:
        """`handle` within the caller's transaction. Money whose seat is gone is recorded all the same."""
        if not isinstance(command, c.Settle):
            return self._answer(connection, command)
        try:
            with connection.begin_nested():
                return self._answer(connection, command)
        except ClaimGone:
            return self._answer(connection, replace(command, seats_gone=True))

    def record(
        self,
        connection: Connection,
        asked: Asked,
        stream: UUID,
        version: int,
        new: Iterable[Fact],
        subject: UUID | None = None,
    ) -> None:
        """Append facts to a stream that stands at `version`, other than a registration's, with their rows."""
        recorded = self._stamped(new, stream, version, asked, subject)
        if recorded:
            self._record(connection, recorded)

    def record_behind(
        self,
        connection: Connection,
        asked: Asked,
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
        self.together(lambda connection: self._answer_together(connection, in_order))

    def require_photo(self, row: Row) -> None:
        """Nobody is sent to pay for a registration whose photo is lost. Raises Refusal."""
        if self.photos is not None and row["photo"] and self.photos.require_known(row["photo"]["digest"]):
            raise Refusal(RefusalCode.PHOTO_LOST)

    def plan(self, command: ExamCommand) -> None:
        """Carry out a command about a round, a site or a notice. Raises Refusal."""
        self.plan_all([command])

    def plan_all(self, planned: Sequence[ExamCommand]) -> None:
        """Carry out several of them together: all or, when one is refused, none."""
        self.together(lambda connection: self.plan_within(connection, planned))

    def plan_within(self, connection: Connection, planned: Iterable[ExamCommand]) -> None:
        for command in planned:
            stream = stream_of(command)
            history = self.store.history(connection, stream)
            if _has_caused(history, command.command_id):
                continue
            decided = decide_exam(replay_exam(stream, history), command)
            recorded = self._stamped(decided, stream, len(history), command, None)
            self._record(connection, recorded)
            for fact in recorded:
                self._set_quotas(connection, fact)

    def look(self, registration: UUID, actor: c.Actor, purpose: str, why: str = "") -> None:
        """Record that staff are about to see the private details of a case; raises if it cannot."""
        self.look_at_all([registration], actor, purpose, why)

    def look_at_all(self, cases: Iterable[UUID], actor: c.Actor, purpose: str, why: str = "") -> None:
        """Record a look at each of these cases, all of them or none; raises if it cannot.

        Always in the same order, so that two who print one list do not wait for each other in a circle.
        """
        look, in_order = Act(actor), sorted(set(cases))

        def noted(connection: Connection) -> None:
            for case in in_order:
                self._note_look(connection, case, look, facts.DetailsViewed(case, purpose, why))

        self.together(noted)

    def _note_look(self, connection: Connection, case: UUID, look: Act, viewed: facts.DetailsViewed) -> None:
        self.record_behind(connection, look, uuid5(case, "access"), [viewed])

    def _answer(self, connection: Connection, command: c.Command) -> Registration:
        opened = isinstance(command, OPENS)
        history = self.store.history(connection, command.registration, opened=opened)
        registration = replay(command.registration, history)
        if _has_caused(history, command.command_id):
            return registration
        scene = self._scene(connection, registration, command)
        recorded = self._decided(connection, registration, command, scene)
        self.store.append(connection, recorded)
        after = self._claim(connection, registration, recorded)
        self._project(connection, recorded)
        return after

    def _answer_together(self, connection: Connection, commands: Sequence[c.Seat]) -> None:
        histories = self.store.histories(connection, [command.registration for command in commands])
        scenes: dict[tuple[str, str], Scene] = {}
        recorded: list[Fact] = []
        chairs: list[tuple[str, UUID]] = []
        for command in commands:
            history = histories[command.registration]
            registration = replay(command.registration, history)
            if _has_caused(history, command.command_id):
                continue
            place = registration.round, registration.site
            if place not in scenes:
                scenes[place] = self._scene(connection, registration, command)
            for fact in self._decided(connection, registration, command, scenes[place]):
                after = evolve(registration, fact)
                chairs += [(chair.key, after.id) for chair in changes(registration, after, fact).taken]
                recorded.append(fact)
                registration = after
        if not self.claims.take_all(connection, chairs):
            raise Refusal(RefusalCode.BUSY)
        self._record(connection, recorded)

    def _decided(
        self, connection: Connection, registration: Registration, command: c.Command, scene: Scene
    ) -> list[Fact]:
        command = self._numbered(connection, registration, command, scene)
        decided = decide(registration, command, scene)
        sealed_for = registration.sealed_for or getattr(command, "candidate", None)
        return self._stamped(decided, command.registration, registration.version, command, sealed_for)

    def _scene(self, connection: Connection, registration: Registration, command: c.Command) -> Scene:
        code = command.round if isinstance(command, c.Agree) else registration.round
        round_ = self.exams.round(connection, code)
        if round_ is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        site = self._site(connection, round_, registration, command)
        return Scene(self.clock(), round_, site, self._photo_lost(registration, command))

    def _photo_lost(self, registration: Registration, command: c.Command) -> bool:
        """Whether the photo on which the command rests is lost; it is not looked for where nothing rests on it."""
        resting = command if isinstance(command, c.UploadPhoto) else registration
        if self.photos is None or resting.photo is None or not isinstance(command, RESTS_ON_PHOTO):
            return False
        return self.photos.require_known(resting.photo.digest)

    def _site(
        self, connection: Connection, round_: Round, registration: Registration, command: c.Command
    ) -> Site | None:
        code = command.site if isinstance(command, c.Submit | c.ChangeSubjects) else registration.site
        return self.exams.site(connection, round_.code, code) if code else None

    def _numbered(
        self, connection: Connection, registration: Registration, command: c.Command, scene: Scene
    ) -> c.Command:
        """Draw a registration number where the command will need one.

        考次 2 + site 6 + serial 6 digits (domain facts §3.2, a placeholder form). A refused command
        rolls the draw back with everything else.
        """
        if not isinstance(command, c.Submit | c.ChangeSubjects) or scene.site is None:
            return command
        if registration.number and registration.site == command.site:
            return command
        serial = self.claims.draw(connection, f"number:{scene.round.code}:{command.site}")
        return replace(command, number=registration_number(scene.round.code, command.site, serial))

    def _stamped(
        self, decided: Iterable[Fact], stream: UUID, version: int, asked: Asked, subject: UUID | None
    ) -> list[Fact]:
        now = self.clock()
        return [
            fact.stamped(
                Envelope(
                    stream=stream,
                    version=version + place,
                    recorded_at=now,
                    actor=asked.actor.id,
                    role=asked.actor.role.value,
                    command_id=asked.command_id,
                    subject=subject,
                    on_behalf_of=getattr(asked, "on_behalf_of", ""),
                    cause=getattr(asked, "cause", ""),
                )
            )
            for place, fact in enumerate(decided, start=1)
        ]

    def _record(self, connection: Connection, recorded: Sequence[Fact]) -> None:
        self.store.append(connection, recorded)
        self._project(connection, recorded)

    def _project(self, connection: Connection, recorded: Sequence[Fact]) -> None:
        rows = RowsInTransaction(connection, self.listeners)
        if len(recorded) > MANY:
            rows.read_ahead(recorded)
        for fact in recorded:
            rows.take(fact)
        rows.flush()

    def _claim(self, connection: Connection, before: Registration, recorded: Iterable[Fact]) -> Registration:
        """Release and take what each fact says, and return the registration after all of them."""
        for fact in recorded:
            after = evolve(before, fact)
            for claim, wanted in changes(before, after, fact).in_order():
                (self._take if wanted else self._release)(connection, claim, after.id)
            before = after
        return before

    def _take(self, connection: Connection, claim: Claim, holder: UUID) -> None:
        match claim:
            case Place() | Chair():
                taken = self.claims.take(connection, claim.key, holder)
            case Seat():
                taken = self.claims.take_counted(connection, claim.key)
        if not taken:
            raise ClaimGone(claim)

    def _release(self, connection: Connection, claim: Claim, holder: UUID) -> None:
        match claim:
            case Place() | Chair():
                self.claims.release(connection, claim.key, holder)
            case Seat():
                self.claims.release_counted(connection, claim.key)

    def _set_quotas(self, connection: Connection, fact: Fact) -> None:
        """A site's plan says how many seats each counter has; what was taken stays taken."""
        if not isinstance(fact, exam_facts.SiteOpened | exam_facts.SiteRevised):
            return
        quotas = {offer.subject: offer.quota for offer in fact.plan.offers}
        quotas[WHOLE_SITE] = fact.plan.quota
        for subject, quota in sorted(quotas.items()):
            self.claims.set_quota(connection, Seat(fact.round, fact.plan.code, subject).key, quota)


def _has_caused(history: Iterable[Fact], command_id: UUID) -> bool:
    return any(fact.stamp.command_id == command_id for fact in history)
