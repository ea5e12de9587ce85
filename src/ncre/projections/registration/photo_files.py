"""Which files were sent as photos, to find one that was sent for two people: one row a photo of a registration."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Uuid, select

from ncre.events import registration as facts
from ncre.projections.base import Key, Projection, Row
from ncre.projections.registration.registrations import registrations
from ncre.store.columns import Moment
from ncre.store.schema import metadata

photo_files = Table(
    "photo_files",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("person", Uuid, nullable=False),
    Column("uploaded", String(64), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Index("photo_files_uploaded", "uploaded"),
)


class PhotoFileProjection(Projection):
    table = photo_files
    listens = (facts.PhotoUploaded, facts.PhotoReplaced)
    fresh = True
    by_stream = "registration"

    def key(self, sent: facts.PhotoUploaded | facts.PhotoReplaced) -> Key:
        return (sent.metadata.stream, sent.metadata.version)

    def step(self, sent: facts.PhotoUploaded | facts.PhotoReplaced, row: Row | None) -> Row | None:
        return {
            "registration": sent.metadata.stream,
            "version": sent.metadata.version,
            "person": sent.metadata.subject,
            "uploaded": sent.photo.uploaded,
            "sent_at": sent.metadata.recorded_at,
        }


def of_other_people(connection: Connection, registration: UUID) -> list[Row]:
    """Registrations of other people that ever had a file of this registration's, byte for byte: number, site, when."""
    mine = photo_files.alias("mine")
    asked = (
        select(registrations.c.id, registrations.c.number, registrations.c.site, photo_files.c.sent_at)
        .join_from(mine, photo_files, mine.c.uploaded == photo_files.c.uploaded)
        .join(registrations, registrations.c.id == photo_files.c.registration)
        .where(mine.c.registration == registration, photo_files.c.person != mine.c.person)
        .order_by(photo_files.c.sent_at)
        .distinct()
    )
    return [dict(row) for row in connection.execute(asked).mappings()]
