"""Accounts of staff: made, changed, disabled and let back in by the exam office, each with its reason, all recorded.

What concerns the office's own accounts one person asks for and a second one confirms. Whoever has the machine does it alone
(`SHELL`): they make the first account, and are the way out where the office has lost all of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.accounts.staff import (
    AccountState,
    StaffChange,
    Wanted,
    assert_explained,
    assert_may_change,
    is_so_already,
    needs_two,
)
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.events.base import Fact
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, Accounts, covering
from ncre.identity.letters import from_office
from ncre.identity.proofs import void
from ncre.identity.sessions import Sessions
from ncre.identity.staff_directory import StaffDirectory, count_offices
from ncre.identity.staff_requests import StaffRequest, StaffRequests
from ncre.services.accounts.second_factor import SecondFactorService
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.accounts.staff_provisioning import SHELL


@dataclass(frozen=True)
class StaffAccount:
    """An account as the office sees it in its list."""

    account: Account
    has_factor: bool
    request: StaffRequest | None


@dataclass(frozen=True)
class StaffAccountResult:
    """Whether it was done, or waits for a second person; a new password is shown once."""

    done: bool
    password: str = ""


class StaffAccounts:
    """What the exam office does with accounts of staff; some of it takes a second person."""

    def __init__(
        self,
        command_handler: CommandHandler,
        security: SecurityLog,
        accounts: Accounts,
        sessions: Sessions,
        second_factor_service: SecondFactorService,
        requests: StaffRequests,
        roll: StaffDirectory,
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self._accounts = accounts
        self._sessions = sessions
        self._second_factor_service = second_factor_service
        self._requests = requests
        self._roll = roll

    def all(self) -> list[StaffAccount]:
        """Every account of staff with what was asked for it."""

        def found(connection: Connection) -> list[StaffAccount]:
            requests = self._requests.open(connection)
            return [
                StaffAccount(
                    one, self._second_factor_service.is_enrolled(connection, one), requests.get(one.id)
                )
                for one in self._roll.all(connection)
            ]

        return self._command_handler.run_in_transaction(found)

    def one(self, identity: UUID) -> StaffAccount:
        """Raises Refusal where there is no such account of staff."""

        def found(connection: Connection) -> StaffAccount:
            account, state = self._state(connection, identity)
            if account.role is Role.CANDIDATE:
                raise Refusal(RefusalCode.STAFF_UNKNOWN)
            return StaffAccount(account, state.has_factor, self._requests.of(connection, identity))

        return self._command_handler.run_in_transaction(found)

    def make(self, name: str, password: str, wanted: Wanted, by: Actor) -> tuple[Account, StaffAccountResult]:
        """A new account. One of the office signs in once a second person has confirmed it.

        Raises Refusal, NameTaken and PasswordRefused.
        """
        role, two = wanted.role or Role.CANDIDATE, needs_two(Role.CANDIDATE, wanted.role) and by != SHELL

        def made(connection: Connection) -> Account:
            if by.role is not Role.OFFICE:
                raise Refusal(RefusalCode.NOT_YOUR_ROLE)
            assert_explained(wanted.why, role, wanted.sites)
            self._assert_known(connection, wanted)
            account = self._accounts.add_within(connection, name, password, role, wanted.sites)
            new: list[Fact] = [
                facts.AccountOpened(account.id, "name", role.value),
                facts.RoleChanged(account.id, role.value, tuple(sorted(account.sites)), wanted.why),
            ]
            if two:
                enable = Wanted(StaffChange.ENABLE, wanted.why)
                self._roll.set_disabled(connection, account.id, True)
                self._requests.ask(connection, account.id, enable, by.id)
                new.append(facts.StaffChangeRequested(account.id, enable.change.value, wanted.why))
            self._log.record(connection, account, *new, by=by)
            return account

        return self._command_handler.run_in_transaction(made), StaffAccountResult(not two)

    def change(self, identity: UUID, wanted: Wanted, by: Actor) -> StaffAccountResult:
        """Do it, or keep it for a second person to confirm. What is so already changes nothing. Raises Refusal."""

        def changed(connection: Connection) -> StaffAccountResult:
            account, state = self._state(connection, identity)
            assert_may_change(state, wanted, by, count_offices(connection))
            self._assert_known(connection, wanted)
            if is_so_already(state, wanted):
                return StaffAccountResult(True)
            if needs_two(account.role, wanted.role) and by != SHELL:
                self._requests.ask(connection, identity, wanted, by.id)
                asked = facts.StaffChangeRequested(identity, wanted.change.value, wanted.why)
                self._log.record(connection, account, asked, by=by)
                return StaffAccountResult(False)
            return self._carry_out(connection, account, wanted, by)

        return self._told(identity, self._command_handler.run_in_transaction(changed))

    def confirm(self, identity: UUID, by: Actor) -> StaffAccountResult:
        """The second person: not who asked, and not whose account it is. Raises Refusal."""

        def confirmed(connection: Connection) -> StaffAccountResult:
            account, state = self._state(connection, identity)
            request = self._requests.of(connection, identity)
            if request is None:
                raise Refusal(RefusalCode.REQUEST_OVER)
            assert_may_change(state, request.wanted, by, count_offices(connection))
            if request.asked_by == by.id:
                raise Refusal(RefusalCode.SECOND_PERSON)
            return self._carry_out(connection, account, request.wanted, by)

        return self._told(identity, self._command_handler.run_in_transaction(confirmed))

    def decline(self, identity: UUID, by: Actor) -> None:
        """Anybody of the office, also who asked. Raises Refusal."""

        def declined(connection: Connection) -> None:
            account, _ = self._state(connection, identity)
            request = self._requests.of(connection, identity)
            if by.role is not Role.OFFICE:
                raise Refusal(RefusalCode.NOT_YOUR_ROLE)
            if request is None:
                raise Refusal(RefusalCode.REQUEST_OVER)
            self._requests.drop(connection, identity)
            fact = facts.StaffChangeDeclined(identity, request.wanted.change.value)
            self._log.record(connection, account, fact, by=by)

        self._command_handler.run_in_transaction(declined)

    def _carry_out(
        self, connection: Connection, account: Account, wanted: Wanted, by: Actor
    ) -> StaffAccountResult:
        """In every case its sessions end and its open proofs are void."""
        self._requests.drop(connection, account.id)
        password = ""
        if wanted.change is StaffChange.ROLE and wanted.role is not None:
            self._accounts.set_role(connection, account.id, wanted.role, wanted.sites)
            sites = tuple(sorted(covering(wanted.role, wanted.sites)))
            fact: Fact = facts.RoleChanged(account.id, wanted.role.value, sites, wanted.why)
        elif wanted.change is StaffChange.FACTOR:
            self._second_factor_service.reset(connection, account, by)
            fact = facts.FactorReset(account.id, wanted.why)
        elif wanted.change is StaffChange.PASSWORD:
            password = token_urlsafe(12)
            self._accounts.set_password_within(connection, account, password)
            fact = facts.PasswordChanged(account.id, "staff", wanted.why)
        else:
            disabled = wanted.change is StaffChange.DISABLE
            self._roll.set_disabled(connection, account.id, disabled)
            fact = (facts.AccountDisabled if disabled else facts.AccountEnabled)(account.id, wanted.why)
        void(connection, account.id)
        count = self._sessions.end_all(connection, account.id)
        ended = [facts.SessionsEnded(account.id, count, "staff")] if count else []
        self._log.record(connection, account, fact, *ended, by=by)
        return StaffAccountResult(True, password)

    def _state(self, connection: Connection, identity: UUID) -> tuple[Account, AccountState]:
        account = self._roll.find(connection, identity)
        if account is None:
            raise Refusal(RefusalCode.STAFF_UNKNOWN)
        factor = self._second_factor_service.is_enrolled(connection, account)
        return account, AccountState(str(identity), account.role, account.sites, account.is_disabled, factor)

    def _assert_known(self, connection: Connection, wanted: Wanted) -> None:
        """Raises Refusal for a site that the current round does not have; without a round every code is taken."""
        round_ = self._command_handler.exams.current(connection)
        for code in sorted(wanted.sites - {"*"}):
            if round_ is not None and self._command_handler.exams.site(connection, round_.code, code) is None:
                raise Refusal(RefusalCode.STAFF_SITE_UNKNOWN, site=code)

    def _told(self, identity: UUID, outcome: StaffAccountResult) -> StaffAccountResult:
        account = self._accounts.find(identity)
        if outcome.done and account is not None:
            self._log.tell(account, from_office.changed_by_office)
        return outcome
