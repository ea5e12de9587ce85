"""Integrations: made, scoped, given secrets and revoked by the exam office, each act recorded as a fact."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.integration.scopes import LONGEST_NAME, LONGEST_WHY, require_scopes
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events import integration as facts
from ncre.events.base import Fact
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.identity.integrations import Integration, Integrations, IntegrationSecret

MOST_SECRETS = 2
"""Valid at once: the one in use, and its successor while the other system changes over."""


class IntegrationService:
    """Integrations and their keys: made, changed and ended by the exam office."""

    def __init__(self, command_handler: CommandHandler, integrations: Integrations) -> None:
        self._command_handler = command_handler
        self.integrations = integrations

    def one(self, identity: UUID) -> tuple[Integration, list[IntegrationSecret]]:
        """With its valid secrets. Raises Refusal."""
        with self._command_handler.database.reading() as connection:
            return self.found(connection, identity), self.integrations.secrets(connection, identity)

    def make(
        self, act: Act, name: str, scopes: Iterable[str], sites: frozenset[str], why: str
    ) -> tuple[UUID, str]:
        """Its id, which is that of the command, and its first secret: "" where the command was sent before."""
        name, asked = name.strip(), require_scopes(tuple(scopes))

        def made(connection: Connection) -> str:
            require_office_and_reason(act.actor, why)
            if not name or len(name) > LONGEST_NAME:
                raise Refusal(RefusalCode.TEXT_TOO_LONG, most=LONGEST_NAME, count=len(name))
            covered = self._sites(connection, sites)
            if self.integrations.find(connection, act.command_id) is not None:
                return ""
            self.integrations.add(connection, act.command_id, name, asked, covered)
            secret = self.integrations.issue(connection, act.command_id)
            prefix = self.integrations.secrets(connection, act.command_id)[0].prefix
            first = facts.IntegrationMade(name, asked, covered, why)
            self.record(connection, act, act.command_id, first, facts.SecretIssued(prefix))
            return secret

        return act.command_id, self._command_handler.run_in_transaction(made)

    def scope(self, act: Act, identity: UUID, scopes: Iterable[str], sites: frozenset[str], why: str) -> None:
        """What it may do from now on. Raises Refusal."""
        asked = require_scopes(tuple(scopes))

        def scoped(connection: Connection) -> None:
            require_office_and_reason(act.actor, why)
            known, covered = self.valid(connection, identity), self._sites(connection, sites)
            if set(asked) == known.scopes and set(covered) == known.sites:
                return
            self.integrations.scope(connection, identity, asked, covered)
            self.record(connection, act, identity, facts.IntegrationScoped(asked, covered, why))

        self._command_handler.run_in_transaction(scoped)

    def issue(self, act: Act, identity: UUID) -> str:
        """Another secret beside the one in use; it is shown once. Raises Refusal where two are valid."""

        def issued(connection: Connection) -> str:
            require_office_and_reason(act.actor, "-")
            self.valid(connection, identity)
            if len(self.integrations.secrets(connection, identity)) >= MOST_SECRETS:
                raise Refusal(RefusalCode.SECRETS_TWO)
            secret = self.integrations.issue(connection, identity)
            newest = self.integrations.secrets(connection, identity)[-1]
            self.record(connection, act, identity, facts.SecretIssued(newest.prefix))
            return secret

        return self._command_handler.run_in_transaction(issued)

    def revoke_secret(self, act: Act, identity: UUID, prefix: str, why: str) -> None:
        """It opens nothing from now on; what is so already changes nothing. Raises Refusal."""

        def revoked(connection: Connection) -> None:
            require_office_and_reason(act.actor, why)
            self.valid(connection, identity)
            if self.integrations.revoke_secret(connection, identity, prefix):
                self.record(connection, act, identity, facts.SecretRevoked(prefix, why))

        self._command_handler.run_in_transaction(revoked)

    def revoke(self, act: Act, identity: UUID, why: str) -> None:
        """For good, with all its secrets. Raises Refusal."""

        def revoked(connection: Connection) -> None:
            require_office_and_reason(act.actor, why)
            if self.found(connection, identity).revoked_at is not None:
                return
            self.integrations.revoke(connection, identity)
            self.record(connection, act, identity, facts.IntegrationRevoked(why))

        self._command_handler.run_in_transaction(revoked)

    def found(self, connection: Connection, identity: UUID) -> Integration:
        """Raises Refusal."""
        known = self.integrations.find(connection, identity)
        if known is None:
            raise Refusal(RefusalCode.INTEGRATION_UNKNOWN)
        return known

    def valid(self, connection: Connection, identity: UUID) -> Integration:
        """Raises Refusal, also where it was revoked."""
        known = self.found(connection, identity)
        if known.revoked_at is not None:
            raise Refusal(RefusalCode.INTEGRATION_OVER)
        return known

    def record(self, connection: Connection, act: Act, identity: UUID, *new: Fact) -> None:
        """Append facts to the stream of an integration."""
        self._command_handler.record_behind(connection, act, identity, new)

    def _sites(self, connection: Connection, sites: frozenset[str]) -> tuple[str, ...]:
        """Raises Refusal for none, and for a site that the current round does not have."""
        if not sites:
            raise Refusal(RefusalCode.SITES_MISSING)
        if sites == EVERY_SITE:
            return ("*",)
        round_ = self._command_handler.exams.current(connection)
        for code in sorted(sites):
            if round_ is None or self._command_handler.exams.site(connection, round_.code, code) is None:
                raise Refusal(RefusalCode.STAFF_SITE_UNKNOWN, site=code)
        return tuple(sorted(sites))


def require_office_and_reason(actor: Actor, why: str) -> None:
    """Raises Refusal where another role asks, or no reason is given."""
    if actor.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    if not why.strip():
        raise Refusal(RefusalCode.WHY_MISSING)
    if len(why) > LONGEST_WHY:
        raise Refusal(RefusalCode.TEXT_TOO_LONG, most=LONGEST_WHY, count=len(why))
