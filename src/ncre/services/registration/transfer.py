"""A registration moves to another account of the same person: by the exam office, upon evidence, never silently.

Both accounts are told and have it in their security history; the registration's own history has it
with the evidence, for auditors. Private fields stay sealed under the key they were sealed with.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Move
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import RegistrationMoved
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, Accounts
from ncre.projections.registration import registrations
from ncre.services.accounts.profiles import Profiles
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.registration.changes import Changes


class RegistrationTransfer:
    """Moves a registration to another account of the same person."""

    def __init__(
        self,
        command_handler: CommandHandler,
        changes: Changes,
        security: SecurityLog,
        accounts: Accounts,
        profiles: Profiles,
    ) -> None:
        self._command_handler = command_handler
        self._changes = changes
        self._log = security
        self._accounts = accounts
        self._profiles = profiles

    def target(self, name: str) -> Account:
        """The candidate's account of this name or address. Raises Refusal where there is none."""
        known = self._accounts.named(name) if name.strip() else None
        if known is None or known.role is not Role.CANDIDATE:
            raise Refusal(RefusalCode.ACCOUNT_UNKNOWN)
        return known

    def move(self, asked: Move) -> Registration:
        """Carry out the command and record it at both accounts; letters tell both. Asked again, it is so already.

        Raises Refusal, also where the other account has a registration of its own under way, or personal
        details of somebody else.
        """
        to = self._accounts.find(asked.to)
        if to is None or self._accounts.is_closed(to.id) or to.role is not Role.CANDIDATE:
            raise Refusal(RefusalCode.ACCOUNT_UNKNOWN)
        persons = self._profiles.persons_of(to)
        self._changes.prepare(asked)
        return self._command_handler.run_in_transaction(partial(self._moved, asked, to, persons))

    def _moved(
        self, asked: Move, to: Account, persons: frozenset[str], connection: Connection
    ) -> Registration:
        before = registrations.one(connection, asked.registration)
        after = self._command_handler.carry_out(connection, asked)
        if before is None or after.version == before["version"]:
            return after
        if persons and after.person and not persons & {after.person, after.holder}:
            raise Refusal(RefusalCode.OTHER_PERSON)
        if registrations.under_way(connection, to.id, after.round) != [after.id]:
            raise Refusal(RefusalCode.ACCOUNT_BUSY)
        was = self._accounts.find(before["account"])
        if was is not None:
            left = RegistrationMoved(was.id, after.id, "left")
            self._log.record(connection, was, left, by=asked.actor)
        came = RegistrationMoved(to.id, after.id, "came")
        self._log.record(connection, to, came, by=asked.actor)
        return after
