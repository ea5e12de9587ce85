"""The outbox of letters about registrations, and what became of each: working notes beside the log, which holds the causes.

No address stands here in clear: `address` is the masked one, sealed under its owner's key. A row is one letter by one channel
for one cause, and its id is made of these, so that no fact that is read twice makes another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ncre.store.columns import Moment
from ncre.store.deadlines import put_off_too_far
from ncre.store.schema import metadata


class LetterState(StrEnum):
    """`sent`: a server took it over. `bounced`: it came back. `dropped`: it was not to be sent any more."""

    WAITING = "waiting"
    SENT = "sent"
    BOUNCED = "bounced"
    DROPPED = "dropped"


class LetterReason(StrEnum):
    """Why a letter was dropped, waits, or came back."""

    NONE = ""
    PASSED = "passed"
    EXPIRED = "expired"
    SWITCHED_OFF = "switched-off"
    NO_ADDRESS = "no-address"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"
    SERVER = "server"
    REFUSED = "refused"


letters = Table(
    "letters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("registration", Uuid, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("cause", String(80), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("why", String(20), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("address", LargeBinary),
    Column("address_key", String(64)),
    Index("letters_due", "state", "channel", "next_at"),
    Index("letters_of_registration", "registration", "due"),
    Index("letters_of_account", "account"),
    Index("letters_ended", "ended_at"),
)
"""`next_at`: when it may be sent, or until when a worker has it. `address_key` is the keyed hash of the address."""

letter_progress = Table(
    "letter_progress",
    metadata,
    Column("reader", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("after", Uuid),
)
"""One row: up to where the log was read, and of the fact behind it up to which registration."""

letter_addresses = Table(
    "letter_addresses",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("channel", String(10), primary_key=True),
    Column("address_key", String(64), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("stopped_at", Moment),
    Column("noted_at", Moment, nullable=False),
)
"""Addresses from which letters came back. A row counts for the address of its key alone: another one begins anew."""

READER: Final = 1
_NAMESPACE: Final = UUID("b0c9a6d2-53d3-5f0b-8a55-9e0f1e3f6f11")


@dataclass(frozen=True)
class OutboxLetter:
    id: UUID
    registration: UUID
    account: UUID
    kind: str
    channel: str
    cause: str
    position: int
    state: str
    why: str
    tries: int
    due: datetime
    next_at: datetime
    expires: datetime
    ended_at: datetime | None
    address: bytes | None
    address_key: str | None


def letter_id(registration: UUID, kind: str, cause: str, channel: str, side: str = "") -> UUID:
    """The same for the same cause; `side` tells two who are written to for one."""
    return uuid5(_NAMESPACE, f"{registration}:{kind}:{cause}:{channel}:{side}")


def progress(connection: Connection) -> tuple[int, UUID | None] | None:
    """Up to where the log was read, None where nobody began."""
    row = connection.execute(select(letter_progress).where(letter_progress.c.reader == READER)).first()
    return (int(row.position), row.after) if row else None


def begin(connection: Connection, position: int) -> None:
    connection.execute(insert(letter_progress), {"reader": READER, "position": position, "after": None})


def move_on(
    connection: Connection, before: tuple[int, UUID | None], position: int, after: UUID | None
) -> bool:
    """False where another worker was quicker."""
    here = letter_progress.c.after.is_(None) if before[1] is None else letter_progress.c.after == before[1]
    moved = update(letter_progress).where(
        letter_progress.c.reader == READER, letter_progress.c.position == before[0], here
    )
    return bool(connection.execute(moved.values(position=position, after=after)).rowcount)


def plan(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Put letters into the outbox; one that is there already stays as it is."""
    given = list(rows)
    if not given:
        return
    adding: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(adding(letters).on_conflict_do_nothing(index_elements=[letters.c.id]), given)


def planned(
    registration: UUID,
    account: UUID,
    kind: str,
    channel: str,
    cause: str,
    position: int,
    due: datetime,
    expires: datetime,
    side: str = "",
) -> dict[str, Any]:
    """A row that waits until it is due."""
    return {
        "id": letter_id(registration, kind, cause, channel, side),
        "registration": registration,
        "account": account,
        "kind": kind,
        "channel": channel,
        "cause": cause,
        "position": position,
        "state": LetterState.WAITING.value,
        "why": LetterReason.NONE.value,
        "tries": 0,
        "due": due,
        "next_at": due,
        "expires": expires,
        "ended_at": None,
        "address": None,
        "address_key": None,
    }


def due(connection: Connection, channel: str, now: datetime, limit: int) -> list[OutboxLetter]:
    """What may go out by a channel now, longest due first."""
    asked = (
        select(letters)
        .where(
            letters.c.state == LetterState.WAITING,
            letters.c.channel == channel,
            letters.c.next_at <= now,
        )
        .order_by(letters.c.next_at, letters.c.id)
        .limit(limit)
    )
    return [OutboxLetter(**row) for row in connection.execute(asked).mappings()]


def take(connection: Connection, letter: OutboxLetter, until: datetime) -> bool:
    """Keep other workers from it until then; False where one has it already, or it changed."""
    taken = update(letters).where(
        letters.c.id == letter.id,
        letters.c.state == LetterState.WAITING,
        letters.c.next_at == letter.next_at,
    )
    return bool(connection.execute(taken.values(next_at=until)).rowcount)


def put_off(
    connection: Connection, letter: OutboxLetter, until: datetime, why: LetterReason, *, tried: bool
) -> None:
    """It waits on; `tried` counts the attempt."""
    tries = letter.tries + (1 if tried else 0)
    waiting = update(letters).where(letters.c.id == letter.id, letters.c.state == LetterState.WAITING)
    connection.execute(waiting.values(next_at=until, why=why.value, tries=tries))


def bring_back(connection: Connection, now: datetime, delays: Sequence[timedelta]) -> int:
    """What a clock that stood later put off or took is due at once; how many. `delays` by the number of tries."""
    late = update(letters).where(
        letters.c.state == LetterState.WAITING,
        letters.c.due <= now,
        put_off_too_far(letters.c.next_at, letters.c.tries, now, delays),
    )
    return connection.execute(late.values(next_at=now)).rowcount


def end(
    connection: Connection, letter: OutboxLetter, state: LetterState, why: LetterReason, **values: Any
) -> None:
    """What became of it; a letter that is gone, with its person, stays gone."""
    ended = update(letters).where(letters.c.id == letter.id, letters.c.state == LetterState.WAITING)
    connection.execute(ended.values(state=state.value, why=why.value, **values))


def one(connection: Connection, identity: UUID) -> OutboxLetter | None:
    row = connection.execute(select(letters).where(letters.c.id == identity)).mappings().first()
    return OutboxLetter(**row) if row else None


def bounced(connection: Connection, identity: UUID) -> bool:
    """A letter that was taken over came back; False where it is not one of these."""
    back = update(letters).where(letters.c.id == identity, letters.c.state == LetterState.SENT)
    values = {"state": LetterState.BOUNCED.value, "why": LetterReason.REFUSED.value}
    return bool(connection.execute(back.values(values)).rowcount)


def of_registration(connection: Connection, registration: UUID, limit: int) -> list[OutboxLetter]:
    """The newest first."""
    asked = (
        select(letters)
        .where(letters.c.registration == registration)
        .order_by(letters.c.due.desc(), letters.c.channel)
        .limit(limit)
    )
    return [OutboxLetter(**row) for row in connection.execute(asked).mappings()]


def forget_people(
    connection: Connection, accounts: Collection[UUID], registrations: Collection[UUID]
) -> None:
    """Letters, log and failed addresses of people, as their keys are destroyed."""
    theirs = or_(letters.c.account.in_(accounts), letters.c.registration.in_(registrations))
    connection.execute(delete(letters).where(theirs))
    connection.execute(delete(letter_addresses).where(letter_addresses.c.account.in_(accounts)))


def forget_ended(connection: Connection, before: datetime) -> None:
    """The log of what ended before then."""
    connection.execute(delete(letters).where(letters.c.ended_at < before))
