"""Who holds a document of which one person may have two numbers: a second key of the same place in a round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0020"


def upgrade() -> None:
    with op.batch_alter_table("registrations") as registrations:
        registrations.add_column(sa.Column("holder", sa.String(64)))
