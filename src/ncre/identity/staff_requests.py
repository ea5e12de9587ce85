"""What one person of the exam office asks for and a second one confirms: one request an account, for a week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import JSON, Column, Connection, String, Table, Uuid, delete, insert, select
from sqlalchemy.engine import RowMapping

from ncre.domain.accounts.staff import LONGEST_WHY, StaffChange, Wanted
from ncre.domain.registration.vocabulary import Role
from ncre.store.columns import Moment
from ncre.store.schema import metadata

staff_requests = Table(
    "staff_requests",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("change", String(20), nullable=False),
    Column("role", String(20), nullable=False),
    Column("sites", JSON, nullable=False),
    Column("why", String(LONGEST_WHY), nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("asked_at", Moment, nullable=False),
)

LIVES: Final = timedelta(days=7)


@dataclass(frozen=True)
class StaffRequest:
    account: UUID
    wanted: Wanted
    asked_by: str
    asked_at: datetime


class StaffRequests:
    """Every call works in the caller's transaction."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def ask(self, connection: Connection, account: UUID, wanted: Wanted, asked_by: str) -> None:
        """In place of an earlier request about the account."""
        self.drop(connection, account)
        row = {
            "account": account,
            "change": wanted.change.value,
            "role": wanted.role.value if wanted.role else "",
            "sites": sorted(wanted.sites),
            "why": wanted.why,
            "asked_by": asked_by,
            "asked_at": self._clock(),
        }
        connection.execute(insert(staff_requests), row)

    def of(self, connection: Connection, account: UUID) -> StaffRequest | None:
        """The open request about an account; held until the transaction ends."""
        asked = select(staff_requests).where(staff_requests.c.account == account).with_for_update()
        row = connection.execute(asked).mappings().first()
        return _request(row) if row and self._is_open(row) else None

    def open(self, connection: Connection) -> dict[UUID, StaffRequest]:
        """Every open request, by its account."""
        rows = connection.execute(select(staff_requests)).mappings()
        return {row["account"]: _request(row) for row in rows if self._is_open(row)}

    def drop(self, connection: Connection, account: UUID) -> None:
        connection.execute(delete(staff_requests).where(staff_requests.c.account == account))

    def _is_open(self, row: RowMapping) -> bool:
        return bool(timedelta() <= self._clock() - row["asked_at"] < LIVES)


def _request(row: RowMapping) -> StaffRequest:
    role = Role(row["role"]) if row["role"] else None
    wanted = Wanted(StaffChange(row["change"]), row["why"], role, frozenset(row["sites"]))
    return StaffRequest(row["account"], wanted, row["asked_by"], row["asked_at"])
