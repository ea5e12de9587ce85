"""The papers of a site's halls: who sits where, to sign in on, and the sheets for the doors.

A list shows the names and faces of a whole sitting, for a face is compared at the desk; document
numbers stay masked. So each person on it is looked at, and that is recorded in their case first. The
sheets for the doors name nobody.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from ncre.documents.hall_view_models import DoorSheet, HallHead, PrintedSitting, SeatList, Sitter
from ncre.documents.view_models import Printed
from ncre.domain.exam.plan import Round, Site
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.domain.seating.sittings import sitting_name
from ncre.handlers.command_handler import CommandHandler
from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoStoreUnavailable
from ncre.projections.base import Row
from ncre.projections.registration import registration_counts
from ncre.projections.seating import tickets
from ncre.services.documents.assembly import round_title, subject_title
from ncre.services.photo.photos import PhotoService
from ncre.services.registration.people import People
from ncre.store.sealing import PersonKeyDestroyed

log = logging.getLogger("ncre.hall_lists")

PURPOSE: Final = "hall-list"

FACE: Final = (132, 180)
"""Pixels of a face on a list: 12 by 15 mm in print at 300 dpi. A sitting of 400 people is 3 MB."""

STAFF: Final = frozenset({Role.REVIEWER, Role.OFFICE})


@dataclass(frozen=True)
class OccupiedHall:
    """A hall in which people sit."""

    number: int
    room: str
    people: int


@dataclass(frozen=True)
class SittingOfHalls:
    """The halls in which people sit at one time. Its name is that of its files and addresses."""

    starts_at: datetime
    ends_at: datetime
    halls: tuple[OccupiedHall, ...]

    @property
    def name(self) -> str:
        """As it is printed: day and time of the sitting."""
        return sitting_name(self.starts_at, self.ends_at)

    @property
    def people(self) -> int:
        """How many sit there."""
        return sum(hall.people for hall in self.halls)


@dataclass(frozen=True)
class _Seats:
    """The seats of a sitting, with the round and the site."""

    round: Round
    site: Site
    rows: list[Row]

    @property
    def at(self) -> datetime:
        """When anything in it last changed: the only time on the papers, so the same seats print the same."""
        return _newest(self.rows)

    def by_hall(self) -> Iterator[list[Row]]:
        return (list(rows) for _, rows in groupby(self.rows, key=lambda row: row["hall"]))

    def head(self, rows: list[Row]) -> HallHead:
        first = rows[0]
        return HallHead(
            round=round_title(self.round),
            site=f"{self.site.code} {self.site.plan.name}",
            hall=first["hall"],
            room=first["room"],
            starts_at=first["starts_at"],
            ends_at=first["ends_at"],
            at=_newest(rows),
        )

    def subject(self, code: str) -> str:
        return f"{code} {subject_title(self.round, code)}"


class HallLists:
    """Everything here is for staff of the site and for the exam office; others are refused."""

    def __init__(self, command_handler: CommandHandler, people: People, photos: PhotoService) -> None:
        self._command_handler = command_handler
        self._people = people
        self._photos = photos

    def sittings(self, round_code: str, site: str, actor: Actor) -> list[SittingOfHalls]:
        """The times at which people sit at a site, hall by hall."""
        _require_staff(actor, site)
        with self._command_handler.database.reading() as connection:
            return _sittings(connection, round_code, site)

    def seated(self, round_code: str, sites: Collection[str], actor: Actor) -> dict[str, tuple[int, int]]:
        """How many people have seats at each of these sites, and how many sittings these are."""
        for site in sites:
            _require_staff(actor, site)
        with self._command_handler.database.reading() as connection:
            found = registration_counts.seated_by_site(connection, round_code)
        return {site: found.get(site, (0, 0)) for site in sites}

    def sitters(self, round_code: str, site: str, sitting: str, actor: Actor) -> list[Row]:
        """Who sits in a sitting, by hall and seat; names masked, nothing private is opened. Raises Refusal."""
        return self._seats(round_code, site, sitting, actor).rows

    def seat_lists(self, round_code: str, site: str, sitting: str, actor: Actor) -> Printed:
        """The lists of all halls of a sitting, by its name. Raises Refusal.

        One photo is open at a time; what is kept of each is the small one that is printed.
        """
        from ncre.documents.seat_list import seat_lists

        asked = self._seats(round_code, site, sitting, actor)
        self._command_handler.look_at_all([row["registration"] for row in asked.rows], actor, PURPOSE)
        lists = (
            SeatList(asked.head(rows), tuple(self._sitter(asked, row) for row in rows))
            for rows in asked.by_hall()
        )
        printed = seat_lists(f"考场座位表 {site} {sitting}", asked.at, lists)
        if printed.missing:
            points = " ".join(f"U+{ord(one):04X}" for one in printed.missing)
            log.warning("no font draws %s on the lists of %s, %s", points, site, sitting)
        return printed

    def door_sheets(self, round_code: str, site: str, sitting: str, actor: Actor) -> Printed:
        """The sheets for the doors of all halls of a sitting, by its name. Raises Refusal."""
        from ncre.documents.door_sheet import door_sheets

        asked = self._seats(round_code, site, sitting, actor)
        return door_sheets(
            f"门贴 {site} {sitting}", asked.at, (_door_sheet(asked, rows) for rows in asked.by_hall())
        )

    def _seats(self, round_code: str, site: str, sitting: str, actor: Actor) -> _Seats:
        _require_staff(actor, site)
        with self._command_handler.database.reading() as connection:
            round_ = self._command_handler.exams.round(connection, round_code)
            known = self._command_handler.exams.site(connection, round_code, site)
            named = (one for one in _sittings(connection, round_code, site) if one.name == sitting)
            when = next(named, None)
            if round_ is None or known is None or when is None:
                raise Refusal(RefusalCode.NOBODY_SEATED, site=site)
            rows = tickets.seats_in(connection, round_code, site, when.starts_at, when.ends_at)
        return _Seats(round_, known, rows)

    def _sitter(self, asked: _Seats, row: Row) -> Sitter:
        """Somebody on the list; of an erased person, what the row still says."""
        details = self._people.details(row["registration"], row["details_version"])
        return Sitter(
            seat=row["seat"],
            ticket=row["ticket"],
            subject=asked.subject(row["subject"]),
            name=details.name if details else "（个人信息已删除）",
            number=row["number"],
            document_type=DOCUMENT_TYPES[details.document_type].words.zh if details else "",
            document=row["document_masked"] or "",
            photo=self._face(row),
        )

    def _face(self, row: Row) -> bytes | None:
        from ncre.photo.lab.picture import smaller

        if not row["photo"]:
            return None
        try:
            return smaller(self._photos.show(row["sealed_for"], row["photo"]["digest"]), FACE)
        except PersonKeyDestroyed:
            return None
        except (PhotoMissing, PhotoDamaged, PhotoStoreUnavailable, OSError) as fault:
            log.error("the photo of %s is not on its list: %s", row["registration"], type(fault).__name__)
            return None


def _sittings(connection: Connection, round_code: str, site: str) -> list[SittingOfHalls]:
    rows = tickets.halls_at(connection, round_code, site)
    return [
        SittingOfHalls(*when, tuple(OccupiedHall(row["hall"], row["room"], row["people"]) for row in halls))
        for when, halls in groupby(rows, key=lambda row: (row["starts_at"], row["ends_at"]))
    ]


def _newest(rows: list[Row]) -> datetime:
    newest: datetime = max(row["changed_at"] for row in rows)
    return newest


def _door_sheet(asked: _Seats, rows: list[Row]) -> DoorSheet:
    by_subject: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_subject[row["subject"]].append(row["ticket"])
    sittings = tuple(
        PrintedSitting(asked.subject(code), len(numbers), min(numbers), max(numbers))
        for code, numbers in sorted(by_subject.items())
    )
    return DoorSheet(asked.head(rows), (rows[0]["seat"], rows[-1]["seat"]), sittings)


def _require_staff(actor: Actor, site: str) -> None:
    if actor.role not in STAFF:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    if not actor.covers(site):
        raise Refusal(RefusalCode.NOT_YOUR_SITE)
