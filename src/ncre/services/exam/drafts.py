"""Drafts of rounds: made from a round, edited part by part, looked at, and published through `Revisions`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain import printed_numbers
from ncre.domain.exam.plan import EXAM_TIME, revisions_id
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import CommandHandler
from ncre.operational import round_drafts
from ncre.operational.round_drafts import DraftPart, DraftRow, DraftState
from ncre.rounds import bundled
from ncre.rounds.cells import SITE, Cells, parts_of, site_cells
from ncre.rounds.loader import LoadedRound, load_round
from ncre.rounds.next_round import next_round
from ncre.services.exam.draft import RoundDraft
from ncre.services.exam.draft_merge import merged
from ncre.services.exam.revision_commands import Revise, Revision
from ncre.services.exam.revisions import Revisions

SHOWN: Final = 50
"""Drafts of a list."""

LONGEST_CELL: Final = 20_000
MOST_CELLS: Final = 3_000


class RoundDrafts:
    """What the exam office does with drafts. Every method raises Refusal for whoever is not of the office."""

    def __init__(self, command_handler: CommandHandler, revisions: Revisions) -> None:
        self._command_handler = command_handler
        self._database = command_handler.database
        self._revisions = revisions

    def listed(self, state: DraftState = DraftState.OPEN) -> list[DraftRow]:
        """The newest drafts of a state."""
        with self._database.reading() as connection:
            return round_drafts.of_state(connection, state, SHOWN)

    def find(self, draft: UUID) -> RoundDraft:
        """Raises Refusal for a draft that there is not."""
        with self._database.reading() as connection:
            return self._found(connection, draft)

    def begin_next(self, source: str, code: str, begins: date, by: Actor, identity: UUID) -> UUID:
        """A draft of a new round: the plan of `source` ("": the sample), moved so that registration opens on `begins`."""
        _require_office(by)
        if not printed_numbers.ROUND.fits(code):
            raise Refusal(RefusalCode.ROUND_CODE_UNFIT)
        with self._database.reading() as connection:
            if self._command_handler.exams.round(connection, code) is not None:
                raise Refusal(RefusalCode.ROUND_EXISTS, round=code)
        last, closed = self._source(source)
        opened = last.plan.windows.register.opens.astimezone(EXAM_TIME).date()
        days = (begins - opened).days
        new = next_round(last, code, days)
        gone = next_round(LoadedRound(last.plan, closed.sites, ()), code, days)
        return self._begun(identity, code, 0, new, gone, by)

    def begin_revision(self, code: str, by: Actor, identity: UUID) -> UUID:
        """A draft of what is to change in a round that is open."""
        _require_office(by)
        number = self._revisions.number(code)
        wanted, closed = self._source(code)
        return self._begun(identity, code, number, wanted, closed, by)

    def save(self, draft: UUID, part: str, fields: Cells, seen: int, by: Actor) -> None:
        """Keep what was typed in a part, right or wrong: what is wrong is told with it until it is mended."""
        fields = {name: cell for name, cell in fields.items() if cell}
        if len(fields) > MOST_CELLS or any(len(cell) > LONGEST_CELL for cell in fields.values()):
            raise Refusal(RefusalCode.DRAFT_TOO_LONG)
        self._change(draft, part, seen, by, fields=fields)

    def take_out(self, draft: UUID, part: str, seen: int, removed: bool, by: Actor) -> None:
        """A site is not in the round any more, or is again."""
        if not part.startswith(SITE):
            raise Refusal(RefusalCode.DRAFT_UNKNOWN)
        self._change(draft, part, seen, by, removed=removed)

    def add_site(self, draft: UUID, code: str, like: str, by: Actor) -> str:
        """A part for one more site, its rules and rooms those of another where one is named."""
        _require_office(by)
        if not printed_numbers.SITE.fits(code):
            raise Refusal(RefusalCode.SITE_CODE_UNFIT)
        name = f"{SITE}{code}"

        def added(connection: Connection) -> str:
            found = self._open(connection, draft)
            if name in found.parts:
                raise Refusal(RefusalCode.SITE_CODE_TAKEN, site=code)
            other = found.parts.get(f"{SITE}{like}")
            fields = _like(other.fields) if other else {"site.synthetic": "no"}
            now = self._command_handler.clock()
            part = DraftPart(draft, name, 1, fields, {}, False, by.id, now)
            round_drafts.add_part(connection, part)
            return name

        return self._command_handler.run_in_transaction(added)

    def preview(self, draft: RoundDraft) -> Revision | None:
        """What publishing it now would change, and whom that touches; None while it has faults."""
        return self._revisions.difference(draft.read.loaded) if draft.read.loaded else None

    def publish(self, draft: UUID, seen: int, why: str, by: Actor, command_id: UUID) -> Revision:
        """The draft becomes a revision of its round; all of it, or nothing where it is refused."""
        _require_office(by)

        def published(connection: Connection) -> Revision:
            found = self._found(connection, draft)
            if found.row.state == DraftState.PUBLISHED and self._revisions.was_made(
                connection, found.code, command_id
            ):
                return Revision(found.code, found.row.made_from, ())
            found = self._open(connection, draft)
            if found.version != seen:
                raise Refusal(RefusalCode.DRAFT_CHANGED)
            if found.read.loaded is None:
                raise Refusal(RefusalCode.DRAFT_FAULTY, count=len(found.read.faults))
            asked = Revise(
                actor=by,
                wanted=found.read.loaded,
                why=why,
                made_from=found.row.made_from,
                command_id=command_id,
            )
            made = self._revisions.revise_within(connection, asked)
            round_drafts.end(connection, draft, DraftState.PUBLISHED)
            return made

        return self._command_handler.run_in_transaction(published)

    def discard(self, draft: UUID, by: Actor) -> None:
        """Nobody edits it any more. Raises Refusal, also where it ended before."""
        _require_office(by)
        with self._database.transaction() as connection:
            if not round_drafts.end(connection, draft, DraftState.DISCARDED):
                raise Refusal(RefusalCode.DRAFT_OVER)

    def catch_up(self, draft: UUID, by: Actor) -> dict[str, list[str]]:
        """Take over what was published since the draft was made; what both changed stays as in the draft and is named."""
        _require_office(by)
        conflicts: dict[str, list[str]] = {}

        def caught_up(connection: Connection) -> None:
            conflicts.clear()
            found, now = self._open(connection, draft), self._command_handler.clock()
            number = self._command_handler.store.version(connection, revisions_id(found.code))
            theirs = parts_of(self._revisions.wanted_within(connection, found.code))
            for name in sorted({*theirs, *found.parts}):
                mine, other = found.parts.get(name), theirs.get(name, {})
                if mine is None:
                    part = DraftPart(draft, name, 1, other, other, False, by.id, now)
                    round_drafts.add_part(connection, part)
                    continue
                if name not in theirs:  # new in the draft, or closed meanwhile
                    untouched = bool(mine.base) and mine.fields == mine.base
                    if untouched and not mine.removed:
                        round_drafts.change_part(connection, draft, name, mine.version, removed=True)
                    elif mine.base and not mine.removed:
                        conflicts[name] = ["site"]
                    continue
                fields, both = merged(dict(mine.base), dict(mine.fields), other)
                if both:
                    conflicts[name] = both
                round_drafts.change_part(connection, draft, name, mine.version, fields=fields, base=other)
            round_drafts.set_made_from(connection, draft, number)

        self._command_handler.run_in_transaction(caught_up)
        return conflicts

    def _change(self, draft: UUID, part: str, seen: int, by: Actor, **values: object) -> None:
        _require_office(by)

        def changed(connection: Connection) -> None:
            if part not in self._open(connection, draft).parts:
                raise Refusal(RefusalCode.DRAFT_UNKNOWN)
            now = self._command_handler.clock()
            written = round_drafts.change_part(
                connection, draft, part, seen, changed_by=by.id, changed_at=now, **values
            )
            if not written:
                raise Refusal(RefusalCode.DRAFT_CHANGED)

        self._command_handler.run_in_transaction(changed)

    def _source(self, code: str) -> tuple[LoadedRound, LoadedRound]:
        """A round as it is in force, and its sites that are closed."""
        if not code:
            sample = load_round(bundled(), self._today())
            return sample, LoadedRound(sample.plan, (), ())
        wanted = self._revisions.wanted(code)
        with self._database.reading() as connection:
            sites = self._command_handler.exams.sites(connection, code)
        closed = tuple(site.plan for site in sites if site.closed)
        return wanted, LoadedRound(wanted.plan, closed, ())

    def _begun(
        self, identity: UUID, code: str, made_from: int, wanted: LoadedRound, closed: LoadedRound, by: Actor
    ) -> UUID:
        """The same form sent twice makes one draft."""
        now = self._command_handler.clock()
        row = DraftRow(identity, code, made_from, by.id, now, DraftState.OPEN.value)
        cells = {name: (fields, False) for name, fields in parts_of(wanted).items()}
        for site in closed.sites:
            cells[f"{SITE}{site.code}"] = (site_cells(site, {}), True)
        parts = [
            DraftPart(identity, name, 1, fields, fields if made_from else {}, removed, by.id, now)
            for name, (fields, removed) in cells.items()
        ]

        def begun(connection: Connection) -> UUID:
            if round_drafts.find(connection, identity) is None:
                round_drafts.add(connection, row, parts)
            return identity

        return self._command_handler.run_in_transaction(begun)

    def _open(self, connection: Connection, draft: UUID) -> RoundDraft:
        found = self._found(connection, draft)
        if not found.is_open:
            raise Refusal(RefusalCode.DRAFT_OVER)
        return found

    def _found(self, connection: Connection, draft: UUID) -> RoundDraft:
        row = round_drafts.find(connection, draft)
        if row is None:
            raise Refusal(RefusalCode.DRAFT_UNKNOWN)
        parts = {one.name: one for one in round_drafts.parts_of(connection, draft)}
        return RoundDraft(row, parts, self._today())

    def _today(self) -> date:
        return self._command_handler.clock().astimezone(EXAM_TIME).date()


def _like(fields: Mapping[str, str]) -> Cells:
    """Rules, offers, rooms and sittings of another site; its name, address and contacts are its own."""
    return {
        name: cell
        for name, cell in fields.items()
        if not name.startswith("site.") or name in ("site.synthetic", "site.manages", "site.province")
    }


def _require_office(by: Actor) -> None:
    if by.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
