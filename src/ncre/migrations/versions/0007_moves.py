"""A registration may move to another account of the same person: since when it is whose, and whose key seals it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("registrations") as registrations:
        registrations.add_column(sa.Column("account_since", Moment))
        registrations.add_column(sa.Column("sealed_for", sa.Uuid))
    op.execute("UPDATE registrations SET account_since = agreed_at, sealed_for = account")
    with op.batch_alter_table("registrations") as registrations:
        registrations.alter_column("account_since", existing_type=Moment(), nullable=False)
        registrations.alter_column("sealed_for", existing_type=sa.Uuid(), nullable=False)
    op.create_index("registrations_begun_at", "registrations", ["sealed_for", "round"])
