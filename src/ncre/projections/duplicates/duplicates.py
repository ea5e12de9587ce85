"""Hashes of the exchange of our own people, and those of them who registered in another province too."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, Column, Connection, Index, String, Table, Uuid, delete, func, insert, select

from ncre.domain.duplicates.exchange_file import ExchangedPerson, key_of
from ncre.domain.registration.lifecycle import HOLDS_SEATS, TERMINATED
from ncre.events import exchange
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Details
from ncre.projections.base import Key, Projection, Row, changed
from ncre.projections.registration.registrations import registrations
from ncre.store.columns import Moment
from ncre.store.schema import metadata

exchange_keys: Final = Table(
    "exchange_keys",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("sealed_for", Uuid, nullable=False),
    Column("key", String(64), nullable=False),
    Index("exchange_keys_key", "key"),
    Index("exchange_keys_sealed_for", "sealed_for"),
)

foreign_registrations: Final = Table(
    "foreign_registrations",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("province", String(2), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("subjects", String(40), nullable=False),
    Index("foreign_registrations_key", "key", "round"),
)
"""What the newest file of each province says. It is no projection: it comes from outside, and can be imported again."""

duplicates: Final = Table(
    "duplicates",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("province", String(2), primary_key=True),
    Column("subjects", JSON, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("outcome", String(12)),
    Column("resolved_at", Moment),
)

_WAITING: Final = duplicates.c.resolved_at.is_(None)
Index(
    "duplicates_waiting",
    duplicates.c.found_at,
    duplicates.c.registration,
    duplicates.c.province,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)


class ExchangeKeys(Projection):
    """Without a key of the exchange there are no rows."""

    table = exchange_keys
    listens = (facts.InfoFilled, facts.InfoAmended)
    opens = (facts.InfoFilled, facts.InfoAmended)
    by_stream = "registration"
    sealed_for = "sealed_for"

    def __init__(self, secret: bytes) -> None:
        super().__init__()
        self._secret = secret

    def key(self, fact: Fact) -> Key:
        return (fact.metadata.stream,)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        details = getattr(fact, "details", None)
        if not self._secret or not isinstance(details, Details):
            return None
        return {
            "registration": fact.metadata.stream,
            "sealed_for": fact.metadata.subject,
            "key": key_of(self._secret, details.document_type, details.document_number),
        }


class DuplicateProjection(Projection):
    table = duplicates
    listens = (exchange.DuplicateFound, exchange.DuplicateResolved)

    def key(self, fact: Fact) -> Key:
        assert isinstance(fact, exchange.DuplicateFound | exchange.DuplicateResolved)
        return fact.registration, fact.province

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        at = fact.metadata.recorded_at
        if isinstance(fact, exchange.DuplicateFound):
            return {
                "registration": fact.registration,
                "province": fact.province,
                "subjects": list(fact.subjects),
                "found_at": at,
                "outcome": None,
                "resolved_at": None,
            }
        assert isinstance(fact, exchange.DuplicateResolved)
        return changed(row, outcome=fact.outcome, resolved_at=at) if row else None


_OURS: Final = select(exchange_keys.c.key, registrations.c.lines).join_from(
    exchange_keys, registrations, registrations.c.id == exchange_keys.c.registration
)


def _of_province(asked: Any, round_code: str, province: str) -> Any:
    """Registrations that hold seats at the sites of a province, whose codes begin with its two digits."""
    return asked.where(
        registrations.c.round == round_code,
        registrations.c.status.in_(sorted(HOLDS_SEATS)),
        func.substr(registrations.c.site, 1, 2) == province,
    )


def own_people(connection: Connection, round_code: str, province: str) -> Iterator[ExchangedPerson]:
    """In the order of their hashes, a portion in memory at a time."""
    asked = _of_province(_OURS, round_code, province).order_by(exchange_keys.c.key)
    for key, lines in connection.execute(asked.execution_options(yield_per=2_000)):
        yield ExchangedPerson(key, tuple(line["subject"] for line in lines))


def replace_foreign(
    connection: Connection, round_code: str, province: str, people: tuple[ExchangedPerson, ...]
) -> None:
    """What the newest file of a province says, in place of the one before."""
    held = foreign_registrations.c
    connection.execute(
        delete(foreign_registrations).where(held.round == round_code, held.province == province)
    )
    for begin in range(0, len(people), 5_000):
        connection.execute(
            insert(foreign_registrations),
            [
                {
                    "round": round_code,
                    "province": province,
                    "key": one.key,
                    "subjects": " ".join(one.subjects),
                }
                for one in people[begin : begin + 5_000]
            ],
        )


def forget_foreign(connection: Connection, people: Collection[UUID]) -> None:
    """In the transaction of an erasure, before the keys go: what other provinces told of the people of these accounts."""
    theirs = select(exchange_keys.c.key).where(exchange_keys.c.sealed_for.in_(people))
    connection.execute(delete(foreign_registrations).where(foreign_registrations.c.key.in_(theirs)))


def new_hits(
    connection: Connection, round_code: str, province: str = "", registration: UUID | None = None
) -> list[Row]:
    """Our registrations under way whose person stands in the file of another province, and who were not found before."""
    held, found = foreign_registrations, duplicates
    asked = (
        select(registrations.c.id, held.c.province, held.c.subjects)
        .join_from(held, exchange_keys, exchange_keys.c.key == held.c.key)
        .join(registrations, registrations.c.id == exchange_keys.c.registration)
        .outerjoin(
            found, (found.c.registration == registrations.c.id) & (found.c.province == held.c.province)
        )
        .where(
            held.c.round == round_code,
            registrations.c.round == round_code,
            registrations.c.status.not_in(sorted(TERMINATED)),
            found.c.registration.is_(None),
        )
        .order_by(registrations.c.id)
    )
    if province:
        asked = asked.where(held.c.province == province)
    if registration is not None:
        asked = asked.where(exchange_keys.c.registration == registration)
    return [dict(row) for row in connection.execute(asked).mappings()]


def waiting(connection: Connection, limit: int = 100) -> list[Row]:
    """Hits without an outcome, of registrations that are under way, the oldest first."""
    asked = (
        select(
            duplicates,
            registrations.c.version,
            registrations.c.number,
            registrations.c.status,
            registrations.c.site,
            registrations.c.lines,
            registrations.c.name_masked,
            registrations.c.amount,
            registrations.c.paid_at,
        )
        .join_from(duplicates, registrations, registrations.c.id == duplicates.c.registration)
        .where(duplicates.c.resolved_at.is_(None), registrations.c.status.not_in(sorted(TERMINATED)))
        .order_by(duplicates.c.found_at, duplicates.c.registration, duplicates.c.province)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(asked).mappings()]


def is_waiting(connection: Connection, registration: UUID, province: str) -> bool:
    asked = select(duplicates.c.registration).where(
        duplicates.c.registration == registration,
        duplicates.c.province == province,
        duplicates.c.resolved_at.is_(None),
    )
    return connection.execute(asked).first() is not None
