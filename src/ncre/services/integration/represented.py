"""Candidates whom an integration brings: it knows each by a reference of its own, and acts for these alone."""

from __future__ import annotations

from uuid import UUID, uuid5

from sqlalchemy import Connection

from ncre.clients.identity_provider import Identity
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import AccountOpened
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Accounts
from ncre.identity.external_identities import Identities
from ncre.identity.integrations import Integration
from ncre.services.accounts.security_log import SecurityLog


class RepresentedCandidates:
    def __init__(
        self,
        command_handler: CommandHandler,
        security: SecurityLog,
        accounts: Accounts,
        identities: Identities,
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self._accounts = accounts
        self._identities = identities

    def bring(self, integration: Integration, reference: str) -> tuple[UUID, bool]:
        """The candidate's account, and whether it is new. It has no password: nobody signs in with it."""
        identity = Identity(integration.issuer, reference, "")

        def brought(connection: Connection) -> tuple[UUID, bool]:
            self._command_handler.database.lock(connection, uuid5(integration.id, reference))
            known = self._identities.account_of(identity)
            if known is not None:
                return known, False
            name = f"api-{uuid5(integration.id, reference)}"
            account = self._accounts.add_within(connection, name, None, Role.CANDIDATE)
            self._identities.link(connection, identity, account.id)
            opened = AccountOpened(account.id, "api", Role.CANDIDATE.value)
            self._log.record(connection, account, opened, by=integration.acting_as(Role.CANDIDATE))
            return account.id, True

        return self._command_handler.run_in_transaction(brought)

    def represents(self, integration: Integration, account: UUID) -> bool:
        """Whether the account is one of those it brought."""
        return any(link.issuer == integration.issuer for link in self._identities.of(account))
