"""Addresses from which letters came back: when sending to one stops, and when it begins anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, delete, insert, select, update

from ncre.operational.letters import letter_addresses

LONGEST_STATUS: Final = 20

SOFT_FAILURES: Final = 3
"""Given up by the mail server so often, an address counts as dead although nobody said so for good."""


def note(
    connection: Connection,
    account: UUID,
    channel: str,
    address_key: str,
    status: str,
    now: datetime,
    *,
    hard: bool,
) -> None:
    """A letter to this address came back. A row of another address gives way."""
    row = connection.execute(_of(account, channel)).first()
    before = int(row.failures) if row is not None and row.address_key == address_key else 0
    was = row.stopped_at if row is not None and row.address_key == address_key else None
    failures = before + 1
    stopped = was or (now if hard or failures >= SOFT_FAILURES else None)
    values = {
        "address_key": address_key,
        "failures": failures,
        "status": status[:LONGEST_STATUS],
        "stopped_at": stopped,
        "noted_at": now,
    }
    if row is None:
        connection.execute(insert(letter_addresses), {"account": account, "channel": channel, **values})
        return
    theirs = (letter_addresses.c.account == account, letter_addresses.c.channel == channel)
    connection.execute(update(letter_addresses).where(*theirs).values(values))


def is_stopped(connection: Connection, account: UUID, channel: str, address_key: str) -> bool:
    """Whether nothing is sent to this very address any more."""
    row = connection.execute(_of(account, channel)).first()
    return row is not None and row.address_key == address_key and row.stopped_at is not None


def begin_anew(connection: Connection, account: UUID, channel: str) -> None:
    """Its owner says that letters arrive again."""
    connection.execute(
        delete(letter_addresses).where(
            letter_addresses.c.account == account, letter_addresses.c.channel == channel
        )
    )


def _of(account: UUID, channel: str) -> Select[Any]:
    return select(letter_addresses).where(
        letter_addresses.c.account == account, letter_addresses.c.channel == channel
    )
