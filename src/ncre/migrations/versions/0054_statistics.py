"""What the office counts: hours, subjects, reviews and photos as sums. `ncre projections rebuild` makes the rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.create_table(
        "registration_hours",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("part", sa.String(6), nullable=False),
        sa.Column("hour", Moment, nullable=False),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("submitted", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("round", "part", "hour", name=op.f("pk_registration_hours")),
    )
    op.create_table(
        "unplaced_counts",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("part", sa.String(6), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("round", "part", "status", name=op.f("pk_unplaced_counts")),
    )
    op.create_table(
        "subject_counts",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("subject", sa.String(8), nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("paid", sa.Integer, nullable=False),
        sa.Column("fees", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("round", "site", "subject", name=op.f("pk_subject_counts")),
    )
    op.create_table(
        "review_measures",
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("requested_at", Moment),
        sa.Column("sums", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("registration", name=op.f("pk_review_measures")),
    )
    op.create_table(
        "review_counts",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("seconds", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("round", "site", "kind", "item", name=op.f("pk_review_counts")),
    )
