"""The second step of staff: codes of a second factor, asked after whatever proved who they are."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from ncre.application import Application
from ncre.events import passport as facts
from ncre.passport.accounts import Account, Accounts
from ncre.passport.factors import Factors
from ncre.passport.proofs import Proofs, Purpose
from ncre.passport.second_factor import SecondFactor, enrol, new_factor, use_code, use_recovery
from ncre.services.security_log import SecurityLog


class SecondStep:
    def __init__(
        self,
        application: Application,
        security: SecurityLog,
        accounts: Accounts,
        proofs: Proofs,
        factors: Factors,
    ) -> None:
        self._application = application
        self._log = security
        self._accounts = accounts
        self._proofs = proofs
        self._factors = factors

    def asked_of(self, account: Account) -> bool:
        return self._factor(account).confirmed

    def go_half_way(self, account: Account) -> str:
        """The password was right and a code is still asked; the name for the browser to keep."""
        return self._proofs.kept(Purpose.HALF, str(account.id))

    def half_way(self, token: str) -> Account | None:
        proof = self._proofs.look(token, Purpose.HALF) if token else None
        return self._accounts.find(UUID(proof.target)) if proof else None

    def end_half_way(self, token: str) -> None:
        self._application.together(lambda connection: self._proofs.spend(connection, token, Purpose.HALF))

    def to_enrol(self, account: Account) -> SecondFactor:
        """The confirmed factor, or the one to be confirmed, made on first sight."""

        def found(connection: Connection) -> SecondFactor:
            factor = self._factors.of(connection, account.id)
            if factor is None:
                factor = new_factor()
                self._factors.keep(connection, account.id, factor)
            return factor

        return self._application.together(found)

    def confirm(self, account: Account, code: str) -> tuple[str, ...] | None:
        """The recovery codes, to be shown once; None for a wrong code."""

        def confirmed(connection: Connection) -> tuple[str, ...] | None:
            factor = self._factors.of(connection, account.id)
            enrolled = enrol(factor, code, self._application.clock()) if factor else None
            if enrolled is None:
                return None
            self._factors.keep(connection, account.id, enrolled.factor)
            self._log.record(connection, account, facts.FactorChanged(account.id, "enrolled"))
            return enrolled.recovery_codes

        return self._application.together(confirmed)

    def passes(self, account: Account, code: str, place: str) -> bool:
        """Whether this is a code that was not used yet, or a recovery code; then it is used up."""

        def passed(connection: Connection) -> bool:
            factor = self._factors.of(connection, account.id)
            if factor is None:
                return False
            by_code = use_code(factor, code, self._application.clock())
            after = by_code or use_recovery(factor, code)
            if after is None:
                self._log.record(connection, account, facts.SignInFailed(account.id, "factor", place))
                return False
            self._factors.keep(connection, account.id, after)
            if by_code is None:
                self._log.record(connection, account, facts.FactorChanged(account.id, "recovery"))
            return True

        return self._application.together(passed)

    def remove(self, account: Account, code: str, place: str) -> bool:
        """Whether the code was good; then there is no second factor any more."""
        if not self.passes(account, code, place):
            return False

        def removed(connection: Connection) -> None:
            self._factors.remove(connection, account.id)
            self._log.record(connection, account, facts.FactorChanged(account.id, "removed"))

        self._application.together(removed)
        return True

    def _factor(self, account: Account) -> SecondFactor:
        factor = self._application.together(lambda connection: self._factors.of(connection, account.id))
        return factor or SecondFactor("")
