"""The waiting room: how many came in each quarter of a second, up to which moment of arrival people are let in, and tickets used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0054"


def upgrade() -> None:
    op.create_table(
        "arrivals",
        sa.Column("slot", sa.BigInteger, nullable=False),
        sa.Column("process", sa.String(32), nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("slot", "process", name=op.f("pk_arrivals")),
    )
    op.create_table(
        "admission",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("front", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("spare", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission")),
    )
    op.create_table(
        "used_tickets",
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_used_tickets")),
    )


def downgrade() -> None:
    for table in ("used_tickets", "admission", "arrivals"):
        op.drop_table(table)
