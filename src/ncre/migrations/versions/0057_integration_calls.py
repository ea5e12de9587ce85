"""How many calls of a minute all processes together have taken for an integration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    op.create_table(
        "integration_calls",
        sa.Column("integration", sa.Uuid, nullable=False),
        sa.Column("minute", sa.BigInteger, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("integration", name=op.f("pk_integration_calls")),
    )


def downgrade() -> None:
    op.drop_table("integration_calls")
