"""What staff do to accounts by hand: make them, give roles, set passwords, tie them to a provider. All recorded."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from ncre.clients.identity_provider import Identity
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.events.base import Fact
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, Accounts, covering
from ncre.identity.external_identities import Identities
from ncre.identity.sessions import Sessions
from ncre.services.accounts.security_log import SecurityLog

SHELL: Final = Actor("shell", Role.OFFICE, EVERY_SITE)
"""Whoever has the machine: they make the first account of the office, when nobody can be named yet."""


class StaffProvisioning:
    def __init__(
        self,
        command_handler: CommandHandler,
        security: SecurityLog,
        accounts: Accounts,
        sessions: Sessions,
        identities: Identities,
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self._accounts = accounts
        self._sessions = sessions
        self._identities = identities

    def make(
        self,
        name: str,
        password: str,
        role: Role,
        sites: frozenset[str] = frozenset(),
        why: str = "",
        by: Actor = SHELL,
    ) -> Account:
        """An account with a name and no address. Raises NameTaken or PasswordRefused.

        `why` it gets a role of staff is recorded with it.
        """

        def made(connection: Connection) -> Account:
            account = self._accounts.add_within(connection, name, password, role, sites)
            new: list[Fact] = [facts.AccountOpened(account.id, "name", role.value)]
            if role is not Role.CANDIDATE:
                new.append(facts.RoleChanged(account.id, role.value, tuple(sorted(account.sites)), why))
            self._log.record(connection, account, *new, by=by)
            return account

        return self._command_handler.run_in_transaction(made)

    def give_role(self, account: Account, role: Role, sites: frozenset[str], why: str, by: Actor) -> None:
        """What the account may do from now on, with who gave it and why; its sessions end."""

        def given(connection: Connection) -> None:
            self._accounts.set_role(connection, account.id, role, sites)
            self._sessions.end_all(connection, account.id)
            fact = facts.RoleChanged(account.id, role.value, tuple(sorted(covering(role, sites))), why)
            self._log.record(connection, account, fact, by=by)

        self._command_handler.run_in_transaction(given)

    def set_password(self, account: Account, password: str, by: Actor = SHELL) -> None:
        """Another password, where its owner has no way in; its sessions end. Raises PasswordRefused."""

        def set_(connection: Connection) -> None:
            self._accounts.set_password_within(connection, account, password)
            self._sessions.end_all(connection, account.id)
            self._log.record(connection, account, facts.PasswordChanged(account.id, "staff"), by=by)

        self._command_handler.run_in_transaction(set_)

    def link(self, account: Account, identity: Identity, by: Actor) -> None:
        """From now on this person at the provider signs in to the account. Raises LinkedElsewhere."""

        def linked(connection: Connection) -> None:
            if self._identities.link(connection, identity, account.id):
                self._log.record(
                    connection, account, facts.IdentityLinked(account.id, identity.issuer), by=by
                )

        self._command_handler.run_in_transaction(linked)
