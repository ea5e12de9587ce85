"""What the office counts, as sums (`ncre projections rebuild` makes the rows), and exports: jobs, columns, schedules; people are found by e-mail."""

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
    _exports()
    op.add_column("search_keys", sa.Column("mail", sa.String(64)))
    op.create_index("search_keys_mail", "search_keys", ["mail"])
    _duplicates()


def _exports() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("pieces", sa.JSON, nullable=False),
        sa.Column("worker", sa.Uuid),
        sa.Column("heard_at", Moment),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("made_at", Moment),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index("exports_of", "exports", ["account", "asked_at"])
    op.create_index("exports_state", "exports", ["state", "asked_at"])
    op.create_table(
        "export_choices",
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("account", "what", name=op.f("pk_export_choices")),
    )
    op.create_table(
        "export_schedules",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("last_on", sa.Date),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_schedules")),
    )


def _duplicates() -> None:
    op.create_table(
        "exchange_keys",
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("sealed_for", sa.Uuid, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("registration", name=op.f("pk_exchange_keys")),
    )
    op.create_index("exchange_keys_key", "exchange_keys", ["key"])
    op.create_index("exchange_keys_sealed_for", "exchange_keys", ["sealed_for"])
    op.create_table(
        "foreign_registrations",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("subjects", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("round", "province", "key", name=op.f("pk_foreign_registrations")),
    )
    op.create_index("foreign_registrations_key", "foreign_registrations", ["key", "round"])
    op.create_table(
        "duplicates",
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("subjects", sa.JSON, nullable=False),
        sa.Column("found_at", Moment, nullable=False),
        sa.Column("outcome", sa.String(12)),
        sa.Column("resolved_at", Moment),
        sa.PrimaryKeyConstraint("registration", "province", name=op.f("pk_duplicates")),
    )
    op.create_index(
        "duplicates_waiting",
        "duplicates",
        ["found_at", "registration", "province"],
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
