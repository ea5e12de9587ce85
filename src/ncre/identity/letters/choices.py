"""Which letters the owner of an account wants, by kind and channel, and in which language."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, String, Table, Uuid, delete, insert, select

from ncre.store.schema import metadata

letter_choices = Table(
    "letter_choices",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("kind", String(30), primary_key=True),
    Column("channel", String(10), primary_key=True),
    Column("wanted", Boolean, nullable=False),
)

letter_languages = Table(
    "letter_languages",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("language", String(10), nullable=False),
)


def declined(connection: Connection, account: UUID) -> frozenset[tuple[str, str]]:
    """Kinds and channels that the owner switched off."""
    asked = select(letter_choices.c.kind, letter_choices.c.channel).where(
        letter_choices.c.account == account, letter_choices.c.wanted.is_(False)
    )
    return frozenset((kind, channel) for kind, channel in connection.execute(asked))


def choose(connection: Connection, account: UUID, kind: str, channel: str, *, wanted: bool) -> None:
    here = (
        letter_choices.c.account == account,
        letter_choices.c.kind == kind,
        letter_choices.c.channel == channel,
    )
    connection.execute(delete(letter_choices).where(*here))
    row = {"account": account, "kind": kind, "channel": channel, "wanted": wanted}
    connection.execute(insert(letter_choices), row)


def language_of(connection: Connection, account: UUID) -> str:
    """The language that was chosen, "" where none was."""
    asked = select(letter_languages.c.language).where(letter_languages.c.account == account)
    return str(connection.execute(asked).scalar_one_or_none() or "")


def set_language(connection: Connection, account: UUID, language: str) -> None:
    connection.execute(delete(letter_languages).where(letter_languages.c.account == account))
    connection.execute(insert(letter_languages), {"account": account, "language": language})


def forget(connection: Connection, accounts: Collection[UUID]) -> None:
    for table in (letter_choices, letter_languages):
        connection.execute(delete(table).where(table.c.account.in_(accounts)))
