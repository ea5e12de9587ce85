"""Who was let in at the door."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("stream", sa.Uuid, nullable=False),
        sa.Column("ticket", sa.String(16), nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("hall", sa.Integer, nullable=False),
        sa.Column("manner", sa.String(20), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("entered_at", Moment, nullable=False),
        sa.Column("entered_by", sa.String(64), nullable=False),
        sa.Column("command", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("stream", "ticket", name=op.f("pk_entries")),
    )
    op.create_index("entries_registration", "entries", ["registration"])
