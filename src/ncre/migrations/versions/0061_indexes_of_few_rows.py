"""Orders that may still be paid and money that could not be used stand in indexes of their own: a few of very many rows.

So do the first and the last words of names of several words: where nearly all are empty, SQLite reads the whole table instead.
Among all orders by time, SQLite looked for the oldest that is open through every paid one; and it took the index of all reasons for a way
to what is owed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    op.drop_index("payment_orders_state", "payment_orders")
    unended = sa.text("ended_at IS NULL")
    op.create_index(
        "payment_orders_payable",
        "payment_orders",
        ["opened_at"],
        sqlite_where=unended,
        postgresql_where=unended,
    )
    op.drop_index("payments_reason", "payments")
    unusable = sa.text("reason IS NOT NULL")
    op.create_index(
        "payments_reason",
        "payments",
        ["reason", "returned_at"],
        sqlite_where=unusable,
        postgresql_where=unusable,
    )
    for name in ("first", "last"):
        op.drop_index(f"search_keys_{name}", "search_keys")
        given = sa.text(f'"{name}" IS NOT NULL')
        op.create_index(
            f"search_keys_{name}", "search_keys", [name], sqlite_where=given, postgresql_where=given
        )
