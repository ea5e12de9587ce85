"""What is remembered while somebody is at another provider has no bound of its own; a subject there has 255 characters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    with op.batch_alter_table("proofs") as proofs:
        proofs.alter_column("target", type_=sa.Text(), existing_type=sa.String(600), existing_nullable=False)
    with op.batch_alter_table("identities") as identities:
        identities.alter_column(
            "subject", type_=sa.String(255), existing_type=sa.String(200), existing_nullable=False
        )
