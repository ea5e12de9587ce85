"""A registration with its round and its site, read at once: what every page of a candidate begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, select

from ncre.domain.exam.plan import Round, Site
from ncre.projections.base import Row
from ncre.projections.exam.exams import ExamRepository, rounds, sites
from ncre.projections.registration.registrations import registrations
from ncre.projections.rows import RegistrationRow
from ncre.store.columns import ONE

_newest_first = (rounds.c.opened_at.desc(), rounds.c.code.desc())
_code_of_newest = select(rounds.c.code).order_by(*_newest_first).limit(ONE).correlate(None).scalar_subquery()
_version_of_newest = (
    select(rounds.c.version).order_by(*_newest_first).limit(ONE).correlate(None).scalar_subquery()
)
_STANDING: Final = (
    select(
        registrations,
        rounds.c.version.label("version_of_round"),
        sites.c.version.label("version_of_site"),
        _code_of_newest.label("code_of_newest"),
        _version_of_newest.label("version_of_newest"),
    )
    .outerjoin(rounds, rounds.c.code == registrations.c.round)
    .outerjoin(sites, and_(sites.c.round == registrations.c.round, sites.c.code == registrations.c.site))
    .where(registrations.c.id == bindparam("registration"))
)


@dataclass(frozen=True)
class CaseStanding:
    """`site` is None until one was chosen; `current` is the round that the front page speaks of."""

    row: RegistrationRow
    round: Round | None
    site: Site | None
    current: Round | None


def case_standing(connection: Connection, exams: ExamRepository, registration: UUID) -> CaseStanding | None:
    """The registration and what it lives under, or None."""
    found = connection.execute(_STANDING, {"registration": registration}).mappings().first()
    if found is None:
        return None
    read: Row = dict(found)
    of_round, of_site = read.pop("version_of_round"), read.pop("version_of_site")
    code, of_newest = read.pop("code_of_newest"), read.pop("version_of_newest")
    row = cast(RegistrationRow, read)
    return CaseStanding(
        row,
        exams.round_at(connection, row["round"], of_round),
        exams.site_at(connection, row["round"], row["site"] or "", of_site),
        exams.current_behind(connection, code, of_newest),
    )
