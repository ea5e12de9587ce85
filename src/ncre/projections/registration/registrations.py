"""Where each registration stands now: the row behind the candidate's page, the queue and the desk.

Private data is not here: a masked number, keyed hashes for look-up, and `details_version`, the
fact that holds the details sealed. The same step, folded over part of a history, says how the
registration stood at any version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    bindparam,
    func,
    select,
)

from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.lifecycle import HOLDS_SEATS, LIFE, PAID, TERMINATED
from ncre.domain.registration.machine import arrival
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.projections.base import Key, Projection, Row, changed, typed, typed_or_none
from ncre.projections.registration.row_steps import CHANGES
from ncre.projections.rows import HoldingRow, RegistrationRow
from ncre.store.columns import ONE, Moment
from ncre.store.schema import metadata

registrations = Table(
    "registrations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("round", String(8), nullable=False),
    Column("account", Uuid, nullable=False),
    Column("account_since", Moment, nullable=False),
    Column("sealed_for", Uuid, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("begun_in", String(8), nullable=False),
    Column("status", String(20), nullable=False),
    Column("suspended_from", String(20)),
    Column("agreement", String(40), nullable=False),
    Column("agreed_at", Moment, nullable=False),
    Column("details_version", Integer),
    Column("person", String(64)),
    Column("holder", String(64)),
    Column("name_masked", String(80)),
    Column("document_masked", String(40)),
    Column("number", String(14)),
    Column("site", String(6)),
    Column("lines", JSON, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("submitted_at", Moment),
    Column("photo", JSON),
    Column("requested_at", Moment),
    Column("rejections", Integer, nullable=False),
    Column("rejected_version", Integer),
    Column("reasons", JSON, nullable=False),
    Column("approved_at", Moment),
    Column("pay_by", Moment),
    Column("order_version", Integer),
    Column("payment", JSON),
    Column("paid_at", Moment),
    Column("confirmed_at", Moment),
    Column("seated", Integer, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("registrations_of_account", "account", "round"),
    Index("registrations_begun_at", "sealed_for", "begun_in"),
    Index("registrations_at_site", "site", "status", "requested_at"),
    Index("registrations_by_number", "number"),
    Index("registrations_in_order", "site", "id"),
    Index("registrations_by_person", "person"),
    Index("registrations_due", "status", "pay_by"),
    Index("registrations_to_seat", "round", "status", "seated", "site"),
    Index("registrations_waiting", "status", "requested_at"),
    Index("registrations_of_round", "round", "sealed_for"),
)
"""One row a registration. `lines` is [{subject, fee}], amounts are fen, moments UTC.

`suspended_from` is the status that a registration on hold goes back to, None for all others. `account` is whose it is, `account_since` from when; `sealed_for` the account under whose key its
private fields, photos and papers are sealed. They differ once the exam office moved it. `ordinal`
counts the registrations that began at `sealed_for` in the round `begun_in`, which is not `round` once it was postponed.
"""


class RegistrationProjection(Projection):
    table = registrations
    listens = tuple(dict.fromkeys(row.fact for row in LIFE))
    opens = (facts.InfoFilled, facts.InfoAmended)
    by_stream = "id"

    def key(self, fact: Fact) -> Key:
        return (fact.metadata.stream,)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        stamp = fact.metadata
        status = _STATUSES[row["status"]] if row else Status.NEW
        change = CHANGES.get(type(fact))
        return changed(
            row or _begun(stamp.stream),
            version=stamp.version,
            status=arrival(status, fact).value,
            changed_at=stamp.recorded_at,
            **(change(fact, row or {}) if change else {}),
        )


def stood(history: Iterable[Fact]) -> RegistrationRow | None:
    """The row as it stood after these facts: the past is folded with the very same step."""
    projection, row = RegistrationProjection(), None
    for fact in history:
        row = projection.step(fact, row)
    return cast(RegistrationRow, row) if row is not None else None


_STATUSES = {status.value: status for status in Status}
"""Looking one up costs a tenth of making it from its value."""

_EMPTY: Row = dict.fromkeys(column.name for column in registrations.columns)


def _begun(stream: UUID) -> Row:
    return {**_EMPTY, "id": stream, "lines": [], "amount": 0, "rejections": 0, "reasons": [], "seated": 0}


_ONE = select(registrations).where(registrations.c.id == bindparam("registration"))
_NEWEST = (
    select(registrations)
    .where(registrations.c.account == bindparam("candidate"), registrations.c.round == bindparam("code"))
    .order_by(
        registrations.c.status.in_(sorted(TERMINATED)),
        registrations.c.account_since.desc(),
        registrations.c.ordinal.desc(),
    )
)
_NEWEST_ONE = _NEWEST.limit(ONE)
_OF_ACCOUNT = (
    select(registrations)
    .where(registrations.c.account == bindparam("candidate"))
    .order_by(registrations.c.account_since.desc())
)
_BEGUN = select(func.max(registrations.c.ordinal)).where(
    registrations.c.sealed_for == bindparam("begun_at"), registrations.c.begun_in == bindparam("code")
)
_MOVED_AWAY = select(registrations.c.id).where(
    registrations.c.sealed_for == bindparam("begun_at"),
    registrations.c.round == bindparam("code"),
    registrations.c.account != registrations.c.sealed_for,
    registrations.c.status.not_in(sorted(TERMINATED)),
)
_SEATLESS = (
    select(registrations.c.site, func.count().label("people"))
    .where(
        registrations.c.round == bindparam("code"),
        registrations.c.status.in_(sorted(PAID)),
        registrations.c.seated == 0,
    )
    .group_by(registrations.c.site)
    .order_by(registrations.c.site)
)
_HOLDING_SEATS_AT = (
    select(*(registrations.c[name] for name in HoldingRow.__annotations__))
    .where(
        registrations.c.round == bindparam("code"),
        registrations.c.site == bindparam("at"),
        registrations.c.status.in_(sorted(HOLDS_SEATS)),
    )
    .order_by(registrations.c.id)
)
_UNSEATED = (
    select(registrations.c.id, registrations.c.status, registrations.c.lines, registrations.c.seated)
    .where(
        registrations.c.round == bindparam("code"),
        registrations.c.site == bindparam("at"),
        registrations.c.status.in_(sorted(PAID)),
    )
    .order_by(registrations.c.number)
)


def one(connection: Connection, registration: UUID) -> RegistrationRow | None:
    """The row of a registration, or None."""
    return typed_or_none(
        RegistrationRow, connection.execute(_ONE, {"registration": registration}).mappings().first()
    )


def unconfirmed_at(
    connection: Connection, round_code: str, site: str, after: UUID | None, most: int
) -> list[UUID]:
    """Registrations at a site that are paid and not confirmed in person, by id, behind `after`."""
    asked = (
        select(registrations.c.id)
        .where(
            registrations.c.site == site,
            registrations.c.status == Status.PAID.value,
            registrations.c.round == round_code,
        )
        .where(*([registrations.c.id > after] if after else []))
        .order_by(registrations.c.id)
        .limit(most)
    )
    return list(connection.execute(asked).scalars())


def several_registrations(connection: Connection, ids: Sequence[UUID]) -> list[RegistrationRow]:
    """The rows of these registrations, in that order; those that are not there are left out."""
    found: dict[UUID, RegistrationRow] = {}
    for first in range(0, len(ids), 500):
        asked = select(registrations).where(registrations.c.id.in_(ids[first : first + 500]))
        rows = typed(RegistrationRow, connection.execute(asked).mappings())
        found |= {row["id"]: row for row in rows}
    return [found[one] for one in ids if one in found]


def page(
    connection: Connection, sites: frozenset[str], status: str | None, after: UUID | None, limit: int
) -> list[RegistrationRow]:
    """Registrations at these sites in the order of their ids, those after one id; with a status, those in it."""
    asked = select(registrations).order_by(registrations.c.id).limit(limit)
    if sites != EVERY_SITE:
        asked = asked.where(registrations.c.site.in_(sorted(sites)))
    if status is not None:
        asked = asked.where(registrations.c.status == status)
    if after is not None:
        asked = asked.where(registrations.c.id > after)
    return typed(RegistrationRow, connection.execute(asked).mappings())


def newest_of(connection: Connection, account: UUID, round_code: str) -> RegistrationRow | None:
    """The account's registration in a round: the one under way, else the newest that was given up."""
    asked = {"candidate": account, "code": round_code}
    return typed_or_none(RegistrationRow, connection.execute(_NEWEST_ONE, asked).mappings().first())


def is_active(row: RegistrationRow | None) -> bool:
    """Whether there is a registration, and it was not given up."""
    return row is not None and row["status"] not in TERMINATED


def of_account(connection: Connection, account: UUID) -> list[RegistrationRow]:
    """Every registration that belongs to the account, in all rounds, the newest first."""
    return typed(RegistrationRow, connection.execute(_OF_ACCOUNT, {"candidate": account}).mappings())


def under_way(connection: Connection, account: UUID, round_code: str) -> list[UUID]:
    """The registrations of an account in a round that were not given up: one, or none."""
    asked = {"candidate": account, "code": round_code}
    rows = connection.execute(_NEWEST, asked).mappings()
    return [row["id"] for row in typed(RegistrationRow, rows) if is_active(row)]


def moved_away(connection: Connection, account: UUID, round_code: str) -> bool:
    """Whether a registration that began at this account, and is not given up, belongs to another by now."""
    asked = {"begun_at": account, "code": round_code}
    return connection.execute(_MOVED_AWAY, asked).first() is not None


def next_ordinal(connection: Connection, account: UUID, round_code: str) -> int:
    """The ordinal of the registration that the account would begin next, also after one was moved away."""
    begun = connection.execute(_BEGUN, {"begun_at": account, "code": round_code}).scalar_one()
    return (begun or 0) + 1


def holding_seats_at(connection: Connection, round_code: str, site: str) -> list[HoldingRow]:
    """Registrations of a round that hold seats at a site, by id."""
    return typed(
        HoldingRow, connection.execute(_HOLDING_SEATS_AT, {"code": round_code, "at": site}).mappings()
    )


def without_seats(connection: Connection, round_code: str) -> dict[str, int]:
    """How many people have paid in a round and sit nowhere, by site; sites with nobody are left out."""
    found = connection.execute(_SEATLESS, {"code": round_code})
    return {row.site: row.people for row in found}


def to_be_seated(connection: Connection, round_code: str, site: str) -> list[Row]:
    """Paid registrations of a site, by registration number: id, status, lines, and how many of them are seated."""
    return [dict(row) for row in connection.execute(_UNSEATED, {"code": round_code, "at": site}).mappings()]
