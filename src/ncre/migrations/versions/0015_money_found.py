"""Refunds by reference and by sum, who took cash, terms of an order, and what could not be booked.

Rows for older facts come with `ncre projections rebuild`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0015"
down_revision = "0014"

OPEN = sa.text("resolved_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("payments") as payments:
        payments.add_column(sa.Column("back", sa.JSON))
        payments.add_column(sa.Column("told_total", sa.BigInteger))
        payments.add_column(sa.Column("clerk", sa.String(64)))
        payments.add_column(sa.Column("handed_back_by", sa.String(64)))
        payments.add_column(sa.Column("note", sa.String(500)))
    with op.batch_alter_table("payment_orders") as orders:
        orders.add_column(sa.Column("terms", sa.String(40), nullable=False, server_default=""))
    with op.batch_alter_table("errands") as retry_schedule:
        retry_schedule.add_column(sa.Column("answer", sa.String(20), nullable=False, server_default=""))
    op.create_table(
        "unbooked_items",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("order", sa.String(64), nullable=False),
        sa.Column("trade", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("told_at", Moment, nullable=False),
        sa.Column("resolved_at", Moment),
        sa.Column("resolved_by", sa.String(64)),
        sa.Column("note", sa.String(500)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unbooked_items")),
    )
    op.create_index(
        "unbooked_items_open", "unbooked_items", ["told_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )
