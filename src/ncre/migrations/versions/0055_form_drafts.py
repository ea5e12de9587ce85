"""What somebody types into a long form before it is sent, sealed under the key of their account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0055"
down_revision = "0052"


def upgrade() -> None:
    op.create_table(
        "form_drafts",
        sa.Column("page", sa.Uuid, nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("about", sa.Uuid),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("begun_at", Moment, nullable=False),
        sa.Column("saved_at", Moment, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("minute", sa.Integer, nullable=False),
        sa.Column("saves", sa.Integer, nullable=False),
        sa.Column("box", sa.LargeBinary),
        sa.PrimaryKeyConstraint("page", name=op.f("pk_form_drafts")),
    )
    op.create_index("form_drafts_account", "form_drafts", ["account"])
    op.create_index("form_drafts_about", "form_drafts", ["about"])
    op.create_index("form_drafts_saved", "form_drafts", ["saved_at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE form_drafts ALTER COLUMN box SET STATISTICS 0")
