"""The passport: joining with a verified address, signing in, recovering, changing what guards an account.

What changes an account and the fact that says so are one transaction; letters go out after it.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.handlers.command_handler import CommandHandler
from ncre.identity import email_templates
from ncre.identity.account_refusals import PasswordRefused
from ncre.identity.accounts import Account, Accounts
from ncre.identity.email_templates import Address, LetterSender
from ncre.identity.external_identities import Identities
from ncre.identity.form_drafts import forget_drafts
from ncre.identity.letters import from_office
from ncre.identity.passwords import weakness
from ncre.identity.proofs import Proof, Proofs, Purpose, void
from ncre.identity.second_factor_store import SecondFactorStore
from ncre.identity.sessions import Session, Sessions
from ncre.identity.sign_in_delays import SignInDelays, counted_as
from ncre.identity.staff_directory import count_offices
from ncre.projections.registration import registrations
from ncre.services.accounts.contacts import EMAIL, PHONE, kind_of_address
from ncre.services.accounts.security_log import SecurityLog


class RegistrationUnderWay(Exception):
    """An account is not closed while a registration of it is under way."""


class AccountService:
    """Accounts from signing up to closing: each change is recorded in the security history and told."""

    def __init__(
        self,
        command_handler: CommandHandler,
        security: SecurityLog,
        accounts: Accounts,
        sessions: Sessions,
        proofs: Proofs,
        identities: Identities,
        factors: SecondFactorStore,
        throttle: SignInDelays,
        post: LetterSender,
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self.accounts = accounts
        self.sessions = sessions
        self.proofs = proofs
        self._identities = identities
        self._factors = factors
        self._throttle = throttle
        self._post = post

    # joining

    def ask_to_join(self, email: str, address: Address, sign_in: str, onward: str = "") -> None:
        """Mail a link to whoever reads this address. The same from outside, whether it has an account or not.

        `onward` is the page they were on the way to; they come there once they have registered.
        """
        known = self.accounts.named(email)
        link = address(
            self.proofs.link(Purpose.JOIN, email, onward=onward)
        )  # for both, for the time it takes
        self._post.send(_known_already(email, known, sign_in) if known else email_templates.join(email, link))

    def ask_to_join_by_phone(self, phone: str, sign_in: str, onward: str = "") -> str:
        """Send a code to this number; the name of the proof, for the page that asks for the code."""
        token, code = self.proofs.code(Purpose.JOIN, phone, onward=onward)
        known = self.accounts.named(phone)
        self._post.send(
            _known_already(phone, known, sign_in) if known else email_templates.join_code(phone, code)
        )
        return token

    def join(self, token: str, password: str, code: str = "") -> Account | None:
        """The new account of whoever proved an address, None where nothing was proved.

        Raises PasswordRefused (then the proof is still good) and NameTaken.
        """

        def joined(connection: Connection) -> Account | None:
            proof = self.proofs.spend(connection, token, Purpose.JOIN, code)
            if proof is None:
                return None
            void(connection, proof.target)
            kind = kind_of_address(proof.target)
            account = self.accounts.add_within(
                connection,
                proof.target,
                password,
                Role.CANDIDATE,
                email=proof.target if kind == EMAIL else "",
                phone=proof.target if kind == PHONE else "",
            )
            self._log.record(connection, account, facts.AccountOpened(account.id, kind, account.role.value))
            return account

        target = self.proofs.look(token, Purpose.JOIN)
        self._refuse_weak(password, (target.target,) if target else ())
        return self._command_handler.run_in_transaction(joined)

    # signing in

    def proved(self, name: str, password: str, place: str, device: str = "") -> Account | None:
        """The account of a name and its password; None for a wrong one of either, which look the same.

        A failure delays the next tries, and its owner reads of it. `device` is the browser's name where it signed
        in to this account before.
        """
        account = self.accounts.check(name, password)
        if account is None:
            self._count_failure(name, place, device)
        return account

    def _count_failure(self, name: str, place: str, device: str) -> None:
        """One transaction that does as much where there is no such account: the time says nothing either."""
        tried = self.accounts.named(name)
        account = tried or Account(uuid4(), "", Role.CANDIDATE, frozenset())

        def counted(connection: Connection) -> None:
            told = connection.begin_nested()
            self._log.record(connection, account, facts.SignInFailed(account.id, "password", place))
            told.commit() if tried else told.rollback()
            who = counted_as(tried, name, device)
            self._throttle.failed_within(connection, who, place, known=bool(device))

        self._command_handler.run_in_transaction(counted)

    def start_session(self, account: Account, way: str, place: str, browser: str, device: str = "") -> str:
        """A new session for somebody who proved who they are; earlier failures count no more.

        The one place where sessions begin. Raises Refusal where it is disabled.
        """
        if account.is_disabled:
            raise Refusal(RefusalCode.ACCOUNT_DISABLED)

        def entered(connection: Connection) -> str:
            self._log.record(connection, account, facts.SignedIn(account.id, way, place))
            token = self.sessions.begin(connection, account.id, place, browser)
            who = counted_as(account, account.name, device)
            self._throttle.came_in_within(connection, who, str(account.id), place)
            return token

        return self._command_handler.run_in_transaction(entered)

    # recovering and changing

    def ask_to_recover(self, email: str, address: Address, onward: str = "") -> None:
        """Mail a link to the verified address of an account.

        Where there is none a letter says so, so that from outside both look the same and take as long.
        """
        account = self.accounts.named(email)
        known = account if account and account.email == email and account.has_password else None
        link = address(self.proofs.link(Purpose.RECOVER, email, known.id if known else None, onward))
        if known is not None and known.is_disabled:
            self._post.send(from_office.disabled(email))
        else:
            self._post.send(email_templates.recover(email, link) if known else email_templates.unknown(email))

    def recover(self, token: str, password: str) -> Account | None:
        """Set a new password by a mailed link, and end every session; None where the link proves nothing.

        Raises PasswordRefused; then the link is still good.
        """
        proof = self.proofs.look(token, Purpose.RECOVER)
        known = self._of(proof)
        if proof is None or known is None or known.email != proof.target:
            return None
        self._refuse_weak(password, known.own_words)

        def recovered(connection: Connection) -> Account | None:
            if self.proofs.spend(connection, token, Purpose.RECOVER) is None:
                return None
            self._set_password(connection, known, password, "recovered", "")
            return known

        done = self._command_handler.run_in_transaction(recovered)
        if done is not None:
            self._log.tell(done, lambda to: email_templates.password_changed(to, done.recovers))
        return done

    def change_password(self, session: Session, present: str, new: str) -> bool:
        """Whether the present password was right; then the new one holds and all other sessions have ended.

        Raises PasswordRefused.
        """
        account = session.account
        if self.accounts.check(account.name, present) is None:
            self._log.note(account, facts.SignInFailed(account.id, "password", ""))
            return False
        self._refuse_weak(new, account.own_words)
        self._command_handler.run_in_transaction(
            lambda connection: self._set_password(connection, account, new, "changed", session.key)
        )
        self._log.tell(account, lambda to: email_templates.password_changed(to, account.recovers))
        return True

    # sessions, and the end

    def end_session(self, account: Account, key: str) -> None:
        """End one of the account's sessions by its public key; what is over already stays so."""
        if self.sessions.end_one(account.id, key):
            self._log.note(account, facts.SessionsEnded(account.id, 1, "owner"))

    def end_others(self, session: Session) -> int:
        """End all sessions of the account but this one; how many there were."""

        def ended(connection: Connection) -> int:
            count = self.sessions.end_all(connection, session.account.id, session.key)
            if count:
                self._log.record(
                    connection, session.account, facts.SessionsEnded(session.account.id, count, "owner")
                )
            return count

        return self._command_handler.run_in_transaction(ended)

    def close(self, session: Session, password: str) -> bool:
        """Whether the password was right, where there is one; then it is closed and its sessions have ended.

        Raises RegistrationUnderWay, and Refusal for the last account of the exam office.
        """
        account = session.account
        if account.has_password and self.accounts.check(account.name, password) is None:
            return False
        if self._registration_under_way(account):
            raise RegistrationUnderWay

        def ended(connection: Connection) -> None:
            if account.role is Role.OFFICE and count_offices(connection) <= 1:
                raise Refusal(RefusalCode.LAST_OFFICE)
            self.accounts.close(connection, account.id)
            self._identities.unlink_all(connection, account.id)
            self._factors.remove(connection, account.id)
            self.sessions.end_all(connection, account.id)
            forget_drafts(connection, account.id)
            self._log.record(connection, account, facts.AccountClosed(account.id))

        self._command_handler.run_in_transaction(ended)
        self._log.tell(account, email_templates.closed)
        return True

    def _registration_under_way(self, account: Account) -> bool:
        """Whether a registration in any round was not given up and might still be needed, if only to print it."""
        now, exams = self._command_handler.clock(), self._command_handler.exams
        with self._command_handler.database.reading() as connection:
            rounds = [
                exams.round(connection, row["round"])
                for row in registrations.of_account(connection, account.id)
                if registrations.is_active(row)
            ]
        return any(round_ is not None and now <= round_.plan.windows.printing.closes for round_ in rounds)

    def _set_password(
        self, connection: Connection, account: Account, password: str, way: str, but: str
    ) -> None:
        self.accounts.set_password_within(connection, account, password)
        count = self.sessions.end_all(connection, account.id, but)
        ended = [facts.SessionsEnded(account.id, count, way)] if count else []
        self._log.record(connection, account, facts.PasswordChanged(account.id, way), *ended)

    def _of(self, proof: Proof | None) -> Account | None:
        return self.accounts.find(proof.account) if proof and proof.account else None

    @staticmethod
    def _refuse_weak(password: str, own: tuple[str, ...]) -> None:
        why = weakness(password, own)
        if why is not None:
            raise PasswordRefused(why)


def _known_already(to: str, account: Account, sign_in: str) -> email_templates.AccountLetter:
    return email_templates.known_already(to, sign_in, account.recovers)
