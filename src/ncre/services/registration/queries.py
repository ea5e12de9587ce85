"""What pages ask about registrations: each question opens its own reading, or joins that of the request."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from ncre.domain.exam.plan import Round, Site
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.lifecycle import HOLD_FACTS
from ncre.domain.registration.rejection_reasons import first_reasons
from ncre.domain.registration.vocabulary import Status
from ncre.events.base import Fact
from ncre.events.registration import Cancelled, PhotoReplaced, PhotoUploaded, Suspended
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.audit import disclosures, timeline
from ncre.projections.base import Row
from ncre.projections.payment import ledger
from ncre.projections.registration import (
    desk_search,
    photo_files,
    queue_pages,
    registration_counts,
    registrations,
    review_queue,
)
from ncre.projections.registration.queue_pages import PageStart, QueuedCases, QueueFilter
from ncre.projections.registration.standing import case_standing
from ncre.projections.rows import HistoryRow, PaymentRow, RegistrationRow, SeatRow, known
from ncre.projections.seating import tickets
from ncre.services.audit.seals import Seal, seal_of
from ncre.services.photo.photos import PhotoService
from ncre.services.registration.case import Case
from ncre.store.mapper import FactMapper

Found = TypeVar("Found", bound=Fact)

STOPPED_BY: Final[Mapping[Status, type[Suspended | Cancelled]]] = {
    **HOLD_FACTS,
    Status.CANCELLED: Cancelled,
}
"""The fact whose reason the candidate reads."""


@dataclass(frozen=True)
class CaseRecord:
    """What lies beside a case at the desk, read together.

    `history` has the looks of one person within an hour as one line; `same_file` are registrations of other
    people that had a photo of this one, byte for byte.
    """

    history: list[HistoryRow]
    same_file: list[Row]
    payments: list[PaymentRow]
    seats: list[SeatRow]


@dataclass(frozen=True)
class QueuePage:
    """A page of the cases that wait for review: how many wait at the sites asked for, and at each site."""

    rows: list[RegistrationRow]
    count: int
    page: int
    pages: int
    waiting_at: dict[str, int]


class CaseQueries:
    """Registrations as they stand, and what belongs to them."""

    def __init__(self, command_handler: CommandHandler, photos: PhotoService) -> None:
        self._command_handler = command_handler
        self._database = command_handler.database
        self._photos = photos

    def row(self, registration: UUID) -> RegistrationRow | None:
        """The registration, whoever's it is; None where there is none."""
        with self._database.reading() as connection:
            return registrations.one(connection, registration)

    def case(self, registration: UUID) -> Case | None:
        """The registration with the round and the site whose rules it lives under; None without such a round."""
        with self._database.reading() as connection:
            found = case_standing(connection, self._command_handler.exams, registration)
        return self._case(found.row, found.round, found.site, found.current) if found else None

    def with_rules(self, row: RegistrationRow) -> Case | None:
        """The same of a registration that was read before."""
        exams = self._command_handler.exams
        with self._database.reading() as connection:
            round_ = exams.round(connection, row["round"])
            site = exams.site(connection, row["round"], row["site"]) if row["site"] else None
        return self._case(row, round_, site)

    def _case(
        self, row: RegistrationRow, round_: Round | None, site: Site | None, current: Round | None = None
    ) -> Case | None:
        photo = row["photo"]
        if site is not None and photo:
            site = site.for_photo(bool(photo.get("appealed")), self._photos.is_lost(photo["digest"]))
        return Case(row, round_, site, self._command_handler.clock(), current) if round_ else None

    def of_account(self, account: UUID) -> list[RegistrationRow]:
        """Every registration that belongs to the account, in all rounds, the newest first."""
        with self._database.reading() as connection:
            return registrations.of_account(connection, account)

    def listed(
        self, sites: frozenset[str], status: str | None, after: UUID | None, most: int
    ) -> list[RegistrationRow]:
        """Registrations at these sites, of one status where one is named, by id after `after`."""
        with self._database.reading() as connection:
            return registrations.page(connection, sites, status, after, most)

    def newest_of(self, account: UUID, round_code: str) -> RegistrationRow | None:
        """The account's registration in a round: the one under way, else the newest that was given up."""
        with self._database.reading() as connection:
            return registrations.newest_of(connection, account, round_code)

    def former_of(self, account: UUID, but: UUID) -> RegistrationRow | None:
        """The account's newest other registration with personal details, of any round; None where there is none."""
        with self._database.reading() as connection:
            every = registrations.of_account(connection, account)
        return next((row for row in every if row["id"] != but and row["details_version"]), None)

    def moved_away(self, account: UUID, round_code: str) -> bool:
        """Whether a registration under way that began at this account belongs to another by now."""
        with self._database.reading() as connection:
            return registrations.moved_away(connection, account, round_code)

    def story(self, about: UUID) -> list[HistoryRow]:
        """Everything recorded about a registration or another stream in sentences, oldest first."""
        with self._database.reading() as connection:
            return timeline.story(connection, about)

    def history(self, registration: UUID, *, opened: bool = True) -> list[Fact]:
        """Its facts in order; with `opened=False` private fields stay sealed and no key is used."""
        with self._database.reading() as connection:
            return self._command_handler.store.history(connection, registration, opened=opened)

    def stored(self, stream: UUID) -> list[dict[str, Any]]:
        """The facts of a stream as they stand in the table, private fields sealed."""
        stored = self._command_handler.store.recorder.select_events(stream)
        return [
            {"version": one.originator_version, "topic": one.topic, **FactMapper.raw(one)} for one in stored
        ]

    def has_photo(self, registration: UUID, digest: str) -> bool:
        """Whether this is a photo that the registration has or had; nothing is decrypted."""
        sent = (PhotoUploaded, PhotoReplaced)
        facts = self.history(registration, opened=False)
        return any(isinstance(fact, sent) and fact.photo.digest == digest for fact in facts)

    def newest_fact(self, registration: UUID, kind: type[Found]) -> Found | None:
        """The newest fact of this kind in its history, or None."""
        with self._database.reading() as connection:
            told = timeline.story(connection, registration)
            versions = [one["version"] for one in told if one["topic"] == kind.TOPIC]
            if not versions:
                return None
            fact = self._command_handler.store.fact(connection, registration, versions[-1])
        return fact if isinstance(fact, kind) else None

    def cancellation(self, registration: UUID) -> Cancelled | None:
        """The fact with which the office cancelled it, or None."""
        return self.newest_fact(registration, Cancelled)

    def reason_of_staff(self, case: Case) -> str:
        """What staff wrote when they cancelled or suspended it, where it stands so; else, and where it was erased, ""."""
        kind = STOPPED_BY.get(case.status)
        fact = self.newest_fact(case.id, kind) if kind else None
        return fact.reason if fact and isinstance(fact.reason, str) else ""

    def seal(self, registration: UUID) -> Seal | None:
        """How its facts stand in the ledger."""
        with self._database.reading() as connection:
            return seal_of(connection, registration)

    def record(self, registration: UUID) -> CaseRecord:
        """What the desk shows beside a case."""
        with self._database.reading() as connection:
            seen = disclosures.of_case(connection, self._command_handler.store, registration)
            return CaseRecord(
                disclosures.condensed(timeline.story(connection, registration), seen),
                photo_files.of_other_people(connection, registration),
                ledger.of_registration(connection, registration),
                tickets.seats_of(connection, registration),
            )

    def seats(self, registration: UUID) -> list[SeatRow]:
        """The seats of a registration in the order of sitting."""
        with self._database.reading() as connection:
            return tickets.seats_of(connection, registration)

    def without_seats(self, round_code: str) -> dict[str, int]:
        """How many people have paid in a round and sit nowhere, by site."""
        with self._database.reading() as connection:
            return registrations.without_seats(connection, round_code)

    def search(self, text: str, persons: tuple[str, ...], sites: frozenset[str]) -> list[RegistrationRow]:
        """Registrations that `text` names, at these sites, newest first; `persons` are its keyed hashes."""
        with self._database.reading() as connection:
            return desk_search.found(connection, text, persons, sites)

    def queue(self, round_code: str, sites: frozenset[str], page: int, size: int) -> QueuePage:
        """A page (from 1) of what waits for review; beyond the last it is the last one."""
        with self._database.reading() as connection:
            count = review_queue.waiting_count(connection, round_code, sites)
            pages = max(1, -(-count // size))
            page = min(page, pages)
            rows = review_queue.waiting(connection, round_code, sites, size, (page - 1) * size)
            waiting_at = registration_counts.standing_by_site(connection, round_code, Status.PENDING_REVIEW)
        return QueuePage(rows, count, page, pages, waiting_at)

    def queue_page(self, wanted: QueueFilter, after: PageStart | None, limit: int) -> QueuedCases:
        """Waiting cases that fit, in the order of the filter, those behind a place."""
        with self._database.reading() as connection:
            return queue_pages.page(connection, wanted, after, limit)

    def waiting_at(self, round_code: str) -> dict[str, int]:
        """How many wait for review at each site of a round."""
        with self._database.reading() as connection:
            return registration_counts.standing_by_site(connection, round_code, Status.PENDING_REVIEW)

    def rows(self, cases: Sequence[UUID]) -> list[RegistrationRow]:
        """The registrations of these ids, in that order; those that are not there are left out."""
        with self._database.reading() as connection:
            return registrations.several_registrations(connection, cases)

    def turn(self, row: RegistrationRow, sites: frozenset[str]) -> tuple[int, int]:
        """The place of a waiting case in the queue of these sites, from 1, and how many wait."""
        since = known(row["requested_at"])
        with self._database.reading() as connection:
            place = review_queue.place(connection, row["round"], sites, since, row["id"])
            return place, review_queue.waiting_count(connection, row["round"], sites)

    def next_after(
        self, row: RegistrationRow, actor: Actor, now: datetime, claimed: Collection[UUID] = ()
    ) -> RegistrationRow | None:
        """The case that waits behind this one at the sites of these staff, else the oldest other; never their own, and

        none of `claimed`.
        """
        after = (row["requested_at"] or now, row["id"])
        with self._database.reading() as connection:
            return review_queue.next_after(
                connection, row["round"], actor.sites, after, UUID(actor.id), claimed
            )

    def first_reasons(self, round_code: str, measured: Sequence[str]) -> list[str]:
        """The codes of the reasons at hand: what was measured, then what is rejected most often in the round."""
        with self._database.reading() as connection:
            return list(first_reasons(measured, review_queue.newest_rejections(connection, round_code)))
