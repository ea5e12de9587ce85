"""To whom a letter goes, or why it does not go any more: asked right before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.accounts.addresses import masked
from ncre.domain.letters.causes import BY_KIND, LetterSituation, may_switch_off
from ncre.domain.letters.kinds import Channel, LetterKind, LetterLanguage
from ncre.domain.registration.vocabulary import Status
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, Accounts
from ncre.identity.letters import choices
from ncre.identity.letters.registration import RegistrationLetter
from ncre.operational import letter_failures
from ncre.operational.letters import LetterReason, OutboxLetter
from ncre.projections.registration import registrations
from ncre.projections.rows import RegistrationRow
from ncre.projections.seating import tickets
from ncre.services.letters.rendering import LetterContent
from ncre.services.letters.round_changes import RoundChanges
from ncre.store.keys import blind_index


@dataclass(frozen=True)
class Addressed:
    """A letter ready to go to the address of an account; `key` is the keyed hash of the address."""

    account: UUID
    key: str
    letter: RegistrationLetter


class Addressing:
    """Looks at what is so now: the registration, its owner, their addresses and wishes."""

    def __init__(
        self,
        command_handler: CommandHandler,
        accounts: Accounts,
        content: LetterContent,
        changes: RoundChanges,
        pepper: bytes,
    ) -> None:
        self._command_handler = command_handler
        self._accounts = accounts
        self._content = content
        self._changes = changes
        self._pepper = pepper

    def addressed(self, connection: Connection, letter: OutboxLetter) -> Addressed | LetterReason:
        """The letter as it is to be sent now, or why it is not."""
        if self._command_handler.clock() >= letter.expires:
            return LetterReason.EXPIRED
        row = registrations.one(connection, letter.registration)
        if row is None or not self._lives_on(connection, letter, row):
            return LetterReason.PASSED
        owner = letter.account if letter.kind == LetterKind.MOVED else row["account"]
        account = self._accounts.find(owner)
        if account is None or account.is_disabled or self._accounts.is_closed(owner):
            return LetterReason.CLOSED
        return self._to_owner(connection, letter, row, account)

    def key(self, address: str) -> str:
        """The keyed hash of an address, by which letters that come back are told apart from those to another."""
        return blind_index(self._pepper, "letter address", address.casefold())

    def sealed(self, connection: Connection, addressed: Addressed, letter: UUID) -> bytes:
        """The masked address under the key of its owner. Raises PersonErased."""
        shown = masked(addressed.letter.to).encode()
        store = self._command_handler.store
        return store.seal_bytes(connection, addressed.account, shown, purpose_of(letter))

    def _to_owner(
        self, connection: Connection, letter: OutboxLetter, row: RegistrationRow, account: Account
    ) -> Addressed | LetterReason:
        kind, channel = LetterKind(letter.kind), Channel(letter.channel)
        to = account.email if channel is Channel.MAIL else account.phone
        if not to:
            return LetterReason.NO_ADDRESS
        key = self.key(to)
        if letter_failures.is_stopped(connection, account.id, channel.value, key):
            return LetterReason.SUPPRESSED
        declined = (kind.value, channel.value) in choices.declined(connection, account.id)
        if declined and may_switch_off(kind, channel, has_mail=bool(account.email)):
            return LetterReason.SWITCHED_OFF
        language = LetterLanguage(choices.language_of(connection, account.id) or LetterLanguage.BOTH)
        return Addressed(account.id, key, self._content.letter(connection, letter, row, to, language))

    def _lives_on(self, connection: Connection, letter: OutboxLetter, row: RegistrationRow) -> bool:
        store, registration = self._command_handler.store, row["id"]

        def newest(topic: str) -> int:
            fact = store.newest_of(connection, registration, topic)
            return fact.metadata.version if fact else 0

        def command(topic: str) -> UUID | None:
            fact = store.newest_of(connection, registration, topic)
            return fact.metadata.command_id if fact else None

        seats = tuple(seat["starts_at"] for seat in tickets.seats_of(connection, registration))
        situation = LetterSituation(
            self._command_handler.clock(),
            Status(row["status"]),
            row["pay_by"],
            newest,
            command,
            seats,
            lambda revision: bool(self._changes.touching(connection, row, revision)),
        )
        return BY_KIND[LetterKind(letter.kind)].lives_on(letter.cause, situation)


def purpose_of(letter: UUID) -> str:
    """To what a sealed address is bound."""
    return f"letter|{letter}"
