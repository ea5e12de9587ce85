"""A round is revised: by whom, why, and from which revision; what that changes, and whom it touches.

The same for files and pages: whoever revises hands over the whole round as it shall be (`Revisions.wanted`
gives it as it is). Everything is recorded together, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from ncre.domain.accounts.staff import LONGEST_WHY
from ncre.domain.exam.plan import notices_id, revisions_id
from ncre.domain.exam.revised_point import change_of
from ncre.domain.exam.revision import Change, Plans, plan_changes
from ncre.domain.exam.revision_rules import RULES, RevisionOutcome
from ncre.domain.exam.revision_touches import Holder
from ncre.domain.exam.revision_weighing import Weighed, needs_people, weighed
from ncre.domain.exam.revision_wording import change_words, outcome_words
from ncre.domain.exam.state import replay_exam
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events.exam import NoticePosted
from ncre.events.exam_revision import RoundRevisionMade
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.exam.holders import holders
from ncre.rounds.loader import LoadedRound, NoticeText
from ncre.services.exam.revision_commands import SHOWN, Revise, Revision, commands_of, wanted_plans


@dataclass(frozen=True)
class RevisionMade:
    """A revision that was recorded, with who made it and when."""

    number: int
    at: datetime
    actor: str
    role: str
    made: RoundRevisionMade


class Revisions:
    """Changes of a round that is open: shown before they are made, then made together."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def difference(self, wanted: LoadedRound) -> Revision:
        """What a revision would change and whom it would touch; nothing is recorded."""
        with self._command_handler.database.reading() as connection:
            return self._weighed(connection, wanted)

    def revise(self, asked: Revise) -> Revision:
        """Carry a revision out and return what it changed; without changes nothing is recorded.

        Raises Refusal: not for this actor, without a reason, made from an older revision, or a change
        that takes away what was given out; then nothing was recorded.
        """
        return self._command_handler.run_in_transaction(
            lambda connection: self.revise_within(connection, asked)
        )

    def revise_within(self, connection: Connection, asked: Revise) -> Revision:
        """`revise` in the caller's transaction."""
        if asked.actor.role not in (Role.OFFICE, Role.SITE_ADMIN):
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        return self._revised(connection, asked, _reason(asked.why))

    def wanted(self, round_code: str) -> LoadedRound:
        """The round as it is in force, to be changed and handed back. Raises Refusal where there is none."""
        with self._command_handler.database.reading() as connection:
            return self.wanted_within(connection, round_code)

    def wanted_within(self, connection: Connection, round_code: str) -> LoadedRound:
        """`wanted` in the caller's transaction."""
        plans = self._plans(connection, round_code)
        if plans.round is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        notices = (
            NoticeText(one.kind, one.title, one.title_en, one.body, one.body_en)
            for one in plans.notices.values()
        )
        return LoadedRound(plans.round, tuple(plans.sites.values()), tuple(notices))

    def number(self, round_code: str) -> int:
        """The number of the revision in force; 0 where none was recorded."""
        with self._command_handler.database.reading() as connection:
            return self._command_handler.store.version(connection, revisions_id(round_code))

    def post(
        self,
        notice: NoticePosted,
        actor: Actor,
        why: str,
        replaces: int | None = None,
        command_id: UUID | None = None,
    ) -> Revision:
        """Revise one notice of a round; the newest of its kind counts. Raises Refusal as `revise` does.

        `replaces` is the version of the notice that was looked at, 0 for none; where another was posted meanwhile that
        says something else, nothing is posted.
        """
        number, now = self.number(notice.round), self.wanted(notice.round)
        newest = self.newest_notice(notice.round, notice.kind)
        version = newest.metadata.version if newest else 0
        if replaces not in (None, version) and newest != notice:
            raise Refusal(RefusalCode.NOTICE_OUTDATED)
        text = NoticeText(notice.kind, notice.title, notice.title_en, notice.body, notice.body_en)
        others = tuple(one for one in now.notices if one.kind != notice.kind)
        wanted = replace(now, notices=(*others, text))
        asked = Revise(
            actor=actor, wanted=wanted, why=why, made_from=number, command_id=command_id or uuid4()
        )
        return self.revise(asked)

    def newest_notice(self, round_code: str, kind: str) -> NoticePosted | None:
        """The notice of a kind that counts, None where none was posted."""
        return next((one for one in self.notices(round_code)[::-1] if one.kind == kind), None)

    def made(self, round_code: str) -> list[RevisionMade]:
        """Every revision of a round, the first one first."""
        with self._command_handler.database.reading() as connection:
            history = self._command_handler.store.history(connection, revisions_id(round_code))
        return [
            RevisionMade(
                fact.metadata.version,
                fact.metadata.recorded_at,
                fact.metadata.actor,
                fact.metadata.role,
                fact,
            )
            for fact in history
            if isinstance(fact, RoundRevisionMade)
        ]

    def notices(self, round_code: str) -> list[NoticePosted]:
        """Every notice that was posted in a round, the first one first."""
        with self._command_handler.database.reading() as connection:
            history = self._command_handler.store.history(connection, notices_id(round_code))
        return [fact for fact in history if isinstance(fact, NoticePosted)]

    def to_follow(self, made: RoundRevisionMade) -> list[Weighed]:
        """The changes of a revision that are followed up, with whom they touch as things stand now."""
        changes = [change_of(point) for point in made.points if point.outcome == RevisionOutcome.FOLLOW_UP]
        with self._command_handler.database.reading() as connection:
            return list(self._weigh(connection, made.round, changes))

    def _revised(self, connection: Connection, asked: Revise, why: str) -> Revision:
        revision = self._weighed(connection, asked.wanted)
        if self.was_made(connection, asked.wanted.plan.code, asked.command_id):
            if revision.points:
                raise Refusal(RefusalCode.SENT_BEFORE)
            return revision
        if asked.made_from not in (None, revision.made_from):
            raise Refusal(
                RefusalCode.REVISION_OUTDATED, made_from=asked.made_from, in_force=revision.made_from
            )
        if revision.refused:
            raise _refusal(revision.refused)
        if revision.points:
            self._command_handler.plan_within(connection, commands_of(asked, revision, why))
        return revision

    def was_made(self, connection: Connection, round_code: str, command_id: UUID) -> bool:
        """Whether the command was carried out before."""
        history = self._command_handler.store.history(connection, revisions_id(round_code))
        return any(fact.metadata.command_id == command_id for fact in history)

    def _weighed(self, connection: Connection, wanted: LoadedRound) -> Revision:
        code = wanted.plan.code
        changes = plan_changes(self._plans(connection, code), wanted_plans(wanted))
        number = self._command_handler.store.version(connection, revisions_id(code))
        return Revision(code, number, tuple(self._weigh(connection, code, changes)))

    def _plans(self, connection: Connection, code: str) -> Plans:
        exams = self._command_handler.exams
        round_, sites = exams.round(connection, code), exams.sites(connection, code)
        stream = notices_id(code)
        posted = replay_exam(stream, self._command_handler.store.history(connection, stream)).newest
        return Plans(
            round_.plan if round_ else None,
            {site.code: site.plan for site in sites if not site.closed},
            posted,
            {site.code: site.plan for site in sites if site.closed},
        )

    def _weigh(self, connection: Connection, code: str, changes: list[Change]) -> Iterable[Weighed]:
        people: list[Holder] = []
        levels: dict[str, int] = {}
        if needs_people(changes):
            round_ = self._command_handler.exams.round(connection, code)
            sites = sorted({change.site for change in changes if RULES[change.kind].touches_somebody})
            people = holders(connection, code, sites, self._command_handler.clock())
            held = {subject for one in people for subject in one.subjects}
            levels = {one: round_.subject(one).level for one in held} if round_ else {}
        return [weighed(change, people, levels) for change in changes]


def _refusal(refused: list[Weighed]) -> Refusal:
    said = [
        (change_words(one.change), outcome_words(one.outcome, one.change.kind, one.touched))
        for one in refused[:SHOWN]
    ]
    return Refusal(
        RefusalCode.REVISION_REFUSED,
        what="；".join(f"{change.zh}：{outcome.zh}" for change, outcome in said),
        what_en="; ".join(f"{change.en}: {outcome.en}" for change, outcome in said),
        count=len(refused),
    )


def _reason(why: str) -> str:
    """The reason on one line. Raises Refusal."""
    plain = " ".join(why.split())
    if not plain:
        raise Refusal(RefusalCode.WHY_MISSING)
    if len(plain) > LONGEST_WHY:
        raise Refusal(RefusalCode.TEXT_TOO_LONG, most=LONGEST_WHY, count=len(plain))
    return plain
