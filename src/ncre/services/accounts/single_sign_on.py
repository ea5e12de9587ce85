"""Sign-on elsewhere: QQ of candidates, the providers of staff, and the links from there to accounts here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from ncre.clients.identity_provider import LONGEST_NAME, Identity
from ncre.clients.openid import OpenIDClient, Staff
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.handlers.command_handler import CommandHandler
from ncre.identity import email_templates
from ncre.identity.accounts import LONGEST_ACCOUNT_NAME, Account, Accounts, covering
from ncre.identity.external_identities import Identities
from ncre.identity.one_time_tokens import OneTimeTokens
from ncre.identity.proofs import PENDING_LIVES, Proofs, Purpose
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.accounts.staff_provisioning import StaffProvisioning

_PROVIDER: Final = Actor("provider", Role.OFFICE, EVERY_SITE)
"""Who acts where a provider's claims give a role."""


@dataclass(frozen=True)
class Provider:
    """A provider where people sign in. With `provision` somebody new whose claims give a role gets an account.

    `everybody`: it is a passport of candidates, and gives everybody that role.
    """

    name: str
    label: str
    sign_on: OpenIDClient
    provision: bool = False
    everybody: bool = False


class SingleSignOnService:
    """Signing in at a provider, and linking an account to one."""

    def __init__(
        self,
        command_handler: CommandHandler,
        security: SecurityLog,
        staff_provisioning: StaffProvisioning,
        accounts: Accounts,
        proofs: Proofs,
        identities: Identities,
        begun: OneTimeTokens,
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self._staff_provisioning = staff_provisioning
        self._accounts = accounts
        self._proofs = proofs
        self.identities = identities
        self._begun = begun

    def keep_begun(self, about: dict[str, str]) -> str:
        """What was begun at another provider, for one reply; the browser keeps it, signed, and nothing is stored."""
        return self._begun.issue(about)

    def take_begun(self, token: str) -> dict[str, str] | None:
        """What was begun, once."""
        found = self._begun.redeem(token)
        return dict(found.about) if found else None

    def known(self, identity: Identity) -> Account | None:
        """The account of somebody at another provider; never matched by a name."""
        account = self.identities.account_of(identity)
        found = self._accounts.find(account) if account else None
        return found if found and not self._accounts.is_closed(found.id) else None

    def keep_pending(self, identity: Identity) -> str:
        """Remember somebody unknown until an account is signed in and its owner confirms."""
        return self._proofs.kept(
            Purpose.LINK,
            json.dumps([identity.issuer, identity.subject, identity.name, identity.also], ensure_ascii=False),
        )

    def prolong_pending(self, token: str) -> None:
        """It waits while its owner waits for a letter, and a little longer."""
        self._proofs.prolong(token, Purpose.LINK, PENDING_LIVES)

    def pending(self, token: str) -> Identity | None:
        """Who waits, without using it up."""
        proof = self._proofs.look(token, Purpose.LINK) if token else None
        return _identity(json.loads(proof.target)) if proof else None

    def take_pending(self, token: str) -> Identity | None:
        """The identity that waits to be linked, once; None where it is over."""
        found = self._taken(token, Purpose.LINK)
        return _identity(found) if found else None

    def drop_pending(self, token: str) -> None:
        """Forget an identity that waits to be linked."""
        self._taken(token, Purpose.LINK)

    def account_of(self, provider: Provider, staff: Staff) -> Account | None:
        """The account of somebody who signed in at a provider, with the role that its claims give today.

        None for somebody unknown where the provider brings no new people.
        """
        known = self.known(staff.identity)
        if known is None:
            return self._provisioned(staff) if provider.provision else None
        if known.role is Role.CANDIDATE is not staff.role:
            return None
        if (known.role, known.sites) != (staff.role, covering(staff.role, staff.sites)):
            self._staff_provisioning.give_role(
                known, staff.role, staff.sites, staff.identity.issuer, _PROVIDER
            )
        return self._accounts.find(known.id)

    def _provisioned(self, staff: Staff) -> Account:
        """A new account that nobody signs in to with a password."""

        def made(connection: Connection) -> Account:
            name = _account_name(staff.identity)
            account = self._accounts.add_within(connection, name, None, staff.role, staff.sites)
            self.identities.link(connection, staff.identity, account.id)
            self._log.record(
                connection,
                account,
                facts.AccountOpened(account.id, "sso", account.role.value),
                facts.IdentityLinked(account.id, staff.identity.issuer),
                by=_PROVIDER,
            )
            return account

        return self._command_handler.run_in_transaction(made)

    def link(self, account: Account, identity: Identity) -> None:
        """From now on this person at the provider signs in to the account. Raises LinkedElsewhere."""

        def linked(connection: Connection) -> bool:
            if not self.identities.link(connection, identity, account.id):
                return False
            self._log.record(connection, account, facts.IdentityLinked(account.id, identity.issuer))
            return True

        if self._command_handler.run_in_transaction(linked):
            self._log.tell(account, lambda to: email_templates.identity_changed(to, account.recovers))

    def unlink(self, account: Account, issuer: str) -> None:
        """Take the identity of an issuer away; the account is told."""

        def unlinked(connection: Connection) -> bool:
            if not self.identities.unlink(connection, issuer, account.id):
                return False
            self._log.record(connection, account, facts.IdentityUnlinked(account.id, issuer))
            return True

        if self._command_handler.run_in_transaction(unlinked):
            self._log.tell(account, lambda to: email_templates.identity_changed(to, account.recovers))

    def _taken(self, token: str, purpose: Purpose) -> Any:
        proof = self._command_handler.run_in_transaction(
            lambda connection: self._proofs.spend(connection, token, purpose)
        )
        return json.loads(proof.target) if proof else None


def _account_name(identity: Identity) -> str:
    """The subject is what tells two of one name apart, so it stays whole or by its digest."""
    subject = identity.subject
    if len(subject) > LONGEST_ACCOUNT_NAME - LONGEST_NAME - len(" ()"):
        subject = sha256(subject.encode()).hexdigest()
    return f"{identity.name or subject} ({subject})"


def _identity(kept: list[Any]) -> Identity:
    issuer, subject, name, also = kept
    return Identity(issuer, subject, name, tuple(also))
