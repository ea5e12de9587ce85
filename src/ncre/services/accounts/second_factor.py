"""The second step of staff: codes of a second factor, asked after whatever proved who they are."""

from __future__ import annotations

import logging
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.registration.commands import Actor
from ncre.events import account as facts
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, Accounts
from ncre.identity.proofs import Proofs, Purpose
from ncre.identity.second_factor import SecondFactor, enrol, new_factor, use_code, use_recovery
from ncre.identity.second_factor_store import SecondFactorStore
from ncre.services.accounts.security_log import SecurityLog
from ncre.store.sealing import CiphertextForged

log = logging.getLogger("ncre.second_step")


class SecondFactorService:
    """The second step of staff who sign in: enrolling, asking for it, and taking it away."""

    def __init__(
        self,
        command_handler: CommandHandler,
        security: SecurityLog,
        accounts: Accounts,
        proofs: Proofs,
        factors: SecondFactorStore,
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self._accounts = accounts
        self._proofs = proofs
        self._factors = factors

    def asked_of(self, account: Account) -> bool:
        """Whether signing in to the account asks for a second factor."""
        return self._factor(account).confirmed

    def begin_second_factor(self, account: Account) -> str:
        """The password was right and a code is still asked; the name for the browser to keep."""
        return self._proofs.kept(Purpose.HALF, str(account.id), account.id)

    def pending_second_factor(self, token: str) -> Account | None:
        """Who gave the password and owes the second factor; None where the proof is over."""
        proof = self._proofs.look(token, Purpose.HALF) if token else None
        return self._accounts.find(UUID(proof.target)) if proof else None

    def end_half_way(self, token: str) -> None:
        """Forget a sign-in that waits for its second factor."""
        self._command_handler.run_in_transaction(
            lambda connection: self._proofs.spend(connection, token, Purpose.HALF)
        )

    def to_enrol(self, account: Account) -> SecondFactor:
        """The confirmed factor, or the one to be confirmed, made on first sight."""

        def found(connection: Connection) -> SecondFactor:
            factor = self._found(connection, account)
            if factor is None:
                factor = new_factor()
                number = self._factors.number(connection, account.id)
                self._factors.keep(connection, account.id, factor, number)
            return factor

        return self._command_handler.run_in_transaction(found)

    def confirm(self, account: Account, code: str) -> tuple[str, ...] | None:
        """The recovery codes, to be shown once; None for a wrong code."""

        def confirmed(connection: Connection) -> tuple[str, ...] | None:
            factor = self._found(connection, account)
            enrolled = enrol(factor, code, self._command_handler.clock()) if factor else None
            if enrolled is None:
                return None
            self._change(connection, account, "enrolled", enrolled.factor)
            return enrolled.recovery_codes

        return self._command_handler.run_in_transaction(confirmed)

    def passes(self, account: Account, code: str, place: str) -> bool:
        """Whether this is a code that was not used yet, or a recovery code; then it is used up."""

        def passed(connection: Connection) -> bool:
            factor = self._found(connection, account)
            if factor is None:
                return False
            by_code = use_code(factor, code, self._command_handler.clock())
            after = by_code or use_recovery(factor, code)
            if after is None:
                self._log.record(connection, account, facts.SignInFailed(account.id, "factor", place))
                return False
            self._change(connection, account, "used" if by_code else "recovery", after)
            return True

        return self._command_handler.run_in_transaction(passed)

    def remove(self, account: Account, code: str, place: str) -> bool:
        """Whether the code was good; then there is no second factor any more."""
        if not self.passes(account, code, place):
            return False

        def removed(connection: Connection) -> None:
            self._change(connection, account, "removed", None)

        self._command_handler.run_in_transaction(removed)
        return True

    def is_enrolled(self, connection: Connection, account: Account) -> bool:
        """Whether it has a second factor that counts, also one that nobody has a code for."""
        factor = self._found(connection, account)
        return factor is not None and factor.confirmed

    def reset(self, connection: Connection, account: Account, by: Actor) -> None:
        """Take the factor of somebody who lost it away; the next sign-in enrols another where one is required."""
        self._change(connection, account, "removed", None, by)

    def _factor(self, account: Account) -> SecondFactor:
        factor = self._command_handler.run_in_transaction(lambda connection: self._found(connection, account))
        return factor or SecondFactor("")

    def _found(self, connection: Connection, account: Account) -> SecondFactor | None:
        """The factor; one that nobody has a code for where what is stored is not what was last kept."""
        try:
            return self._factors.of(connection, account.id)
        except CiphertextForged as forged:
            log.error("second factor refused, its row was altered: account %s: %s", account.id, forged)
            return replace(new_factor(), confirmed=True)

    def _change(
        self,
        connection: Connection,
        account: Account,
        state: str,
        factor: SecondFactor | None,
        by: Actor | None = None,
    ) -> None:
        """Keep the factor, or none, in a box of the next number, and record that no other counts."""
        number = self._factors.number(connection, account.id) + 1
        if factor is None:
            self._factors.remove(connection, account.id)
        else:
            self._factors.keep(connection, account.id, factor, number)
        self._log.record(connection, account, facts.FactorChanged(account.id, state, number), by=by)
