"""The log as other systems read it: CloudEvents in log order, of their sites, private fields sealed unless opened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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

PORTION: Final = 500
"""Facts that are looked through in one call at the most."""

PURPOSE: Final = "feed"


@dataclass(frozen=True)
class Page:
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

    def read(self, integration: Integration, after: int, limit: int, opened: bool = False) -> Page:
        """What is for it after a position, in log order; going on from `next` misses nothing.

        What is opened is recorded first, in the history of each registration. Raises Refusal where it cannot be.
        """
        portion = max(limit, PORTION)
        rows = self._command_handler.store.raw_log(after, portion)
        with self._command_handler.database.reading() as connection:
            found = self.told(connection, integration, rows)[:limit]
            if opened:
                found = self._opened(connection, integration, found)
        full = len(found) == limit
        last = found[-1][0].id if full else rows[-1].id if rows else after
        more = len(rows) == portion or bool(rows and last < rows[-1].id)
        return Page([self.event(row.id, fact) for row, fact in found], last, more)

    def has_more(self, after: int) -> bool:
        """Whether the log goes on after a position, for anybody."""
        return self._command_handler.store.settled() > after

    def told(
        self, connection: Connection, integration: Integration, rows: Sequence[Notification]
    ) -> list[tuple[Notification, Fact]]:
        """Those of the stored facts that are for it, private fields sealed."""
        told = [row for row in rows if is_told(row.topic)]
        closed = self._command_handler.store.read(connection, told, ())
        places = self._places(connection, {about(fact) for fact in closed})
        brought = self._identities.those_of(
            connection, integration.issuer, {one for _, one in places.values()}
        )
        return [
            (row, fact)
            for row, fact in zip(told, closed, strict=True)
            if _is_for(integration, fact, places.get(about(fact)), brought)
        ]

    def event(self, position: int, fact: Fact) -> dict[str, Any]:
        """A fact as a CloudEvents 1.0 event, as msgspec writes it."""
        stamp = fact.metadata
        shape, stream = shape_of(fact.TOPIC), str(stamp.stream)
        case = about(fact)
        values = {**shape.public_of(fact), **{name: vars(fact)[name] for name in shape.sealed}}
        sealed = [name for name in shape.sealed if isinstance(values[name], Erased)]
        data = {name: None if name in sealed else value for name, value in values.items()}
        return {
            "specversion": "1.0",
            "id": f"{stream}/{stamp.version}",
            "source": self._source,
            "type": fact.TOPIC,
            "subject": stream if case == stamp.stream else str(case),
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
    found: UUID | None = getattr(fact, "registration", None)
    return found or fact.metadata.stream


def _is_for(
    integration: Integration, fact: Fact, place: tuple[str, UUID] | None, brought: Iterable[UUID]
) -> bool:
    covers = integration.acting_as(Role.REVIEWER).covers
    if place is not None:
        site, account = place
        return covers(site) or account in brought
    match fact:
        case exam.RoundOpened() | exam.RoundRevised() | exam.NoticePosted():
            return True
        case exam.SiteOpened() | exam.SiteRevised():
            return covers(fact.plan.code)
        case exam.SeatsDrawn():
            return covers(fact.site)
        case _:
            return covers("")
