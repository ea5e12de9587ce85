"""A site that is called off as a whole: everybody is cancelled with their money decided, or carried over to the next round.

The run is begun in one transaction: the site is closed, the fact says so, and everybody it concerns is listed. Then the
worker, or whoever looks at its page, deals with one registration after the other, each by a command of its own whose
id follows from run and registration. So whatever stops it, it goes on where it was, and nobody is dealt with twice.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import Connection

from ncre.domain.exam.commands import CallOffSite
from ncre.domain.exam.plan import Round
from ncre.domain.exam.site_run import cause_of_run
from ncre.domain.refusal_wording import in_both_languages
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE, Actor, Cancel, PaidFee, Postpone
from ncre.domain.registration.lifecycle import HOLDS_SEATS, PAID
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events.exam import SiteCalledOff
from ncre.handlers.command_handler import CommandHandler
from ncre.handlers.outages import OUTAGES
from ncre.operational import site_runs
from ncre.operational.site_runs import CaseState, RunCase, SiteRun
from ncre.projections.registration import registrations
from ncre.projections.rows import HoldingRow, RegistrationRow
from ncre.services.exam.calling_off_request import (
    CallingOffProgress,
    CallOff,
    CallOffPreview,
    hindrance,
    hindrances,
    mark_of,
)
from ncre.services.exam.revision_commands import Revise
from ncre.services.exam.revisions import Revisions
from ncre.services.registration.changes import Changes

log = logging.getLogger("ncre.calling_off")

PORTION: Final = 100
"""Cases that one round of the worker, or one look at the page, deals with."""

SHOWN: Final = 500
"""Refusals that a page lists."""

LATER: Final = frozenset({RefusalCode.CHANNEL_SILENT, RefusalCode.BUSY, *OUTAGES.values()})
"""Refusals that say nothing about the case: it waits, and is tried again."""


class CallingOff:
    """Calls sites off, and deals with everybody there."""

    def __init__(self, command_handler: CommandHandler, revisions: Revisions, changes: Changes) -> None:
        self._command_handler = command_handler
        self._database = command_handler.database
        self._revisions = revisions
        self._changes = changes

    def preview(self, round_code: str, site: str, to: str = "") -> CallOffPreview:
        """Whom it would concern; nothing is recorded. Raises Refusal for a site or round that there is not."""
        return self.previews(round_code, site, [to])[to]

    def previews(self, round_code: str, site: str, to: Iterable[str]) -> dict[str, CallOffPreview]:
        """`preview` for each of these rounds, "" for none; who is there is read once."""
        with self._database.reading() as connection:
            rows = registrations.holding_seats_at(connection, round_code, site)
            return {one: self._preview(connection, round_code, site, one, rows) for one in to}

    def begin(self, asked: CallOff) -> UUID:
        """Close the site, record that it is called off, and list everybody there. Sent twice, it begins once.

        Raises Refusal, also where others are concerned than were seen.
        """
        if asked.actor.role is not Role.OFFICE:
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        if not asked.why.strip():
            raise Refusal(RefusalCode.WHY_MISSING)
        return self._command_handler.run_in_transaction(lambda connection: self._begun(connection, asked))

    def runs(self, round_code: str, site: str) -> list[SiteRun]:
        """How often the site was called off in a round, the newest first."""
        with self._database.reading() as connection:
            return site_runs.of_site(connection, round_code, site)

    def runs_by_site(self, round_code: str) -> dict[str, list[SiteRun]]:
        """How often each site was called off in a round, the newest first; sites that never were are missing."""
        found: dict[str, list[SiteRun]] = {}
        with self._database.reading() as connection:
            for run in site_runs.of_round(connection, round_code):
                found.setdefault(run.site, []).append(run)
        return found

    def progress(self, run: UUID) -> CallingOffProgress:
        """Raises Refusal where there is no such run."""
        with self._database.reading() as connection:
            found = site_runs.find(connection, run)
            if found is None:
                raise Refusal(RefusalCode.NOT_FOUND)
            counts = site_runs.counts(connection, run)
            refusals = tuple(site_runs.refused(connection, run, SHOWN))
        return CallingOffProgress(
            found,
            counts.get(CaseState.DONE, 0),
            counts.get(CaseState.WAITING, 0),
            counts.get(CaseState.REFUSED, 0),
            refusals,
        )

    def go_on(self, run: UUID, most: int = PORTION) -> int:
        """Deal with the next cases of a run; how many. Any number of processes may do so at once."""
        with self._database.reading() as connection:
            found = site_runs.find(connection, run)
            cases = site_runs.waiting(connection, run, most) if found else []
        if found is None:
            return 0
        done = sum(self._dealt_with(found, case) for case in cases)
        self._end(found)
        return done

    def try_again(self, run: UUID, actor: Actor) -> None:
        """Those that were refused are tried once more. Raises Refusal."""
        if actor.role is not Role.OFFICE:
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        with self._database.transaction() as connection:
            site_runs.try_refused_again(connection, run)

    def run_due(self) -> None:
        """For the worker's rounds."""
        with self._database.reading() as connection:
            runs = site_runs.open_runs(connection)
        for run in runs:
            if done := self.go_on(run.id):
                log.info("site %s of round %s: %s dealt with", run.site, run.round, done)

    def _begun(self, connection: Connection, asked: CallOff) -> UUID:
        if site_runs.find(connection, asked.command_id) is not None:
            return asked.command_id
        if any(one.ended_at is None for one in site_runs.of_site(connection, asked.round, asked.site)):
            raise Refusal(RefusalCode.CALLED_OFF_ALREADY)
        there = registrations.holding_seats_at(connection, asked.round, asked.site)
        shown = self._preview(connection, asked.round, asked.site, asked.to, there)
        if asked.seen != shown.mark:
            raise Refusal(RefusalCode.PREVIEW_OUTDATED)
        if not asked.to and shown.amount and asked.money is None:
            raise Refusal(RefusalCode.MONEY_UNDECIDED, paid=f"{shown.amount / 100:.2f}")
        self._close_site(connection, asked)
        money = asked.money.value if asked.money else ""
        off = SiteCalledOff(
            asked.round,
            asked.site,
            asked.to,
            "" if asked.to else money or "refund",
            asked.why.strip(),
            shown.people,
        )
        self._command_handler.plan_within(
            connection, [CallOffSite(actor=asked.actor, command_id=asked.command_id, off=off)]
        )
        run = SiteRun(
            asked.command_id,
            asked.round,
            asked.site,
            asked.to,
            off.money,
            asked.why.strip(),
            asked.actor.id,
            self._command_handler.clock(),
        )
        cases = [
            RunCase(
                run.id,
                row["id"],
                row["number"] or "",
                bool(asked.to) and Status(row["status"]) in PAID,
                CaseState.WAITING.value,
                {},
            )
            for row in registrations.holding_seats_at(connection, asked.round, asked.site)
        ]
        site_runs.add(connection, run, cases)
        return run.id

    def _close_site(self, connection: Connection, asked: CallOff) -> None:
        """By a revision of the round, so that it stands in its history with author and reason."""
        site = self._command_handler.exams.site(connection, asked.round, asked.site)
        if site is None or site.closed:
            return
        wanted = self._revisions.wanted_within(connection, asked.round)
        left = replace(wanted, sites=tuple(one for one in wanted.sites if one.code != asked.site))
        self._revisions.revise_within(
            connection,
            Revise(
                actor=asked.actor, wanted=left, why=asked.why, command_id=uuid5(asked.command_id, "closing")
            ),
        )

    def _preview(
        self, connection: Connection, round_code: str, site: str, to: str, rows: Sequence[HoldingRow]
    ) -> CallOffPreview:
        exams = self._command_handler.exams
        if exams.site(connection, round_code, site) is None:
            raise Refusal(RefusalCode.SITE_UNKNOWN, site=site)
        target = self._target(connection, round_code, to)
        there = exams.site(connection, to, site) if target else None
        counts = Counter(row["status"] for row in rows)
        hindered = hindrances(rows, there, to) if target else {}
        paid = [row for row in rows if row["payment"]]
        return CallOffPreview(
            {status: counts[status] for status in Status if counts[status]},
            len(paid),
            sum(row["payment"]["amount"] for row in paid if row["payment"]),
            target,
            hindered,
            mark_of(f"{round_code} {site} {to}", rows),
        )

    def _target(self, connection: Connection, round_code: str, to: str) -> Round | None:
        if not to:
            return None
        target = self._command_handler.exams.round(connection, to)
        if target is None or to == round_code:
            raise Refusal(RefusalCode.ROUND_TO_MISSING)
        return target

    def _dealt_with(self, run: SiteRun, case: RunCase) -> bool:
        """Whether something came of it; what only failed for now waits."""
        try:
            self._command(run, case)
        except Refusal as refusal:
            if refusal.code in LATER:
                log.warning("%s waits: %s", case.registration, refusal.code.value)
                return False
            self._note(case, CaseState.REFUSED, in_both_languages(refusal)._asdict())
            return True
        self._note(case, CaseState.DONE, {})
        return True

    def _command(self, run: SiteRun, case: RunCase) -> None:
        """Raises Refusal. A case that somebody cancelled meanwhile is so already."""
        by = Actor(run.actor, Role.OFFICE, EVERY_SITE)
        identity, cause = uuid5(run.id, str(case.registration)), cause_of_run(run.id)
        with self._database.reading() as connection:
            row = registrations.one(connection, case.registration)
        if row is None:
            return
        status = Status(row["status"])
        if run.to_round and status in PAID:
            self._postpone(run, row, by, identity, cause)
            return
        if row["round"] != run.round or status not in HOLDS_SEATS:
            return
        money = PaidFee(run.money) if run.money else PaidFee.REFUND
        self._changes.carry_out(
            Cancel(
                registration=case.registration,
                actor=by,
                command_id=identity,
                cause=cause,
                reason=run.why,
                money=money,
                money_reason=run.why,
            )
        )

    def _postpone(self, run: SiteRun, row: RegistrationRow, by: Actor, identity: UUID, cause: str) -> None:
        asked = Postpone(
            registration=row["id"],
            actor=by,
            command_id=identity,
            cause=cause,
            to=run.to_round,
            reason=run.why,
        )

        def postponed(connection: Connection) -> None:
            there = self._command_handler.exams.site(connection, run.to_round, run.site)
            if row["round"] == run.round and (why := hindrance(row, there, run.to_round)) is not None:
                raise why
            self._command_handler.carry_out(connection, asked)

        self._command_handler.run_in_transaction(postponed)

    def _note(self, case: RunCase, state: CaseState, said: Mapping[str, str]) -> None:
        with self._database.transaction() as connection:
            site_runs.note(connection, case, state, said)

    def _end(self, run: SiteRun) -> None:
        now: datetime = self._command_handler.clock()
        with self._database.transaction() as connection:
            if not site_runs.waiting(connection, run.id, 1):
                site_runs.end(connection, run.id, now)
