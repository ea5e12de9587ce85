"""The facts with their guards, the keys of persons, claims, counters and serials."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0001"
down_revision = None

GUARDS: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        """CREATE TRIGGER facts_never_updated BEFORE UPDATE ON facts
           BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END""",
        """CREATE TRIGGER facts_never_deleted BEFORE DELETE ON facts
           BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END""",
        # REPLACE deletes without firing the trigger above, so a taken place is refused beforehand.
        """CREATE TRIGGER facts_never_replaced BEFORE INSERT ON facts
           WHEN EXISTS (SELECT 1 FROM facts WHERE stream = NEW.stream AND version = NEW.version)
             OR EXISTS (SELECT 1 FROM facts WHERE id = NEW.id)
           BEGIN SELECT RAISE(ABORT, 'this version or position of the facts is taken'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION facts_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
               RAISE EXCEPTION 'facts are append-only' USING ERRCODE = 'restrict_violation';
           END $$""",
        """CREATE TRIGGER facts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON facts
           FOR EACH STATEMENT EXECUTE FUNCTION facts_append_only()""",
    ),
}
"""What makes `facts` append-only for every role and connection, by dialect."""


def upgrade() -> None:
    _make_facts()
    op.create_table(
        "person_keys",
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("erased_at", Moment),
        sa.CheckConstraint("(wrapped IS NULL) = (erased_at IS NOT NULL)", name="ck_person_keys_erased"),
    )
    op.create_table(
        "claims",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("holder", sa.Uuid, nullable=False),
    )
    op.create_table(
        "counters",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("quota", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.CheckConstraint("taken >= 0", name="ck_counters_taken"),
    )
    op.create_table(
        "serials",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )


def _make_facts() -> None:
    op.create_table(
        "facts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.Identity(always=True),
            primary_key=True,
        ),
        sa.Column("stream", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("stream", "version"),
        sa.CheckConstraint("id > 0", name="ck_facts_id"),
        sqlite_autoincrement=True,
    )
    for guard in GUARDS[op.get_bind().dialect.name]:
        op.execute(guard)


def downgrade() -> None:
    raise RuntimeError("the facts are kept: there is no way back before the first migration")
