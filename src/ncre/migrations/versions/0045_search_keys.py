"""Keyed hashes of names and phones for the desk, what a member of staff did by time, and who waits for a seat.

The rows are made by `ncre projections rebuild`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0040"

HASHES = ("words", "letters", "first", "last", "mobile")


def upgrade() -> None:
    op.create_table(
        "search_keys",
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("sealed_for", sa.Uuid, nullable=False),
        sa.Column("words", sa.String(64), nullable=False),
        sa.Column("letters", sa.String(64), nullable=False),
        sa.Column("first", sa.String(64)),
        sa.Column("last", sa.String(64)),
        sa.Column("mobile", sa.String(64)),
        sa.PrimaryKeyConstraint("registration", name=op.f("pk_search_keys")),
    )
    for column in ("sealed_for", *HASHES):
        op.create_index(f"search_keys_{column}", "search_keys", [column])
    op.create_index("registrations_to_seat", "registrations", ["round", "status", "seated", "site"])
    op.create_index("timeline_actor", "timeline", ["actor", "at"])
