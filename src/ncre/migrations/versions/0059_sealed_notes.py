"""Notes between staff are sealed; those written in clear before go with their columns. Exports say up to where they were read.

They are working notes, kept for 180 days at most; the hand-overs, runs and second looks themselves stay. A migration
opens no keys, so it cannot seal them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0057"

COLUMNS = (
    ("review_handovers", "note", "box"),
    ("review_runs", "note", "box"),
    ("second_looks", "outcome_note", "outcome_box"),
)


def upgrade() -> None:
    for table, clear, sealed in COLUMNS:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column(sealed, sa.LargeBinary))
            changed.drop_column(clear)
    op.create_index("bans_ended", "bans", ["ends"])
    lifted = sa.text("lifted_at IS NOT NULL")
    op.create_index("bans_lifted", "bans", ["lifted_at"], sqlite_where=lifted, postgresql_where=lifted)
    with op.batch_alter_table("exports") as changed:
        changed.add_column(sa.Column("position", sa.BigInteger, nullable=False, server_default="0"))
