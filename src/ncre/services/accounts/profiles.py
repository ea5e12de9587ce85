"""The personal details of a passport: said once by its owner, sealed, and what every registration begins with."""

from __future__ import annotations

from sqlalchemy import Connection

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.account import DetailsCompleted, account_stream
from ncre.events.registration_values import Details
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account
from ncre.projections.accounts import profiles
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.registration.people import People


class Profiles:
    """The personal details that an account keeps for its next registration, sealed under its key."""

    def __init__(self, command_handler: CommandHandler, security: SecurityLog, people: People) -> None:
        self._command_handler = command_handler
        self._log = security
        self._people = people

    def keep(self, account: Account, details: Details, seen: int | None = None) -> None:
        """What the owner says about themselves; the same again changes nothing.

        `seen` is the version on the page. Raises Refusal where another was saved since.
        """
        if details == self.of(account):
            return
        self._command_handler.run_in_transaction(
            lambda connection: self._record(connection, account, details, seen)
        )

    def _record(self, connection: Connection, account: Account, details: Details, seen: int | None) -> None:
        """Whoever saves at the same instant waits before the version is read, not after it."""
        self._command_handler.database.lock(connection, account_stream(account.id))
        version = profiles.version_of(connection, account.id) or 0
        if seen is not None and seen != version:
            raise Refusal(RefusalCode.OUT_OF_DATE, seen=seen, version=version)
        self._log.record(connection, account, DetailsCompleted(account.id, details))

    def version(self, account: Account) -> int:
        """The version of what is saved, 0 where nothing is."""
        with self._command_handler.database.reading() as connection:
            return profiles.version_of(connection, account.id) or 0

    def of(self, account: Account) -> Details | None:
        """What the owner said about themselves, None where nothing, or where it was erased."""
        with self._command_handler.database.reading() as connection:
            version = profiles.version_of(connection, account.id)
            if version is None:
                return None
            fact = self._command_handler.store.fact(connection, account_stream(account.id), version)
        found = fact.details if isinstance(fact, DetailsCompleted) else None
        return found if isinstance(found, Details) else None

    def persons_of(self, account: Account) -> frozenset[str]:
        """The keyed hashes of the document in the details and of its holder; none where there are no details."""
        details = self.of(account)
        if details is None:
            return frozenset()
        person = self._people.person(details.document_type, details.document_number)
        return frozenset({person, self._people.holder(details)} - {""})
