"""Every payment that reached us: what it was for, whether it was used, and whether it went back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)

from ncre.events import payment as facts
from ncre.projections.base import Key, Projection, Row, changed, typed, typed_or_none
from ncre.projections.registration.registrations import registrations
from ncre.projections.rows import PaymentRow
from ncre.store.columns import Moment
from ncre.store.deadlines import is_due, too_far
from ncre.store.schema import metadata

COUNTER: Final = "counter"
"""The source of money that staff took by hand."""

ORPHAN: Final = "orphan"
"""The reason of money that belongs to no order of ours; a person decides what becomes of it."""

BATCH_SIZE: Final = 1000
"""Rows in memory at a time where many are read."""

payments = Table(
    "payments",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("trade", String(64), primary_key=True),
    Column("order", String(64), nullable=False),
    Column("registration", Uuid),
    Column("round", String(8), nullable=False),
    Column("site", String(12), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("paid_at", Moment, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("source", String(20), nullable=False),
    Column("reason", String(20)),
    Column("request", String(64)),
    Column("trouble", String(64)),
    Column("returned_at", Moment),
    Column("returned", BigInteger),
    Column("unexplained", BigInteger),
    Column("back", JSON(none_as_null=True)),
    Column("told_total", BigInteger),
    Column("clerk", String(64)),
    Column("handed_back_by", String(64)),
    Column("note", String(500)),
    Index("payments_paid", "paid_at"),
    Index("payments_of", "registration"),
)
"""One row a trade. `back` is {reference: fen} of each refund that was named, `told_total` the largest sum of
refunds so far that the channel told; `returned` is what settled the refund that we wanted, and
`unexplained` what went back beyond it. `clerk` took the money at a counter, `handed_back_by` returned it there
(account ids). `note` says why the office sends money back that belongs to no order of ours.
"""

_OWED: Final = and_(payments.c.request.is_not(None), payments.c.returned_at.is_(None))
_UNEXPLAINED: Final = payments.c.unexplained.is_not(None)

_OF_REGISTRATION: Final = (
    select(payments)
    .where(payments.c.registration == bindparam("of"))
    .order_by(payments.c.told_at, payments.c.trade)
)

_RETURNED: Final = payments.c.returned_at.is_not(None)

_UNUSABLE: Final = payments.c.reason.is_not(None)

Index(
    "payments_reason",
    payments.c.reason,
    payments.c.returned_at,
    sqlite_where=_UNUSABLE,
    postgresql_where=_UNUSABLE,
)
Index("payments_returned", payments.c.returned_at, sqlite_where=_RETURNED, postgresql_where=_RETURNED)
Index("payments_owed", payments.c.told_at, sqlite_where=_OWED, postgresql_where=_OWED)
Index("payments_unexplained", payments.c.told_at, sqlite_where=_UNEXPLAINED, postgresql_where=_UNEXPLAINED)
"""Of all payments these few are asked for again and again; the indexes hold them alone. With the others in
it, SQLite would take the first for a way to what has not gone back yet: nearly everything."""

MoneyFact = (
    facts.PaymentReceived
    | facts.RefundRequested
    | facts.RefundPutOff
    | facts.RefundConfirmed
    | facts.RefundUnexplained
    | facts.RefundTotalTold
    | facts.OrphanReceived
)


class PaymentLedger(Projection):
    table = payments
    listens = (
        facts.PaymentReceived,
        facts.RefundRequested,
        facts.RefundPutOff,
        facts.RefundConfirmed,
        facts.RefundUnexplained,
        facts.RefundTotalTold,
        facts.OrphanReceived,
    )

    def key(self, fact: MoneyFact) -> Key:
        return (fact.channel, fact.trade)

    def step(self, fact: MoneyFact, row: Row | None) -> Row | None:
        match fact:
            case facts.PaymentReceived() | facts.OrphanReceived():
                return _entered(fact, row)
            case facts.RefundRequested():
                return changed(row, reason=fact.reason, request=fact.request, note=fact.note or None)
            case facts.RefundPutOff():
                return changed(row, trouble=fact.code)
            case facts.RefundConfirmed():
                return _weighed(_confirmed(row or _before_payment(fact), fact))
            case facts.RefundUnexplained():
                row = row or _before_payment(fact)
                return _weighed(changed(row, back={**(row["back"] or {}), fact.reference: fact.amount}))
            case facts.RefundTotalTold():
                row = row or _before_payment(fact)
                return _weighed(changed(row, told_total=max(fact.total, row["told_total"] or 0)))


def gone_back(row: Row) -> int:
    """Fen of a payment that have gone back, by whatever way."""
    back: dict[str, int] = row["back"] or {}
    return max(row["told_total"] or 0, sum(back.values()))


def _weighed(row: Row) -> Row:
    beyond = gone_back(row) - (row["returned"] or 0)
    return changed(row, unexplained=beyond if beyond > 0 else None)


def _confirmed(row: Row, fact: facts.RefundConfirmed) -> Row:
    back = row["back"] if fact.covered_by else {**(row["back"] or {}), fact.request: fact.amount}
    by = fact.metadata.actor if fact.source == COUNTER else None
    settled = {"returned_at": fact.returned_at, "returned": fact.amount, "trouble": None}
    return changed(row, **settled, back=back, handed_back_by=by)


def _before_payment(fact: facts.RefundConfirmed | facts.RefundUnexplained | facts.RefundTotalTold) -> Row:
    """A row for money of which the refund was told before the payment; the payment completes it."""
    return {
        **dict.fromkeys(column.name for column in payments.columns),
        "channel": fact.channel,
        "trade": fact.trade,
        "order": fact.order,
        "registration": fact.registration if fact.registration.int else None,
        "round": "",
        "site": "",
        "amount": 0,
        "paid_at": fact.returned_at,
        "told_at": fact.metadata.recorded_at,
        "source": fact.source,
    }


def _entered(fact: facts.PaymentReceived | facts.OrphanReceived, before: Row | None) -> Row:
    known = isinstance(fact, facts.PaymentReceived)
    told_first = {name: before[name] for name in ("unexplained", "back", "told_total")} if before else {}
    return {
        **dict.fromkeys(column.name for column in payments.columns),
        **told_first,
        "channel": fact.channel,
        "trade": fact.trade,
        "order": fact.order,
        "registration": fact.registration if isinstance(fact, facts.PaymentReceived) else None,
        "round": fact.round if isinstance(fact, facts.PaymentReceived) else "",
        "site": fact.site if isinstance(fact, facts.PaymentReceived) else "",
        "amount": fact.amount,
        "paid_at": fact.paid_at,
        "told_at": fact.metadata.recorded_at,
        "source": fact.source,
        "reason": None if known else ORPHAN,
        "clerk": fact.metadata.actor if fact.source == COUNTER else None,
    }


def owed(connection: Connection, limit: int = 200) -> list[PaymentRow]:
    """Money that is to go back and has not, longest owed first."""
    asked = select(payments).where(_OWED).order_by(payments.c.told_at).limit(limit)
    return typed(PaymentRow, connection.execute(asked).mappings())


def owed_count(connection: Connection) -> int:
    asked = select(func.count()).select_from(payments).where(_OWED)
    return int(connection.execute(asked).scalar_one())


def to_send_back(
    connection: Connection, retry_schedule: Table, channels: Sequence[str], now: datetime, limit: int
) -> list[PaymentRow]:
    """What is owed through these channels and may be asked for now."""
    noted = retry_schedule.c.key == literal("refund:") + payments.c.request
    asked = (
        select(payments)
        .outerjoin(retry_schedule, noted)
        .where(_OWED, payments.c.channel.in_(channels))
        .where(or_(retry_schedule.c.key.is_(None), is_due(retry_schedule.c.next_at, now, too_far(now))))
        .order_by(payments.c.told_at)
        .limit(limit)
    )
    return typed(PaymentRow, connection.execute(asked).mappings())


def one(connection: Connection, channel: str, trade: str) -> PaymentRow | None:
    asked = select(payments).where(payments.c.channel == channel, payments.c.trade == trade)
    found = connection.execute(asked).mappings().first()
    return typed_or_none(PaymentRow, found)


def orphans(connection: Connection) -> list[PaymentRow]:
    """Money for orders that we do not know."""
    undecided = payments.c.request.is_(None)
    asked = select(payments).where(payments.c.reason == ORPHAN, payments.c.returned_at.is_(None), undecided)
    return typed(PaymentRow, connection.execute(asked.order_by(payments.c.told_at)).mappings())


def of_registration(connection: Connection, registration: UUID) -> list[PaymentRow]:
    """Every payment that came for a registration, oldest first."""
    return typed(PaymentRow, connection.execute(_OF_REGISTRATION, {"of": registration}).mappings())


def at_counters(
    connection: Connection, since: datetime, until: datetime, sites: frozenset[str] | None
) -> list[Row]:
    """Payments taken or handed back at counters in this time, of these sites or of all, oldest first."""
    rows = between(connection, since, until, COUNTER)
    return [row for row in rows if sites is None or row["site"] in sites]


def unexplained(connection: Connection) -> list[PaymentRow]:
    """Payments of which something went back without our asking."""
    asked = select(payments).where(_UNEXPLAINED).order_by(payments.c.told_at)
    return typed(PaymentRow, connection.execute(asked).mappings())


def between(
    connection: Connection, since: datetime, until: datetime, channel: str | None = None
) -> Iterator[Row]:
    """Payments made or returned from `since` until before `until`, by time of payment, with their registration's number.

    Read a portion at a time, as they are used: a round has more of them than one wants in memory.
    Needs a connection that is in a transaction (`Database.snapshot`).
    """
    paid = and_(payments.c.paid_at >= since, payments.c.paid_at < until)
    returned = and_(payments.c.returned_at >= since, payments.c.returned_at < until)
    # Each part by its own index; one condition with OR would walk the table.
    both = union_all(select(payments).where(paid), select(payments).where(returned, not_(paid))).subquery()
    asked = (
        select(both, registrations.c.number)
        .outerjoin(registrations, registrations.c.id == both.c.registration)
        .order_by(both.c.paid_at, both.c.trade)
    )
    if channel is not None:
        asked = asked.where(both.c.channel == channel)
    for row in connection.execute(asked, execution_options={"yield_per": BATCH_SIZE}).mappings():
        yield dict(row)
