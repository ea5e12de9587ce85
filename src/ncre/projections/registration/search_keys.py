"""Finding people by name, phone or e-mail: keyed hashes in rows of their own, one a registration.

Names, phones and addresses are sealed in the facts. What stands here tells nothing without the pepper, finds whole names and
whole words of them alone, and goes with the key of the person.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, Index, Select, String, Table, Uuid, select, union

from ncre.domain.accounts.addresses import NotAnAddress, email, phone
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.typed_text import name_words
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Details
from ncre.projections.base import Key, Projection, Row
from ncre.projections.registration.registrations import registrations
from ncre.store.keys import blind_index
from ncre.store.schema import metadata

search_keys = Table(
    "search_keys",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("sealed_for", Uuid, nullable=False),
    Column("words", String(64), nullable=False),
    Column("letters", String(64), nullable=False),
    Column("first", String(64)),
    Column("last", String(64)),
    Column("mobile", String(64)),
    Column("mail", String(64)),
    Index("search_keys_sealed_for", "sealed_for"),
    Index("search_keys_words", "words"),
    Index("search_keys_letters", "letters"),
    Index("search_keys_mobile", "mobile"),
    Index("search_keys_mail", "mail"),
)
"""Hex digits of keyed hashes: `words` of a name in any order, its `letters` without blanks and marks, of a name of
several words the `first` and the `last` one alone, `mobile` as E.164, and `mail` as an account would be
signed in to with it."""

for _column in (search_keys.c.first, search_keys.c.last):
    _given = _column.is_not(None)
    Index(f"search_keys_{_column.name}", _column, sqlite_where=_given, postgresql_where=_given)
"""Chinese names are one word, so these are mostly empty; with the empty ones in it SQLite holds an index for useless and reads everything."""

LONGEST: Final = 254
"""Characters of a name, a phone or an address that is searched for."""


class SearchKeys(Projection):
    table = search_keys
    listens = (facts.InfoFilled, facts.InfoAmended)
    opens = (facts.InfoFilled, facts.InfoAmended)
    by_stream = "registration"
    sealed_for = "sealed_for"

    def __init__(self, pepper: bytes) -> None:
        super().__init__()
        self._pepper = pepper

    def key(self, fact: Fact) -> Key:
        return (fact.metadata.stream,)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        details = getattr(fact, "details", None)
        if not isinstance(details, Details):
            return None
        words = name_words(details.name)
        several = len(words) > 1
        return {
            "registration": fact.metadata.stream,
            "sealed_for": fact.metadata.subject,
            "words": _words(self._pepper, words),
            "letters": _letters(self._pepper, words),
            "first": _word(self._pepper, words[0]) if several else None,
            "last": _word(self._pepper, words[-1]) if several else None,
            "mobile": _mobile(self._pepper, details.mobile),
            "mail": _mail(self._pepper, details.email),
        }


def found(
    connection: Connection,
    pepper: bytes,
    text: str,
    sites: frozenset[str],
    account: UUID | None = None,
    limit: int = 20,
) -> list[Row]:
    """Registrations of whoever has this name, this word of a name, this phone or this address, newest first.

    And those of an `account` that is signed in to with the text; all at these sites. What was searched for is known to
    nobody afterwards; rows name whoever it names with a masked name.
    """
    named = _named(pepper, text) if len(text) <= LONGEST else []
    if account is not None:
        named.append(select(registrations.c.id).where(registrations.c.account == account))
    if not named:
        return []
    asked = select(registrations).where(registrations.c.id.in_(union(*named)))
    if sites != EVERY_SITE:
        asked = asked.where(registrations.c.site.in_(sorted(sites)))
    asked = asked.order_by(registrations.c.agreed_at.desc()).limit(limit)
    return [dict(row) for row in connection.execute(asked).mappings()]


def _named(pepper: bytes, text: str) -> list[Select[Any]]:
    """By each of the forms for itself, so that each is found by its own index."""
    held = search_keys.c
    conditions = []
    if words := name_words(text):
        conditions += [held.words == _words(pepper, words), held.letters == _letters(pepper, words)]
    if len(words) == 1:
        conditions += [held.first == _word(pepper, words[0]), held.last == _word(pepper, words[0])]
    if number := _mobile(pepper, text):
        conditions.append(held.mobile == number)
    if address := _mail(pepper, text):
        conditions.append(held.mail == address)
    return [select(held.registration).where(condition) for condition in conditions]


def _words(pepper: bytes, words: list[str]) -> str:
    return blind_index(pepper, "name-words", " ".join(sorted(words)))


def _letters(pepper: bytes, words: list[str]) -> str:
    return blind_index(pepper, "name-letters", "".join(words))


def _word(pepper: bytes, word: str) -> str:
    return blind_index(pepper, "name-word", word)


def _mobile(pepper: bytes, number: str) -> str | None:
    """The keyed hash of a phone number, however it is written; None for what is none."""
    try:
        return blind_index(pepper, "mobile", phone(number))
    except NotAnAddress:
        return None


def _mail(pepper: bytes, address: str) -> str | None:
    """The keyed hash of an e-mail address, upper or lower case alike; None for what is none."""
    try:
        return blind_index(pepper, "mail", email(address))
    except NotAnAddress:
        return None


def kind_of(text: str) -> str:
    """What somebody searched by, as it is recorded: mail, phone or name."""
    if "@" in text:
        return "mail"
    return "phone" if _mobile(b"", text) else "name"
