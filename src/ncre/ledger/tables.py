"""The tables of the ledger. They hold hashes, signatures and public keys: nothing of a person."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from ncre.store.columns import Moment
from ncre.store.schema import Position, metadata

tiles: Final = Table(
    "ledger_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", Position, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("first_id", Position),
    Column("last_id", Position),
    Index("ledger_tiles_first_id", "first_id"),
)
"""Up to 256 hashes a row, of height 8 * level (C2SP tlog-tiles); of leaves also the positions in the log."""

checkpoints: Final = Table(
    "ledger_checkpoints",
    metadata,
    Column("size", Position, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False, unique=True),
    Column("root", LargeBinary, nullable=False),
    Column("last_id", Position, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)
"""Every checkpoint as it was signed; `last_id` is the position in the log of its last fact."""

cosignatures: Final = Table(
    "ledger_cosignatures",
    metadata,
    Column("size", Position, primary_key=True, autoincrement=False),
    Column("witness", String(200), primary_key=True),
    Column("line", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ledger_cosignatures_witness", "witness", "size"),
)
"""What witnesses sent back, each line verified before."""

keys: Final = Table(
    "ledger_keys",
    metadata,
    Column("from_size", Position, primary_key=True, autoincrement=False),
    Column("key", String(300), nullable=False, unique=True),
    Column("handover", Text),
)
"""The public keys: each signs checkpoints over more than `from_size` facts. Both keys sign a handover."""

statements: Final = Table(
    "ledger_statements",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("note", Text, nullable=False),
)
"""What else the ledger signed, by the SHA-256 of what it is about: the tables of the life so far."""
