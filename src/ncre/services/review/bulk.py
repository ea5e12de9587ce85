"""One decision over many cases: a run that is prepared, looked at, started, and carried on until every case has its answer.

Each case is a command of its own, bound to the version that was seen, under an id that follows from run and case. So a
run may stop anywhere, go on in another process, and decides no case twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

from sqlalchemy import Connection

from ncre.domain.refusal_wording import in_both_languages
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.rejection_reasons import require_reasons, require_text
from ncre.domain.registration.vocabulary import Step
from ncre.handlers.command_handler import CommandHandler
from ncre.handlers.outages import OUTAGES
from ncre.operational import review_runs
from ncre.operational.review_runs import LEASE, LONGEST_NOTE, ReviewRun, RunItem
from ncre.operational.review_runs import ItemState as ItemState
from ncre.operational.review_runs import RunState as RunState
from ncre.services.accounts.actors import Actors
from ncre.services.registration.case_request import CaseRequest
from ncre.services.registration.registrations import Decision, Registrations
from ncre.services.review.notes import SealedNotes

log = logging.getLogger(__name__)

MOST: Final = 10_000
"""Cases of one run."""

PORTION: Final = 20
"""Cases between two looks at the lease."""

AT_ONCE: Final = 400
"""Cases that the worker decides of a run in one of its rounds, so that deadlines wait for no run."""

STEPS: Final = frozenset({Step.APPROVE, Step.REJECT})

NO_ANSWER: Final = frozenset(
    {*OUTAGES.values(), RefusalCode.BUSY, RefusalCode.PHOTOS_SILENT, RefusalCode.PHOTOS_BUSY}
)
"""Refusals that say nothing of the case: it is asked for again when the run goes on."""


class Owner(Protocol):
    """Whose run it is: a member of staff, or an integration."""

    @property
    def id(self) -> UUID:
        """That of the account or integration."""


@dataclass(frozen=True)
class Chosen:
    """A case and its version as they were seen; `why` is what already forbids it, as a refusal."""

    registration: UUID
    seen: int
    number: str
    why: Refusal | None = None


@dataclass(frozen=True)
class BulkProgress:
    """A run, and how many of its cases stand where."""

    run: ReviewRun
    counts: dict[ItemState, int]

    @property
    def total(self) -> int:
        """All cases of the run."""
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        """Those that have their answer."""
        return self.total - self.counts[ItemState.WAITING]


class BulkReview:
    """Runs of bulk review. Any number of processes may carry on; one at a time has the lease of a run."""

    def __init__(
        self,
        command_handler: CommandHandler,
        registrations: Registrations,
        actors: Actors,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = command_handler.database
        self._notes = SealedNotes(command_handler.store, "bulk-review")
        self._registrations = registrations
        self._actors = actors
        self._clock = clock

    def prepare(self, run: UUID, account: Owner, step: Step, chosen: Sequence[Chosen]) -> ReviewRun:
        """A draft over these cases; nothing is decided. The same id again is the same draft.

        Raises Refusal where nothing or too much was chosen.
        """
        if step not in STEPS or not chosen:
            raise Refusal(RefusalCode.NOTHING_CHOSEN)
        if len(chosen) > MOST:
            raise Refusal(RefusalCode.TOO_MUCH_CHOSEN, most=MOST)
        with self._database.transaction() as connection:
            self._database.lock(connection, run)
            known = review_runs.one(connection, run)
            if known is not None:
                if known.account != account.id:
                    raise Refusal(RefusalCode.RUN_UNKNOWN)
                return known
            made = ReviewRun(run, account.id, step.value, [], RunState.DRAFT.value, self._clock())
            review_runs.add(connection, made, [_item(run, place, one) for place, one in enumerate(chosen)])
        return made

    def of(self, account: Owner, run: UUID) -> BulkProgress:
        """A run of this account's. Raises Refusal: another's is as good as none."""
        with self._database.reading() as connection:
            found = review_runs.one(connection, run)
            if found is None or found.account != account.id:
                raise Refusal(RefusalCode.RUN_UNKNOWN)
            return BulkProgress(found, review_runs.counts(connection, run))

    def newest_of(self, account: Owner) -> list[BulkProgress]:
        """The newest runs of an account, the newest first."""
        with self._database.reading() as connection:
            return [
                BulkProgress(run, review_runs.counts(connection, run.id))
                for run in review_runs.newest_of(connection, account.id)
            ]

    def items(self, run: UUID, states: Iterable[ItemState], limit: int) -> list[RunItem]:
        """Items of a run in these states, in its order."""
        with self._database.reading() as connection:
            return review_runs.items(connection, run, states, limit)

    def start(self, account: Owner, run: UUID, reasons: tuple[str, ...] = (), note: str = "") -> None:
        """Once, for a rejection with its reasons and the note to the candidates. Raises Refusal."""
        if self.of(account, run).run.step == Step.REJECT:
            require_text(note, LONGEST_NOTE)
            require_reasons(reasons, note)
        else:
            reasons, note = (), ""
        with self._database.transaction() as connection:
            box = self._notes.seal(connection, account.id, str(run), note)
            review_runs.start(connection, run, self._clock(), sorted(reasons), box)

    def carry_on(self, run: UUID, most: int) -> int:
        """Decide up to `most` cases that wait; how many. Nothing where another process is at it. Raises Refusal where
        the database or the photos give no answer; then the run goes on from there later."""
        now = self._clock()
        with self._database.transaction() as connection:
            if not review_runs.lease(connection, run, now, now + LEASE):
                return 0
            known = review_runs.one(connection, run)
        if known is None:
            return 0
        try:
            return self._portions(known, most)
        finally:
            self._let_go(run)

    def run_due(self) -> None:
        """For the worker's rounds: every run that nobody carries on goes on by a portion."""
        with self._database.reading() as connection:
            runs = review_runs.running(connection, self._clock())
        for run in runs:
            try:
                self.carry_on(run.id, AT_ONCE)
            except Refusal as refusal:
                log.warning("the bulk run %s is put off: %s", run.id, refusal.code.value)
                return

    def tidy(self, before: datetime) -> None:
        """Forget drafts and ended runs of before a moment."""
        with self._database.transaction() as connection:
            review_runs.tidy(connection, before)

    def _portions(self, run: ReviewRun, most: int) -> int:
        actor, place, done = self._actors.reviewer(run.account), -1, 0
        with self._database.reading() as connection:
            note = self._notes.open(connection, run.account, str(run.id), run.box)
        while done < most:
            with self._database.reading() as connection:
                items = review_runs.waiting(connection, run.id, place, min(PORTION, most - done))
            for item in items:
                self._decide(run, item, actor, note)
            done, place = done + len(items), items[-1].place if items else place
            with self._database.transaction() as connection:
                if not items:
                    self._end(connection, run.id)
                    break
                review_runs.change(connection, run.id, leased_until=self._clock() + LEASE)
        return done

    def _decide(self, run: ReviewRun, item: RunItem, actor: Actor | None, note: str) -> None:
        """One case: the command, then the note of what came of it. Killed in between, the command finds itself done."""
        try:
            if actor is None:
                raise Refusal(RefusalCode.NOT_YOUR_ROLE)
            decision = self._command(run, item, actor, note)
        except Refusal as refusal:
            if refusal.code in NO_ANSWER:
                raise
            state, why = ItemState.REFUSED, _in_words(refusal)
        else:
            state, why = ItemState.DONE if decision.before is None else ItemState.ALREADY, ("", "", "")
        with self._database.transaction() as connection:
            review_runs.settle(connection, item, state, *why)

    def _command(self, run: ReviewRun, item: RunItem, actor: Actor, note: str) -> Decision:
        request = CaseRequest(
            registration=item.registration,
            actor=actor,
            seen=item.seen,
            command_id=uuid5(run.id, item.registration.hex),
        )
        if run.step == Step.APPROVE:
            return self._registrations.approve(request)
        return self._registrations.reject(request, tuple(run.reasons), note)

    def _end(self, connection: Connection, run: UUID) -> None:
        left = review_runs.counts(connection, run)[ItemState.WAITING]
        if not left:
            review_runs.end(connection, run, self._clock())

    def _let_go(self, run: UUID) -> None:
        with self._database.transaction() as connection:
            review_runs.change(connection, run, leased_until=None)


def _item(run: UUID, place: int, chosen: Chosen) -> RunItem:
    item = RunItem(run, place, chosen.registration, chosen.seen, chosen.number)
    if chosen.why is None:
        return item
    code, zh, en = _in_words(chosen.why)
    refused = ItemState.REFUSED.value
    return RunItem(run, place, item.registration, item.seen, item.number, refused, code, zh, en)


def _in_words(refusal: Refusal) -> tuple[str, str, str]:
    """Its code, and its sentence in Chinese and in English."""
    return refusal.code.value, *in_both_languages(refusal)
