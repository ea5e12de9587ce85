"""What one member of staff opened, exported and decided, read from the facts that name them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from ncre.domain.registration.vocabulary import Role
from ncre.events.access import DetailsViewed
from ncre.projections.audit.timeline import timeline
from ncre.projections.base import Row
from ncre.projections.registration.registrations import registrations
from ncre.store.fact_store import FactStore

EXPORTS: Final = frozenset({"hall-list", "door-list", "ticket-batch"})
"""Purposes of looks at many people at once, who are then on paper or in a file."""

MOST: Final = 1000
"""Facts of one page; a longer period is asked for in parts."""

TOGETHER: Final = timedelta(minutes=10)
"""Looks for one purpose with no longer pause between them are one export."""

_IN_OFFICE: Final = (Role.REVIEWER.value, Role.SITE_ADMIN.value, Role.OFFICE.value, Role.AUDITOR.value)
_OF_ACTOR: Final = (
    select(timeline)
    .where(
        timeline.c.actor == bindparam("who"),
        timeline.c.at >= bindparam("since"),
        timeline.c.at < bindparam("until"),
        timeline.c.role.in_(_IN_OFFICE),
    )
    .order_by(timeline.c.at.desc(), timeline.c.stream, timeline.c.version.desc())
    .limit(MOST + 1)
)


@dataclass
class ExportedList:
    """One list, as far as looks tell: the people on it by their cases, first and last moment."""

    purpose: str
    since: datetime
    until: datetime
    people: set[UUID] = field(default_factory=set)


@dataclass(frozen=True)
class Activity:
    """Lines of the story, newest first; `opened` with the purpose of each. `numbers` names the cases of them."""

    opened: list[tuple[Row, DetailsViewed]]
    exported: list[ExportedList]
    decided: list[Row]
    numbers: dict[UUID, str]
    cut: bool
    """Whether there was more than one page holds; the oldest were left out."""


def of_staff(
    connection: Connection, store: FactStore, account: UUID, own: UUID, since: datetime, until: datetime
) -> Activity:
    """What the account did in office from `since` until `until`; what happened to itself (`own`) aside."""
    asked = {"who": str(account), "since": since, "until": until}
    found = [dict(row) for row in connection.execute(_OF_ACTOR, asked).mappings()]
    rows = [row for row in found[:MOST] if row["stream"] != own]
    streams = sorted({row["stream"] for row in rows if row["topic"] == DetailsViewed.TOPIC})
    looks = {
        (fact.metadata.stream, fact.metadata.version): fact
        for history in store.histories(connection, streams).values()
        for fact in history
        if isinstance(fact, DetailsViewed)
    }
    seen = [(row, look) for row in rows if (look := looks.get((row["stream"], row["version"])))]
    return Activity(
        opened=[one for one in seen if one[1].purpose not in EXPORTS],
        exported=_exports(look for _, look in reversed(seen) if look.purpose in EXPORTS)[::-1],
        decided=[row for row in rows if row["topic"] != DetailsViewed.TOPIC],
        numbers=_numbers(connection, {row["about"] for row in rows}),
        cut=len(found) > MOST,
    )


def _exports(looks: Iterable[DetailsViewed]) -> list[ExportedList]:
    """Looks in their order, those of one export as one."""
    found: list[ExportedList] = []
    newest: dict[str, ExportedList] = {}
    for look in looks:
        at, export = look.metadata.recorded_at, newest.get(look.purpose)
        if export is None or at - export.until > TOGETHER or look.registration in export.people:
            export = newest[look.purpose] = ExportedList(look.purpose, at, at)
            found.append(export)
        export.until = at
        export.people.add(look.registration)
    return found


def _numbers(connection: Connection, cases: set[UUID]) -> dict[UUID, str]:
    """The registration numbers of cases, "" for one that has none yet; what is no case is missing."""
    asked = select(registrations.c.id, registrations.c.number).where(registrations.c.id.in_(cases))
    return {row.id: row.number or "" for row in connection.execute(asked)}
