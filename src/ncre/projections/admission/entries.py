"""Who was let in at the door: one row a sitting; one that was taken back has none."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Uuid, bindparam, select

from ncre.events import admission
from ncre.projections.base import Key, Projection, Row
from ncre.store.columns import Moment
from ncre.store.schema import metadata

entries = Table(
    "entries",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("ticket", String(16), primary_key=True),
    Column("registration", Uuid, nullable=False),
    Column("hall", Integer, nullable=False),
    Column("manner", String(20), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("entered_by", String(64), nullable=False),
    Column("command", Uuid, nullable=False),
    Index("entries_registration", "registration"),
)


class Entries(Projection):
    table = entries
    listens = (admission.EntryRecorded, admission.EntryRevoked)
    by_stream = "stream"

    def key(self, fact: admission.EntryRecorded | admission.EntryRevoked) -> Key:
        return (fact.metadata.stream, fact.ticket)

    def step(self, fact: admission.EntryRecorded | admission.EntryRevoked, row: Row | None) -> Row | None:
        if isinstance(fact, admission.EntryRevoked):
            return None
        return {
            "stream": fact.metadata.stream,
            "ticket": fact.ticket,
            "registration": fact.registration,
            "hall": fact.hall,
            "manner": fact.manner,
            "verdict": fact.verdict,
            "entered_at": fact.done_at or fact.metadata.recorded_at,
            "entered_by": fact.metadata.actor,
            "command": fact.metadata.command_id,
        }


_OF = select(entries).where(entries.c.registration == bindparam("of"))


def entries_of(connection: Connection, registration: UUID) -> dict[str, Row]:
    """The entries of a registration, by ticket number."""
    return {row["ticket"]: dict(row) for row in connection.execute(_OF, {"of": registration}).mappings()}
