"""The personal details of a passport: said once by its owner, sealed, and what every registration begins with."""

from __future__ import annotations

from ncre.events.account import DetailsCompleted, stream_of
from ncre.events.registration import Details
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account
from ncre.projections.accounts import profiles
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.registration.people import People


class Profiles:
    def __init__(self, command_handler: CommandHandler, security: SecurityLog, people: People) -> None:
        self._command_handler = command_handler
        self._log = security
        self._people = people

    def keep(self, account: Account, details: Details) -> None:
        """What the owner says about themselves; the same again changes nothing."""
        if details != self.of(account):
            self._log.note(account, DetailsCompleted(account.id, details))

    def of(self, account: Account) -> Details | None:
        """What the owner said about themselves, None where nothing, or where it was erased."""
        with self._command_handler.database.reading() as connection:
            version = profiles.version_of(connection, account.id)
            if version is None:
                return None
            fact = self._command_handler.store.fact(connection, stream_of(account.id), version)
        found = fact.details if isinstance(fact, DetailsCompleted) else None
        return found if isinstance(found, Details) else None

    def persons_of(self, account: Account) -> frozenset[str]:
        """The keyed hashes of the document in the details and of its holder; none where there are no details."""
        details = self.of(account)
        if details is None:
            return frozenset()
        person = self._people.person(details.document_type, details.document_number)
        return frozenset({person, self._people.holder(details)} - {""})
