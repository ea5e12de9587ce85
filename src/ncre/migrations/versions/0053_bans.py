"""Who may not take the exam, registrations that the office lets stand all the same, and files that wait to be confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0053"
down_revision = "0050"


def upgrade() -> None:
    op.create_table(
        "bans",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("document_type", sa.String(20), nullable=False),
        sa.Column("document_masked", sa.String(40)),
        sa.Column("starts", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("decision", sa.String(60), nullable=False),
        sa.Column("imposed_at", Moment, nullable=False),
        sa.Column("lifted_at", Moment),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bans")),
    )
    op.create_index("bans_of_person", "bans", ["person", "ends"])
    op.create_index("bans_newest", "bans", ["imposed_at", "id"])
    op.create_table(
        "ban_kept_registrations",
        sa.Column("ban", sa.Uuid, nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("kept_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("ban", "registration", name=op.f("pk_ban_kept_registrations")),
    )
    op.create_index("ban_kept_registrations_of", "ban_kept_registrations", ["registration"])
    op.create_table(
        "office_uploads",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("uploaded_at", Moment, nullable=False),
        sa.Column("box", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_uploads")),
    )
    op.create_index("office_uploads_at", "office_uploads", ["uploaded_at"])
