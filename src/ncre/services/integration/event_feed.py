"""The log as other systems read it: CloudEvents in log order, of their sites, private fields sealed unless opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import Notification
from sqlalchemy import Connection, select

from ncre.domain.registration.vocabulary import Role
from ncre.events import exam
from ncre.events.base import Erased, Fact
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.external_identities import Identities
from ncre.identity.integrations import Integration
from ncre.projections.registration.registrations import registrations
from ncre.services.integration.fact_schemas import address_of, is_told
from ncre.store.fact_json import shape_of

PORTION: Final = 2_000
"""Facts that are looked through in one call at the most."""

LEAST: Final = 200
"""Facts that are read together at the least."""

PURPOSE: Final = "feed"


@dataclass(frozen=True)
class EventPage:
    """Events, and the position to go on after; `more`: there is more already."""

    items: list[dict[str, Any]]
    next: int
    more: bool


class EventFeed:
    """The facts as events for other systems, in the order of the log."""

    def __init__(self, command_handler: CommandHandler, identities: Identities, source: str) -> None:
        self._command_handler = command_handler
        self._identities = identities
        self._source = source or "ncre"

    def read(self, integration: Integration, after: int, limit: int, opened: bool = False) -> EventPage:
        """What is for it after a position, in log order; going on from `next` misses nothing.

        What is opened is recorded first, in the history of each registration. Raises Refusal where it cannot be.
        """
        found, last, more = list[tuple[Notification, Fact]](), after, True
        looked = 0
        while more and len(found) < limit and looked < PORTION:
            room = limit - len(found)
            rows = self._command_handler.store.raw_log(last, most := max(room, LEAST))
            with self._command_handler.database.reading() as connection:
                told = self.told(connection, integration, rows)
            looked, more = looked + len(rows), len(rows) == most or len(told) > room
            found += told[:room]
            last = found[-1][0].id if len(told) > room else rows[-1].id if rows else last
        if opened:
            with self._command_handler.database.reading() as connection:
                found = self._opened(connection, integration, found)
        return EventPage([self.event(row.id, fact) for row, fact in found], last, more)

    def has_more(self, after: int) -> bool:
        """Whether the log goes on after a position, for anybody."""
        return self._command_handler.store.settled() > after

    def told(
        self, connection: Connection, integration: Integration, rows: Sequence[Notification]
    ) -> list[tuple[Notification, Fact]]:
        """Those of the stored facts that are for it, private fields sealed."""
        told = [row for row in rows if is_told(row.topic)]
        closed = self._command_handler.store.closed(told)
        cases = [about(fact) for fact in closed]
        places = self._places(connection, set(cases))
        brought = self._identities.those_of(
            connection, integration.issuer, {one for _, one in places.values()}
        )
        covers = integration.acting_as(Role.REVIEWER).covers
        mine = {case for case, (site, account) in places.items() if covers(site) or account in brought}
        return [
            (row, fact)
            for row, fact, case in zip(told, closed, cases, strict=True)
            if case in mine or (case not in places and _is_for(covers, fact))
        ]

    def event(self, position: int, fact: Fact) -> dict[str, Any]:
        """A fact as a CloudEvents 1.0 event, as msgspec writes it."""
        stamp, values = fact.metadata, vars(fact)
        shape, stream = shape_of(fact.TOPIC), str(stamp.stream)
        data = shape.public_of(fact)
        sealed = []
        for name in shape.sealed:
            value = values[name]
            if isinstance(value, Erased):
                sealed.append(name)
                value = None
            data[name] = value
        case = values.get("registration")
        return {
            "specversion": "1.0",
            "id": f"{stream}/{stamp.version}",
            "source": self._source,
            "type": fact.TOPIC,
            "subject": str(case) if case else stream,
            "time": stamp.recorded_at,
            "datacontenttype": "application/json",
            "dataschema": address_of(fact.TOPIC),
            "position": str(position),
            "stream": stream,
            "version": stamp.version,
            "actor": stamp.actor,
            "role": stamp.role,
            "sealed": ",".join(sealed),
            "data": data,
        }

    def _opened(
        self, connection: Connection, integration: Integration, found: Sequence[tuple[Notification, Fact]]
    ) -> list[tuple[Notification, Fact]]:
        private = [row for row, fact in found if fact.SEALED]
        if not private:
            return list(found)
        looked = {about(fact) for _, fact in found if fact.SEALED}
        actor = integration.acting_as(Role.REVIEWER)
        self._command_handler.look_at_all(looked, actor, PURPOSE)
        topics = {row.topic for row in private}
        read = self._command_handler.store.read(connection, private, topics)
        by_position = {row.id: fact for row, fact in zip(private, read, strict=True)}
        return [(row, by_position.get(row.id, fact)) for row, fact in found]

    def _places(self, connection: Connection, cases: Collection[UUID]) -> dict[UUID, tuple[str, UUID]]:
        """Where each registration is now, and whose it is."""
        columns = registrations.c
        asked = select(columns.id, columns.site, columns.account).where(columns.id.in_(cases))
        return {identity: (site or "", account) for identity, site, account in connection.execute(asked)}


def about(fact: Fact) -> UUID:
    """The registration that a fact is about, else its stream."""
    found: UUID | None = vars(fact).get("registration")
    return found or fact.metadata.stream


def _is_for(covers: Callable[[str], bool], fact: Fact) -> bool:
    """Of a fact that is about no registration that there is."""
    match fact:
        case exam.RoundOpened() | exam.RoundRevised() | exam.NoticePosted():
            return True
        case exam.SiteOpened() | exam.SiteRevised():
            return covers(fact.plan.code)
        case exam.SeatsDrawn():
            return covers(fact.site)
        case _:
            return covers("")
