"""Which file was sent as a photo for whom. Rows for older photos come with `ncre projections rebuild`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "photo_files",
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("person", sa.Uuid, nullable=False),
        sa.Column("uploaded", sa.String(64), nullable=False),
        sa.Column("sent_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("registration", "version", name=op.f("pk_photo_files")),
    )
    op.create_index("photo_files_uploaded", "photo_files", ["uploaded"])
