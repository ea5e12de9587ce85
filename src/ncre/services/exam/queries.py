"""What pages ask about rounds, their sites and notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ncre.domain.exam.plan import Round, Site, notices_id
from ncre.events.exam import NoticePosted
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.audit import timeline
from ncre.projections.base import Row
from ncre.projections.exam import exams
from ncre.projections.exam.seats_left import SeatsLeft, full_sites, seats_left, seats_left_at
from ncre.projections.registration.overview import SiteOverview, overview
from ncre.projections.rows import HistoryRow, RegistrationRow
from ncre.projections.seating import tickets


class ExamQueries:
    """Rounds and sites as they are now."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler
        self._database = command_handler.database
        self._exams = command_handler.exams

    def current(self) -> Round | None:
        """The round that the front page and the desks speak of, or None."""
        with self._database.reading() as connection:
            return self._exams.current(connection)

    def round(self, code: str) -> Round | None:
        """The round of a code, or None."""
        with self._database.reading() as connection:
            return self._exams.round(connection, code)

    def rounds(self) -> list[Round]:
        """Every round, by code."""
        with self._database.reading() as connection:
            return self._exams.rounds(connection)

    def site(self, round_code: str, code: str) -> Site | None:
        """A site of a round; None for no such site, and for no code."""
        with self._database.reading() as connection:
            return self._exams.site(connection, round_code, code) if code else None

    def sites(self, round_code: str) -> list[Site]:
        """Every site of a round, by province, city and code."""
        with self._database.reading() as connection:
            return self._exams.sites(connection, round_code)

    def full_sites(self, round_code: str, sites: list[Site]) -> set[str]:
        """The codes of those of these sites that take nobody any more."""
        with self._database.reading() as connection:
            return set(full_sites(connection, self._command_handler.claims, round_code, sites))

    def seats_left(self, round_code: str, site: Site, *, inside: bool) -> Mapping[str, SeatsLeft]:
        """Seats left in each subject of a site; `inside`: for somebody who holds a place there already."""
        with self._database.reading() as connection:
            return seats_left(connection, self._command_handler.claims, round_code, site, inside=inside)

    def seats_left_at(self, round_code: str, sites: Iterable[Site]) -> Mapping[str, Mapping[str, SeatsLeft]]:
        """Seats left of several sites, by site and subject, counted at once."""
        with self._database.reading() as connection:
            return seats_left_at(connection, self._command_handler.claims, round_code, sites)

    def site_of(self, row: RegistrationRow) -> Site | None:
        """The site of a registration, as it is for a photo that goes to a person; None before one was chosen."""
        with self._database.reading() as connection:
            return self._exams.site_of(connection, row) if row["site"] else None

    def overview(self, round_: Round) -> list[SiteOverview]:
        """Where each site of a round stands."""
        with self._database.reading() as connection:
            return overview(connection, self._exams, self._command_handler.claims, round_)

    def seated(self, round_code: str, site: str) -> tuple[int, int]:
        """How many people have seats at a site, and how many sittings these are."""
        with self._database.reading() as connection:
            return tickets.counted_at(connection, round_code, site)

    def notice(self, round_code: str, kind: str) -> Row | None:
        """The newest notice of a kind, or None."""
        with self._database.reading() as connection:
            return exams.notice(connection, round_code, kind)

    def posted(self, round_code: str) -> list[tuple[HistoryRow, NoticePosted]]:
        """Every notice of a round with the line of its history, oldest first."""
        stream = notices_id(round_code)
        with self._database.reading() as connection:
            story = timeline.story(connection, stream)
            facts = self._command_handler.store.history(connection, stream)
        by_version = {fact.metadata.version: fact for fact in facts if isinstance(fact, NoticePosted)}
        return [(line, by_version[line["version"]]) for line in story]
