"""What came in by day and site: payments, their fen, and the fen of them that were owed or went back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Date, Integer, String, Table, select

from ncre.domain.exam.plan import EXAM_TIME
from ncre.projections.base import Key, Row
from ncre.projections.payment.ledger import payments
from ncre.projections.summaries import Summary
from ncre.store.schema import metadata

revenue_report: Final = Table(
    "takings",
    metadata,
    Column("day", Date, primary_key=True),
    Column("site", String(12), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("back", BigInteger, nullable=False),
)
"""`day` is the day of payment in exam time. Money for orders that are not ours is in none."""


class RevenueProjection(Summary):
    table = revenue_report
    of = payments
    reads = (
        payments.c.site,
        payments.c.registration,
        payments.c.amount,
        payments.c.paid_at,
        payments.c.request,
        payments.c.unexplained,
    )

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        if row["registration"] is not None:
            day = row["paid_at"].astimezone(EXAM_TIME).date()
            by_hand = row["unexplained"] or 0
            back = row["amount"] if row["request"] is not None else by_hand
            yield (day, row["site"]), (1, row["amount"], back)


def by_day(connection: Connection, first: date, last: date) -> dict[date, dict[str, Row]]:
    """For each day (exam time) from `first` to `last` with payments, what each site took in."""
    asked = (
        select(revenue_report)
        .where(revenue_report.c.day >= first, revenue_report.c.day <= last, revenue_report.c["count"] > 0)
        .order_by(revenue_report.c.day, revenue_report.c.site)
    )
    found: dict[date, dict[str, Row]] = {}
    for row in connection.execute(asked).mappings():
        found.setdefault(row["day"], {})[row["site"]] = {
            key: int(row[key]) for key in ("count", "received", "back")
        }
    return found
