"""Erasures asked for and done, what is left to remove after one, and how long each round's data are kept.

PostgreSQL keeps samples of values beside its tables (pg_statistic): of private columns it takes none any more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0035"
down_revision = "0030"

PRIVATE = {
    "accounts": ("name", "key", "email", "phone"),
    "proofs": ("target",),
    "identities": ("name", "subject"),
    "registrations": ("name_masked", "document_masked", "person", "holder"),
    "sessions": ("place", "browser"),
    "person_keys": ("wrapped",),
}
"""Columns of which no sample may outlive a row."""


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_at", Moment),
        sa.Column("decided_at", Moment),
        sa.Column("possible_from", Moment),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_erasures")),
    )
    op.create_index("erasures_waiting", "erasures", ["state", "asked_at"])
    op.create_table(
        "erasure_remains",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("left", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_remains")),
    )
    op.create_index("erasure_remains_at", "erasure_remains", ["at"])
    op.create_table(
        "retentions",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("keep_days", sa.Integer, nullable=False),
        sa.Column("erase_days", sa.Integer),
        sa.PrimaryKeyConstraint("round", name=op.f("pk_retentions")),
    )
    op.create_index("registrations_of_round", "registrations", ["round", "sealed_for"])
    _take_no_samples()


def _take_no_samples() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table, columns in PRIVATE.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
            if _is_superuser(connection):
                connection.execute(_FORGET, {"of": table, "column": column})


_FORGET = sa.text(
    "DELETE FROM pg_statistic USING pg_attribute WHERE starelid = attrelid AND staattnum = attnum "
    "AND attrelid = to_regclass(:of) AND attname = :column"
)
"""Samples that were taken before. Only a superuser may; for others they go when the table is dropped or restored."""


def _is_superuser(connection: sa.Connection) -> bool:
    return connection.execute(sa.text("SELECT current_setting('is_superuser')")).scalar() == "on"
