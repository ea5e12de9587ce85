"""Who works in the background acts for: a member of staff or an integration, with the rights that they have now."""

from __future__ import annotations

from uuid import UUID

from ncre.domain.integration.scopes import Scope
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Accounts
from ncre.identity.integrations import Integration, Integrations
from ncre.store.database import Database


class Actors:
    """Whoever asked for work may have lost the right to it by the time it is done: then there is no actor."""

    def __init__(self, database: Database, accounts: Accounts, integrations: Integrations) -> None:
        self._database = database
        self._accounts = accounts
        self._integrations = integrations

    def reviewer(self, identity: UUID) -> Actor | None:
        """As whom their reviews are decided."""
        account = self._accounts.find(identity)
        if account is None:
            return self._acting(identity, Scope.REVIEW, Role.REVIEWER)
        gone = account.is_disabled or self._accounts.is_closed(identity)
        return None if gone else account.actor

    def exporter(self, identity: UUID) -> Actor | None:
        """As whom their exports are made."""
        account = self._accounts.find(identity)
        if account is None:
            return self._acting(identity, Scope.EXPORTS, Role.OFFICE)
        return account.actor if account.role is Role.OFFICE and not account.is_disabled else None

    def _acting(self, identity: UUID, scope: Scope, role: Role) -> Actor | None:
        known = self._integration(identity)
        if known is None or known.revoked_at is not None or not known.may(scope):
            return None
        return known.acting_as(role)

    def _integration(self, identity: UUID) -> Integration | None:
        with self._database.reading() as connection:
            return self._integrations.find(connection, identity)
