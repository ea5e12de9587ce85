"""The rounds, sites and notices as they are now. Plans are kept whole; readers get domain objects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    false,
    select,
)

from ncre.domain.exam.plan import Round, Site
from ncre.events import exam as facts
from ncre.projections.base import Key, Projection, Row, changed, found_in, stored_as_json
from ncre.projections.rows import RegistrationRow
from ncre.store.columns import ONE, Moment
from ncre.store.schema import metadata

rounds = Table(
    "rounds",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("retired", JSON, nullable=False, server_default="[]"),
)
"""`retired` are the subjects of earlier plans that the plan has no more, each as it was last."""
sites = Table(
    "sites",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("code", String(6), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String(120), nullable=False),
    Column("province", String(40), nullable=False),
    Column("city", String(40), nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=false()),
)
notices = Table(
    "notices",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("posted_at", Moment, nullable=False),
    Column("title", String(200), nullable=False),
    Column("title_en", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("body_en", Text, nullable=False),
)


class Rounds(Projection):
    table = rounds
    listens = (facts.RoundOpened, facts.RoundRevised)

    def key(self, fact: facts.RoundOpened | facts.RoundRevised) -> Key:
        return (fact.plan.code,)

    def step(self, fact: facts.RoundOpened | facts.RoundRevised, row: Row | None) -> Row | None:
        return {
            "code": fact.plan.code,
            "version": fact.metadata.version,
            "opened_at": row["opened_at"] if row else fact.metadata.recorded_at,
            "plan": stored_as_json(fact.plan),
            "retired": _retired(row, fact.plan),
        }


def _retired(before: Row | None, plan: facts.RoundPlan) -> list[Any]:
    """The subjects of the row before that the plan has not, by code."""
    if before is None:
        return []
    present = {subject.code for subject in plan.subjects}
    known = {one["code"]: one for one in (*before["retired"], *before["plan"]["subjects"])}
    return [known[code] for code in sorted(known) if code not in present]


class Sites(Projection):
    table = sites
    listens = (facts.SiteOpened, facts.SiteRevised, facts.SiteClosed)

    def key(self, fact: facts.SiteOpened | facts.SiteRevised | facts.SiteClosed) -> Key:
        return (fact.round, fact.site if isinstance(fact, facts.SiteClosed) else fact.plan.code)

    def step(
        self, fact: facts.SiteOpened | facts.SiteRevised | facts.SiteClosed, row: Row | None
    ) -> Row | None:
        if isinstance(fact, facts.SiteClosed):
            return changed(row, version=fact.metadata.version, closed=True) if row else None
        return {
            "round": fact.round,
            "code": fact.plan.code,
            "version": fact.metadata.version,
            "name": fact.plan.name,
            "province": fact.plan.province,
            "city": fact.plan.city,
            "synthetic": fact.plan.synthetic,
            "plan": stored_as_json(fact.plan),
            "closed": False,
        }


class Notices(Projection):
    table = notices
    listens = (facts.NoticePosted,)

    def key(self, posted: facts.NoticePosted) -> Key:
        return (posted.round, posted.kind)

    def step(self, posted: facts.NoticePosted, row: Row | None) -> Row | None:
        return {
            "round": posted.round,
            "kind": posted.kind,
            "posted_at": posted.metadata.recorded_at,
            "title": posted.title,
            "title_en": posted.title_en,
            "body": posted.body,
            "body_en": posted.body_en,
        }


_Plan = TypeVar("_Plan", facts.RoundPlan, facts.SitePlan)

_ROUND_VERSION = select(rounds.c.version).where(rounds.c.code == bindparam("wanted"))
_NEWEST_FIRST = select(rounds.c.code, rounds.c.version).order_by(
    rounds.c.opened_at.desc(), rounds.c.code.desc()
)
_NEWEST = _NEWEST_FIRST.limit(ONE)
_ROUND_PLAN = select(rounds.c.plan, rounds.c.retired).where(rounds.c.code == bindparam("wanted"))
_SITE = (sites.c.round == bindparam("of"), sites.c.code == bindparam("wanted"))
_SITE_VERSION = select(sites.c.version).where(*_SITE)
_SITE_PLAN = select(sites.c.plan, sites.c.closed).where(*_SITE)
_SITE_VERSIONS = (
    select(sites.c.code, sites.c.version)
    .where(sites.c.round == bindparam("of"))
    .order_by(sites.c.province, sites.c.city, sites.c.code)
)
_SITE_PLANS = select(sites.c.code, sites.c.version, sites.c.plan, sites.c.closed).where(
    sites.c.round == bindparam("of"), sites.c.code.in_(bindparam("wanted", expanding=True))
)


class ExamRepository:
    """Rounds and sites by code. A plan is parsed once for each of its versions, in this process.

    The clock tells which round is the current one.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._rounds: dict[str, Round] = {}
        self._sites: dict[tuple[str, str], Site] = {}

    def round(self, connection: Connection, code: str) -> Round | None:
        return self.round_at(connection, code, connection.execute(_ROUND_VERSION, {"wanted": code}).scalar())

    def round_at(self, connection: Connection, code: str, version: int | None) -> Round | None:
        """The round, whose version was just read; None for none."""
        if version is None:
            return None
        known = self._rounds.get(code)
        if known is None or known.version != version:
            plan, retired = connection.execute(_ROUND_PLAN, {"wanted": code}).one()
            gone = tuple(msgspec.convert(one, facts.Subject) for one in retired)
            known = self._rounds[code] = Round(_parsed(plan, facts.RoundPlan), version, gone)
        return known

    def site(self, connection: Connection, round_code: str, code: str) -> Site | None:
        asked = {"of": round_code, "wanted": code}
        return self.site_at(connection, round_code, code, connection.execute(_SITE_VERSION, asked).scalar())

    def site_at(self, connection: Connection, round_code: str, code: str, version: int | None) -> Site | None:
        """The site, whose version was just read; None for none."""
        if version is None:
            return None
        known = self._sites.get((round_code, code))
        if known is None or known.version != version:
            asked = {"of": round_code, "wanted": code}
            plan, closed = connection.execute(_SITE_PLAN, asked).one()
            read = Site(_parsed(plan, facts.SitePlan), version, closed=closed)
            known = self._sites[round_code, code] = read
        return known

    def site_of(self, connection: Connection, row: RegistrationRow) -> Site | None:
        """The site of a registration, as it is for a photo that goes to a person; None before one was chosen."""
        site = self.site(connection, row["round"], row["site"] or "")
        return site and site.for_photo(bool(row["photo"] and row["photo"].get("appealed")), site.photo_lost)

    def current(self, connection: Connection) -> Round | None:
        """The round that the front page and the desks speak of: the one opened last, once it has begun.

        While it has not, and the one before it goes on, people are still busy with that.
        """
        newest = connection.execute(_NEWEST).first()
        return self.current_behind(connection, newest.code, newest.version) if newest else None

    def current_behind(self, connection: Connection, code: str, version: int | None) -> Round | None:
        """The current round, where the code and version of the one opened last were just read."""
        newest, now = self.round_at(connection, code, version), self._clock()
        if newest is None or newest.begun(now):
            return newest
        for one in connection.execute(_NEWEST_FIRST).all():
            before = self.round_at(connection, one.code, one.version)
            if before is not None and before.begun(now):
                return newest if before.over(now) else before
        return newest

    def rounds(self, connection: Connection) -> list[Round]:
        """Every round, by code."""
        codes = connection.execute(select(rounds.c.code).order_by(rounds.c.code)).scalars().all()
        return [found for code in codes if (found := self.round(connection, code)) is not None]

    def sites(self, connection: Connection, round_code: str) -> list[Site]:
        """Every site of a round, by province, city and code."""
        versions = connection.execute(_SITE_VERSIONS, {"of": round_code}).all()
        outdated = [
            code
            for code, version in versions
            if (known := self._sites.get((round_code, code))) is None or known.version != version
        ]
        if outdated:
            for row in connection.execute(_SITE_PLANS, {"of": round_code, "wanted": outdated}).mappings():
                read = Site(_parsed(row["plan"], facts.SitePlan), row["version"], closed=row["closed"])
                self._sites[round_code, row["code"]] = read
        return [self._sites[round_code, code] for code, _ in versions]


def notice(connection: Connection, round_code: str, kind: str) -> Row | None:
    """The newest notice of a kind ("announcement", "guide"), or None."""
    asked = select(notices).where(notices.c.round == round_code, notices.c.kind == kind)
    return found_in(connection.execute(asked).mappings().first())


def _parsed(plan: Any, kind: type[_Plan]) -> _Plan:
    return msgspec.convert(plan, kind)
