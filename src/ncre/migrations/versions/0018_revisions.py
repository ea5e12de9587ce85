"""Subjects that a round has no more, and sites that take nobody any more.

Subjects taken out before come with `ncre projections rebuild`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("rounds") as rounds:
        rounds.add_column(sa.Column("retired", sa.JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("sites") as sites:
        sites.add_column(sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.false()))
