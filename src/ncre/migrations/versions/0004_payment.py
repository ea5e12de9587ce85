"""Orders of payment, the news told about them, the ledger of what came, and bills compared.

Rows for older facts come with `ncre projections rebuild`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_index("refunds_open", "refunds")
    op.create_table(
        "inbox",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("trade", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("order", sa.String(64), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("told_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("channel", "trade", "kind", "reference", name=op.f("pk_inbox")),
    )
    op.create_index("inbox_order", "inbox", ["order"])
    op.create_table(
        "errands",
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_errands")),
    )
    op.create_table(
        "refused_notices",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last_digest", sa.String(64), nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("channel", "why", name=op.f("pk_refused_notices")),
    )
    op.create_table(
        "payment_orders",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("fixed", sa.Integer, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_payment_orders")),
    )
    op.create_index("payment_orders_of", "payment_orders", ["registration"])
    op.create_index("payment_orders_state", "payment_orders", ["state", "opened_at"])
    op.create_table(
        "payments",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("trade", sa.String(64), nullable=False),
        sa.Column("order", sa.String(64), nullable=False),
        sa.Column("registration", sa.Uuid),
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(12), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("paid_at", Moment, nullable=False),
        sa.Column("told_at", Moment, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20)),
        sa.Column("request", sa.String(64)),
        sa.Column("trouble", sa.String(64)),
        sa.Column("returned_at", Moment),
        sa.Column("returned", sa.BigInteger),
        sa.Column("unexplained", sa.BigInteger),
        sa.PrimaryKeyConstraint("channel", "trade", name=op.f("pk_payments")),
    )
    op.create_index("payments_paid", "payments", ["paid_at"])
    op.create_index("payments_reason", "payments", ["reason", "returned_at"])
    op.create_index("payments_of", "payments", ["registration"])
    op.create_table(
        "reconciliations",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("payments", sa.Integer, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("refunds", sa.Integer, nullable=False),
        sa.Column("returned", sa.BigInteger, nullable=False),
        sa.Column("differences", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("channel", "day", name=op.f("pk_reconciliations")),
    )
