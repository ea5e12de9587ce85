"""Files that staff uploaded and have not confirmed yet: kept for a day, sealed under the key of whoever sent them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, String, Table, Uuid, delete, insert, select

from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.schema import metadata

KEPT: Final = timedelta(days=1)

uploads: Final = Table(
    "office_uploads",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("account", Uuid, nullable=False),
    Column("uploaded_at", Moment, nullable=False),
    Column("box", LargeBinary, nullable=False),
    Index("office_uploads_at", "uploaded_at"),
)


class Uploads:
    """Thread-safe."""

    def __init__(self, database: Database, store: FactStore, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._store = store
        self._clock = clock

    def keep(self, upload: UUID, kind: str, account: UUID, content: bytes) -> None:
        """Keep a file under this id; the same id again changes nothing."""
        with self._database.transaction() as connection:
            if connection.execute(select(uploads.c.id).where(uploads.c.id == upload)).first():
                return
            box = self._store.seal_bytes(connection, account, content, f"upload/{upload}")
            connection.execute(
                insert(uploads),
                {"id": upload, "kind": kind, "account": account, "uploaded_at": self._clock(), "box": box},
            )

    def read(self, upload: UUID, kind: str, account: UUID) -> bytes | None:
        """The file, for whoever uploaded it and nobody else; None where there is none any more."""
        asked = select(uploads.c.box).where(
            uploads.c.id == upload,
            uploads.c.kind == kind,
            uploads.c.account == account,
            uploads.c.uploaded_at >= self._clock() - KEPT,
        )
        with self._database.reading() as connection:
            box = connection.execute(asked).scalar_one_or_none()
            return (
                None if box is None else self._store.open_bytes(connection, account, box, f"upload/{upload}")
            )

    def drop(self, upload: UUID, account: UUID) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(uploads).where(uploads.c.id == upload, uploads.c.account == account))

    def tidy(self, _before: datetime) -> None:
        """Remove what nobody confirmed within a day."""
        with self._database.transaction() as connection:
            connection.execute(delete(uploads).where(uploads.c.uploaded_at < self._clock() - KEPT))
