"""The log of letters about a registration, and the addresses at which they do not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.accounts.addresses import masked
from ncre.domain.letters.kinds import Channel, LetterKind
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account
from ncre.operational import letter_failures, letters
from ncre.operational.letters import LetterReason as LetterReason
from ncre.operational.letters import LetterState as LetterState
from ncre.operational.letters import OutboxLetter
from ncre.services.letters.addressing import Addressing, purpose_of
from ncre.store.sealing import PersonKeyDestroyed

SHOWN: Final = 100


@dataclass(frozen=True)
class LoggedLetter:
    """What became of a letter; `address` is masked, "" where it went nowhere."""

    kind: LetterKind
    channel: Channel
    state: LetterState
    why: LetterReason
    tries: int
    due: datetime
    ended_at: datetime | None
    address: str


class LetterLog:
    """What was sent, when and to which masked address."""

    def __init__(self, command_handler: CommandHandler, addressing: Addressing) -> None:
        self._command_handler = command_handler
        self._addressing = addressing

    def of_registration(self, registration: UUID, account: UUID | None = None) -> list[LoggedLetter]:
        """The newest first; of those to this account alone where one is given."""
        with self._command_handler.database.reading() as connection:
            found = letters.of_registration(connection, registration, SHOWN)
            return [
                self._logged(connection, one)
                for one in found
                if (account is None or one.account == account) and not _is_for_no_phone(one)
            ]

    def unreachable(self, account: Account) -> list[tuple[Channel, str]]:
        """The masked addresses of the account to which nothing is sent any more."""
        given = [(Channel.MAIL, account.email), (Channel.PHONE, account.phone)]
        with self._command_handler.database.reading() as connection:
            return [
                (channel, masked(address))
                for channel, address in given
                if address
                and letter_failures.is_stopped(
                    connection, account.id, channel.value, self._addressing.key(address)
                )
            ]

    def send_again_to(self, account: Account, channel: Channel) -> None:
        """Its owner says that letters arrive there again."""
        with self._command_handler.database.transaction() as connection:
            letter_failures.begin_anew(connection, account.id, channel.value)

    def _logged(self, connection: Connection, letter: OutboxLetter) -> LoggedLetter:
        return LoggedLetter(
            LetterKind(letter.kind),
            Channel(letter.channel),
            LetterState(letter.state),
            LetterReason(letter.why),
            letter.tries,
            letter.due,
            letter.ended_at,
            self._address(connection, letter),
        )

    def _address(self, connection: Connection, letter: OutboxLetter) -> str:
        if letter.address is None:
            return ""
        try:
            store = self._command_handler.store
            return store.open_bytes(
                connection, letter.account, letter.address, purpose_of(letter.id)
            ).decode()
        except PersonKeyDestroyed:
            return ""


def _is_for_no_phone(letter: OutboxLetter) -> bool:
    """Whether it is only the second way of a letter, to a phone that its owner never gave."""
    return letter.channel == Channel.PHONE and letter.why == LetterReason.NO_ADDRESS
