"""A session keeps nothing that waits: what was begun elsewhere lies with the proofs."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("pending")
