"""What grows is counted in rows of its own and found by indexes: sums of registrations and takings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"

RETURNED = sa.text("returned_at IS NOT NULL")
OWED = sa.text("request IS NOT NULL AND returned_at IS NULL")
UNEXPLAINED = sa.text("unexplained IS NOT NULL")
OUT_OF_DATE = {
    "proofs": "expires_at",
    "sessions": "seen_at",
    "errands": "next_at",
}
"""By what the rooms find what may go, hour after hour."""

DAY = {
    "sqlite": "date(paid_at, '+8 hours')",
    "postgresql": "CAST(paid_at AT TIME ZONE 'Asia/Shanghai' AS date)",
}


def upgrade() -> None:
    op.drop_index("registrations_due", "registrations")
    op.create_index("registrations_due", "registrations", ["status", "pay_by"])
    op.create_index("registrations_waiting", "registrations", ["status", "requested_at"])
    op.create_index("payment_orders_opened", "payment_orders", ["opened_at"])
    op.create_index(
        "payments_returned",
        "payments",
        ["returned_at"],
        sqlite_where=RETURNED,
        postgresql_where=RETURNED,
    )
    op.create_index("payments_owed", "payments", ["told_at"], sqlite_where=OWED, postgresql_where=OWED)
    op.create_index(
        "payments_unexplained",
        "payments",
        ["told_at"],
        sqlite_where=UNEXPLAINED,
        postgresql_where=UNEXPLAINED,
    )
    for table, column in OUT_OF_DATE.items():
        op.create_index(f"{table}_{column[:-3]}", table, [column])
    _registration_counts()
    _revenue_report()


def _registration_counts() -> None:
    op.create_table(
        "registration_counts",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("round", "site", "status", name=op.f("pk_registration_counts")),
    )
    op.execute(
        "INSERT INTO registration_counts (round, site, status, people) "
        "SELECT round, site, status, count(*) FROM registrations WHERE site IS NOT NULL "
        "GROUP BY round, site, status"
    )


def _revenue_report() -> None:
    op.create_table(
        "takings",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("site", sa.String(12), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("back", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "site", name=op.f("pk_takings")),
    )
    day = DAY[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO takings (day, site, count, received, back) "
        f"SELECT {day}, site, count(*), sum(amount), "
        "sum(CASE WHEN request IS NOT NULL THEN amount ELSE 0 END) "
        f"FROM payments WHERE registration IS NOT NULL GROUP BY {day}, site"
    )
