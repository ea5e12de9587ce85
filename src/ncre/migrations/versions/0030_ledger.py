"""The ledger: the tree over the log in tiles, its signed checkpoints, what witnesses cosigned, its public keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment
from ncre.store.schema import Position

revision = "0030"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "ledger_tiles",
        sa.Column("level", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", Position, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.Column("first_id", Position),
        sa.Column("last_id", Position),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_ledger_tiles")),
    )
    op.create_index("ledger_tiles_first_id", "ledger_tiles", ["first_id"])
    op.create_table(
        "ledger_checkpoints",
        sa.Column("size", Position, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("last_id", Position, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_ledger_checkpoints")),
        sa.UniqueConstraint("number", name=op.f("uq_ledger_checkpoints_number")),
    )
    op.create_index(op.f("ix_ledger_checkpoints_last_id"), "ledger_checkpoints", ["last_id"])
    op.create_table(
        "ledger_cosignatures",
        sa.Column("size", Position, autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_ledger_cosignatures")),
    )
    op.create_index("ledger_cosignatures_witness", "ledger_cosignatures", ["witness", "size"])
    op.create_table(
        "ledger_keys",
        sa.Column("from_size", Position, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("handover", sa.Text),
        sa.PrimaryKeyConstraint("from_size", name=op.f("pk_ledger_keys")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_keys_key")),
    )
    op.create_table(
        "ledger_statements",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ledger_statements")),
    )
