"""A page of the review queue: filtered, in an order, from a position on; never further than a bounded look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Connection, String, any_, bindparam, exists, or_, select, union_all
from sqlalchemy.sql import ColumnElement, Select

from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Status
from ncre.projections.registration.photo_files import photo_files
from ncre.projections.registration.registrations import several_registrations
from ncre.projections.registration.review_index import codes, review_index, traits_of
from ncre.projections.rows import RegistrationRow

PORTION: Final = 500
"""Places of the index that are read at once where not every one of them fits."""

FARTHEST: Final = 500
"""Places of the index that one page looks through; the next page goes on behind them."""

MOST_RANGES: Final = 120
"""Ranges of the index that one statement reads; staff of more sites read the index of the whole round."""


PART: Final = "part_of_queue"
"""What a range that was read is called in a statement."""


class QueueOrder(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"
    NUMBER = "number"


class Claimed(StrEnum):
    """Whose claim: nobody's, one's own, a colleague's; ANY asks for nothing."""

    ANY = ""
    FREE = "free"
    MINE = "mine"
    OTHERS = "others"


@dataclass(frozen=True)
class PageStart:
    """Where a case stands in the index, which is where a page goes on."""

    requested_at: datetime
    registration: UUID
    number: str


@dataclass(frozen=True)
class QueueFilter:
    """Which waiting cases. `since`: those that have waited since then at least; `claims` are the cases that `claimed` speaks of."""

    round: str
    sites: frozenset[str]
    subject: str = ""
    verdict: str = ""
    appealed: bool | None = None
    rejected: bool | None = None
    since: datetime | None = None
    duplicates: bool = False
    claimed: Claimed = Claimed.ANY
    claims: frozenset[UUID] = frozenset()
    order: QueueOrder = QueueOrder.OLDEST

    @property
    def all_fit(self) -> bool:
        """Whether the index alone says which cases fit."""
        late = self.since is not None and self.order is QueueOrder.NUMBER
        return not (self.duplicates or self.claimed is Claimed.FREE or late)


@dataclass(frozen=True)
class QueuedCases:
    """The cases of a page in order, those of them whose photo somebody else sent too, and where the next page begins."""

    rows: list[RegistrationRow]
    doubtful: frozenset[UUID]
    next: PageStart | None


def page(connection: Connection, wanted: QueueFilter, after: PageStart | None, limit: int) -> QueuedCases:
    """Up to `limit` cases behind `after`. Fewer may come with a `next`: then the look went as far as it goes."""
    if wanted.claimed in (Claimed.MINE, Claimed.OTHERS):
        found = [
            place for place in _claimed(connection, wanted) if after is None or _behind(place, after, wanted)
        ]
        return _with_rows(connection, found[:limit], found[limit - 1] if len(found) > limit else None)
    found, walked = list[PageStart](), 0
    portion = limit + 1 if wanted.all_fit else PORTION
    while len(found) <= limit:
        places = _walk(connection, wanted, after, portion)
        found += _fitting(connection, wanted, places)
        walked += len(places)
        if len(places) < portion:
            return _with_rows(connection, found[:limit], found[limit - 1] if len(found) > limit else None)
        after = places[-1]
        if walked >= FARTHEST:
            break
    return _with_rows(connection, found[:limit], found[limit - 1] if len(found) >= limit else after)


def doubtful(connection: Connection, cases: list[UUID]) -> frozenset[UUID]:
    """Those of the cases that ever had a photo which somebody else sent too, byte for byte."""
    mine, other = photo_files.alias("mine"), photo_files.alias("other")
    somebody_else = exists().where(other.c.uploaded == mine.c.uploaded, other.c.person != mine.c.person)
    asked = select(mine.c.registration).where(mine.c.registration.in_(cases), somebody_else).distinct()
    return frozenset(connection.execute(asked).scalars()) if cases else frozenset()


def _walk(
    connection: Connection, wanted: QueueFilter, after: PageStart | None, limit: int
) -> list[PageStart]:
    """The next places of the index, merged from a range for each site and each combination of traits."""
    traits = codes(wanted.verdict, wanted.appealed, wanted.rejected)
    sites = [] if wanted.sites == EVERY_SITE else sorted(wanted.sites)
    if not traits or (not sites and wanted.sites != EVERY_SITE):
        return []
    held = review_index.c
    wholes: list[ColumnElement[bool]] = [held.site == site for site in sites]
    if not sites or len(sites) * len(traits) > MOST_RANGES:
        wholes = [_one_of(held.site, sites, connection.dialect.name) if sites else held.site != ""]
    ranges = [_range(wanted, after, limit, where, code) for where in wholes for code in traits]
    merged = union_all(*(select(one.subquery(PART)) for one in ranges)).subquery(PART)
    asked = select(merged).order_by(*_order(merged.c, wanted)).limit(limit)
    return [PageStart(row.requested_at, row.registration, row.number) for row in connection.execute(asked)]


def _one_of(column: ColumnElement[str], values: list[str], dialect: str) -> ColumnElement[bool]:
    """`IN`; to PostgreSQL the values go once, as an array, however many ranges ask for them."""
    if dialect != "postgresql":
        return column.in_(values)
    return column == any_(bindparam("sites", values, type_=ARRAY(String)))


def _range(
    wanted: QueueFilter, after: PageStart | None, limit: int, where: ColumnElement[bool], code: int
) -> Select[Any]:
    held = review_index.c
    asked = select(held.requested_at, held.registration, held.number).where(
        held.round == wanted.round, where, held.subject == wanted.subject, held.traits == code
    )
    if wanted.since is not None and wanted.order is not QueueOrder.NUMBER:
        asked = asked.where(held.requested_at <= wanted.since)
    if after is not None:
        asked = asked.where(*_after(after, wanted.order))
    return asked.order_by(*_order(held, wanted)).limit(limit)


def _after(place: PageStart, order: QueueOrder) -> tuple[ColumnElement[bool], ...]:
    held = review_index.c
    if order is QueueOrder.NUMBER:
        return (held.number > place.number,)
    if order is QueueOrder.NEWEST:
        earlier = or_(held.requested_at < place.requested_at, held.registration < place.registration)
        return (held.requested_at <= place.requested_at, earlier)
    later = or_(held.requested_at > place.requested_at, held.registration > place.registration)
    return (held.requested_at >= place.requested_at, later)


def _order(columns: Any, wanted: QueueFilter) -> tuple[Any, ...]:
    if wanted.order is QueueOrder.NUMBER:
        return (columns.number,)
    if wanted.order is QueueOrder.NEWEST:
        return columns.requested_at.desc(), columns.registration.desc()
    return columns.requested_at, columns.registration


def _fitting(connection: Connection, wanted: QueueFilter, places: list[PageStart]) -> list[PageStart]:
    """Those of the places that also fit what the index does not say."""
    if wanted.all_fit:
        return places
    since = wanted.since
    kept = [one for one in places if since is None or one.requested_at <= since]
    if wanted.claimed is Claimed.FREE:
        kept = [one for one in kept if one.registration not in wanted.claims]
    if wanted.duplicates:
        twice = doubtful(connection, [one.registration for one in kept])
        kept = [one for one in kept if one.registration in twice]
    return kept


def _claimed(connection: Connection, wanted: QueueFilter) -> list[PageStart]:
    """The places of the claimed cases that fit: so few that they are looked at one by one."""
    rows = [row for row in several_registrations(connection, sorted(wanted.claims)) if _fits(row, wanted)]
    places = [
        PageStart(row["requested_at"], row["id"], row["number"] or "") for row in rows if row["requested_at"]
    ]
    if wanted.duplicates:
        twice = doubtful(connection, [one.registration for one in places])
        places = [one for one in places if one.registration in twice]
    return sorted(places, key=lambda one: _sorted_by(one, wanted), reverse=wanted.order is QueueOrder.NEWEST)


def _fits(row: RegistrationRow, wanted: QueueFilter) -> bool:
    here = wanted.sites == EVERY_SITE or row["site"] in wanted.sites
    if row["status"] != Status.PENDING_REVIEW or row["round"] != wanted.round or not here:
        return False
    subjects = {line["subject"] for line in row["lines"]} | {""}
    late = wanted.since is None or (row["requested_at"] or wanted.since) <= wanted.since
    traits = codes(wanted.verdict, wanted.appealed, wanted.rejected)
    return wanted.subject in subjects and late and traits_of(dict(row)).code in traits


def _behind(place: PageStart, after: PageStart, wanted: QueueFilter) -> bool:
    here, there = _sorted_by(place, wanted), _sorted_by(after, wanted)
    return here < there if wanted.order is QueueOrder.NEWEST else here > there


def _sorted_by(place: PageStart, wanted: QueueFilter) -> tuple[Any, ...]:
    return (
        (place.number,) if wanted.order is QueueOrder.NUMBER else (place.requested_at, place.registration.hex)
    )


def _with_rows(connection: Connection, places: list[PageStart], following: PageStart | None) -> QueuedCases:
    ids = [one.registration for one in places]
    return QueuedCases(several_registrations(connection, ids), doubtful(connection, ids), following)
