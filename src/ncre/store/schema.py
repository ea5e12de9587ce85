"""The tables of the fact store, on the one `metadata` that all tables of the service share.

Alembic owns the schema, the guards that make `facts` append-only included (`ncre.migrations`);
these objects only say what it looks like.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from ncre.store.columns import Moment

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)
"""Constraints are named, so that a later migration can name them on both databases."""

Position = BigInteger().with_variant(Integer, "sqlite")
"""A place in the log. SQLite numbers rows by itself only in a column declared INTEGER."""

facts: Final = Table(
    "facts",
    metadata,
    Column("id", Position, Identity(always=True), primary_key=True),
    Column("stream", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    UniqueConstraint("stream", "version"),
    CheckConstraint("id > 0", name="ck_facts_id"),
    sqlite_autoincrement=True,
)
"""Every fact, in log order. A positive id keeps SQLite's -1 for "not numbered yet" out of use."""

person_keys: Final = Table(
    "person_keys",
    metadata,
    Column("subject", Uuid, primary_key=True),
    Column("wrapped", LargeBinary),
    Column("erased_at", Moment),
    CheckConstraint("(wrapped IS NULL) = (erased_at IS NOT NULL)", name="ck_person_keys_erased"),
)
"""One key a person, wrapped by the master key; a row without its key is the tombstone of an erasure."""

key_checks: Final = Table(
    "key_checks",
    metadata,
    Column("purpose", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
)
"""What tells whether the secret and each key derived from it are those of this database."""

claims: Final = Table(
    "claims",
    metadata,
    Column("key", Text, primary_key=True),
    Column("holder", Uuid, nullable=False),
)

counters: Final = Table(
    "counters",
    metadata,
    Column("key", Text, primary_key=True),
    Column("quota", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    CheckConstraint("taken >= 0", name="ck_counters_taken"),
)
"""Seats and people counted. `taken` may exceed `quota`: a quota can be lowered afterwards."""

serials: Final = Table(
    "serials",
    metadata,
    Column("key", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)
