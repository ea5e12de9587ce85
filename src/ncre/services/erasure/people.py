"""Who is meant: all accounts and registrations of one person, and everything private that is known about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, or_, select

from ncre.domain.accounts.addresses import key as key_of
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import ContactChanged, DetailsCompleted, account_stream
from ncre.events.base import Fact
from ncre.events.registration import InfoAmended, InfoFilled, PhotoReplaced, PhotoUploaded
from ncre.events.registration_values import Details
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import accounts
from ncre.projections.base import Row
from ncre.projections.registration import desk_search
from ncre.projections.registration.registrations import registrations

TOLD: Final = ("name", "document_number", "document_typed", "mobile", "email", "address")
"""The fields of details that name a person; the others are codes, or shared by many."""


@dataclass(frozen=True)
class Doubtful:
    """A registration with the same document, of another name: it is not erased with the rest, but looked into."""

    registration: UUID
    number: str
    account: UUID


@dataclass(frozen=True)
class PersonToErase:
    """The accounts under whose keys anything of the person is sealed, or that are theirs; and their registrations."""

    accounts: tuple[UUID, ...]
    registrations: tuple[Row, ...]
    doubtful: tuple[Doubtful, ...] = ()


@dataclass(frozen=True)
class Traces:
    """What is private about a person, in clear: never stored, never shown. `photos` are digests, which tell nothing."""

    texts: frozenset[str]
    addresses: frozenset[str]
    documents: frozenset[str]
    photos: frozenset[str]


class PersonFinder:
    """Finds everything that belongs to one person."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def find(self, connection: Connection, text: str) -> PersonToErase:
        """By a registration or ticket number, an id, or what an account signs in with. Raises Refusal."""
        found = desk_search.found(connection, text, (), EVERY_SITE)
        account = found[0]["sealed_for"] if found else _account_named(connection, text)
        if account is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return self.of(connection, account)

    def of(self, connection: Connection, account: UUID) -> PersonToErase:
        """Everybody tied to an account: registrations moved from or to it (decision 15), or with the same document

        and the same name. Raises Refusal where one of them is an account of staff.
        """
        known, rows, doubtful = self._tied(connection, {account})
        while more := self._same_document(connection, known, rows, doubtful):
            known, rows, _ = self._tied(connection, known | more)
        _require_candidates(connection, known)
        in_order = sorted(rows.values(), key=lambda row: row["agreed_at"])
        kept = [one for one in doubtful.values() if one.registration not in rows]
        return PersonToErase(tuple(sorted(known)), tuple(in_order), tuple(kept))

    def traces(self, connection: Connection, person: PersonToErase) -> Traces:
        """Opens everything once more, to know what must not be left anywhere."""
        texts, addresses, documents, photos = set[str](), set[str](), set[str](), set[str]()
        for fact in self._facts(connection, person):
            if isinstance(fact, PhotoUploaded | PhotoReplaced):
                photos.add(fact.photo.digest)
            for details in _details_in(fact):
                texts |= {str(getattr(details, name)) for name in TOLD}
                addresses |= {details.mobile, details.email}
                documents |= {details.document_number, details.document_typed}
            if isinstance(fact, ContactChanged):
                addresses |= {one for one in (fact.was, fact.now) if isinstance(one, str)}
        addresses |= set(_addresses_in(connection, person.accounts))
        addresses = {one for spelled in addresses if spelled for one in (spelled, key_of(spelled))}
        texts |= addresses | {one.removeprefix("+86") for one in addresses}
        return Traces(
            frozenset(filter(None, texts)), frozenset(addresses), frozenset(documents), frozenset(photos)
        )

    def _facts(self, connection: Connection, person: PersonToErase) -> Iterator[Fact]:
        streams = [account_stream(account) for account in person.accounts]
        for stream in (*streams, *(row["id"] for row in person.registrations)):
            yield from self._command_handler.store.history(connection, stream)

    def _tied(
        self, connection: Connection, known: set[UUID]
    ) -> tuple[set[UUID], dict[UUID, Row], dict[UUID, Doubtful]]:
        while True:
            mine = or_(registrations.c.account.in_(known), registrations.c.sealed_for.in_(known))
            rows = [dict(row) for row in connection.execute(select(registrations).where(mine)).mappings()]
            tied = known | {row["account"] for row in rows} | {row["sealed_for"] for row in rows}
            if tied == known:
                return known, {row["id"]: row for row in rows}, {}
            known = tied

    def _same_document(
        self,
        connection: Connection,
        known: set[UUID],
        rows: dict[UUID, Row],
        doubtful: dict[UUID, Doubtful],
    ) -> set[UUID]:
        """Further accounts of whoever has the same document and the same name; other names are noted as doubtful."""
        hashes = {row["person"] for row in rows.values() if row["person"]}
        if not hashes:
            return set()
        names = {self._name(connection, row) for row in rows.values()} - {None}
        asked = select(registrations).where(
            registrations.c.person.in_(hashes), registrations.c.sealed_for.not_in(known)
        )
        more = set[UUID]()
        for row in connection.execute(asked).mappings().all():
            if self._name(connection, dict(row)) in names:
                more.add(row["sealed_for"])
            else:
                doubtful[row["id"]] = Doubtful(row["id"], row["number"] or "", row["account"])
        return more

    def _name(self, connection: Connection, row: Row) -> str | None:
        if row["details_version"] is None:
            return None
        fact = self._command_handler.store.fact(connection, row["id"], row["details_version"])
        return next((details.name for details in _details_in(fact)), None)


def _details_in(fact: Fact | None) -> Iterable[Details]:
    if isinstance(fact, InfoFilled | InfoAmended | DetailsCompleted) and isinstance(fact.details, Details):
        yield fact.details


def _account_named(connection: Connection, text: str) -> UUID | None:
    """By its id, or by what it signs in with."""
    key = key_of(text)
    named: list[ColumnElement[bool]] = [
        accounts.c.key.in_((key, text.strip())),
        accounts.c.email == key,
        accounts.c.phone == key,
    ]
    with suppress(ValueError):
        named.append(accounts.c.id == UUID(text.strip()))
    found: UUID | None = connection.execute(select(accounts.c.id).where(or_(*named))).scalars().first()
    return found


def _addresses_in(connection: Connection, known: Iterable[UUID]) -> Iterator[str]:
    asked = select(accounts.c.name, accounts.c.email, accounts.c.phone).where(
        accounts.c.id.in_(list(known)), accounts.c.closed_at.is_(None)
    )
    for row in connection.execute(asked):
        yield from filter(None, row)


def _require_candidates(connection: Connection, known: Iterable[UUID]) -> None:
    of_staff = select(accounts.c.id).where(
        accounts.c.id.in_(list(known)), accounts.c.role != Role.CANDIDATE.value
    )
    if connection.execute(of_staff).first() is not None:
        raise Refusal(RefusalCode.ERASURE_OF_STAFF)
