"""Failed sign-ins are counted in slots of five minutes; of a 验证码 only what was redeemed is kept.

What both tables held before is minutes old and is counted anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.drop_table("challenges")
    op.drop_table("attempts")
    op.create_table(
        "attempts",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("free_at", Moment),
        sa.PrimaryKeyConstraint("key", "slot", name=op.f("pk_attempts")),
    )
    op.create_index("attempts_slot", "attempts", ["slot"])
    op.create_table(
        "redeemed_tokens",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redeemed_tokens")),
    )
    op.create_index("redeemed_tokens_expires_at", "redeemed_tokens", ["expires_at"])
