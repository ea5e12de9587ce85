"""Requests to be erased: the owner of an account asks or takes it back, the exam office decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events.erasure import ErasureDeclined, ErasureRequested, ErasureWithdrawn
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, Accounts
from ncre.identity.letters import about_erasure
from ncre.projections.accounts import erasures
from ncre.projections.base import Row
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.erasure.erasing import Erasure, ErasurePreview, ErasureResult


@dataclass(frozen=True)
class ErasureAsked:
    """Where the owner of an account stands: their newest request, and from when an erasure is possible."""

    row: Row | None
    possible_from: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Whether a request waits for the office."""
        return erasures.is_waiting(self.row)


class ErasureRequests:
    """What is asked for about erasing an account, and what became of it."""

    def __init__(
        self, command_handler: CommandHandler, security: SecurityLog, accounts: Accounts, erasure: Erasure
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self._accounts = accounts
        self._erasure = erasure

    def of(self, account: Account) -> ErasureAsked:
        """Raises Refusal for an account of staff."""
        possible = self._erasure.possible_from(self._erasure.of_account(account.id))
        return ErasureAsked(self._row(account.id), possible)

    def ask(self, account: Account) -> None:
        """Asked again while it waits, it is so already. Raises Refusal for an account of staff."""
        if account.role is not Role.CANDIDATE:
            raise Refusal(RefusalCode.ERASURE_OF_STAFF)

        def asked(connection: Connection) -> None:
            if not erasures.is_waiting(erasures.of(connection, account.id)):
                self._log.record(connection, account, ErasureRequested(account.id))

        self._command_handler.run_in_transaction(asked)

    def take_back(self, account: Account) -> None:
        """The owner wants to stay; without a waiting request nothing is recorded."""

        def taken_back(connection: Connection) -> None:
            if erasures.is_waiting(erasures.of(connection, account.id)):
                self._log.record(connection, account, ErasureWithdrawn(account.id))

        self._command_handler.run_in_transaction(taken_back)

    def waiting(self) -> list[Row]:
        """The oldest first."""
        with self._command_handler.database.reading() as connection:
            return erasures.waiting(connection)

    def is_waiting(self, account: UUID) -> bool:
        """Whether a request waits for the office."""
        return erasures.is_waiting(self._row(account))

    def preview(self, account: UUID) -> ErasurePreview:
        """Whether its owner asked or not. Raises Refusal for an account of staff."""
        return self._erasure.preview(self._erasure.of_account(account))

    def carry_out(self, account: UUID, why: str, by: Actor) -> ErasureResult:
        """Whether its owner asked or not, as after a letter. Raises Refusal. Files are left to the worker."""
        return self._erasure.erase(self._erasure.of_account(account), why, by, clean=False)

    def decline(self, account: UUID, why: str, by: Actor) -> None:
        """With the date from which it is possible, where something holds it back now. The owner is told.

        Raises Refusal.
        """
        self._require_waiting(account)
        if by.role is not Role.OFFICE:
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        person = self._erasure.of_account(account)
        why, possible = self._erasure.require_reason(person, why), self._erasure.possible_from(person)
        owner = self._accounts.find(account)
        if owner is None:
            raise Refusal(RefusalCode.NOT_FOUND)

        def declined(connection: Connection) -> None:
            if not erasures.is_waiting(erasures.of(connection, account)):
                raise Refusal(RefusalCode.ERASURE_NOT_ASKED)
            self._log.record(connection, owner, ErasureDeclined(account, why, possible), by=by)

        self._command_handler.run_in_transaction(declined)
        self._log.tell(owner, lambda to: about_erasure.erasure_declined(to, why, possible))

    def _require_waiting(self, account: UUID) -> None:
        if not self.is_waiting(account):
            raise Refusal(RefusalCode.ERASURE_NOT_ASKED)

    def _row(self, account: UUID) -> Row | None:
        with self._command_handler.database.reading() as connection:
            return erasures.of(connection, account)
