"""The passport: joining with a verified address, signing in, recovering, changing what guards an account.

What changes an account and the fact that says so are one transaction; letters go out after it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

from sqlalchemy import Connection

from ncre.application import Application
from ncre.domain.commands import EVERY_SITE, Actor
from ncre.domain.language import Words
from ncre.domain.lifecycle import Role, Status
from ncre.events import passport as facts
from ncre.events.base import Fact
from ncre.events.passport import stream_of
from ncre.passport import letters
from ncre.passport.accounts import Account, Accounts, NameTaken, PasswordRefused
from ncre.passport.factors import Factors
from ncre.passport.identities import Identities
from ncre.passport.letters import Letter
from ncre.passport.passwords import Weakness, weakness
from ncre.passport.proofs import Proof, Proofs, Purpose
from ncre.passport.second_factor import SecondFactor, enrol, new_factor, use_code, use_recovery
from ncre.passport.sessions import Session, Sessions
from ncre.passport.sign_on import Identity
from ncre.passport.single_sign_on import SingleSignOn, Staff
from ncre.projections import registrations

log = logging.getLogger("ncre.passports")

EMAIL: Final = "email"
PHONE: Final = "phone"
KINDS: Final = {EMAIL: Words("邮箱", "e-mail address"), PHONE: Words("手机号", "phone number")}

_PROVIDER: Final = Actor("provider", Role.OFFICE, EVERY_SITE)
"""Who acts where a provider's claims give a role."""

Address = Callable[[str], str]
"""Makes the address of a page from the secret part of a link."""


class Post(Protocol):
    """Delivers letters and short messages."""

    def send(self, letter: Letter) -> None:
        """Raises MailNotSent."""


@dataclass(frozen=True)
class Provider:
    """A provider where staff sign in. With `provision` somebody new whose claims give a role gets an account."""

    name: str
    label: str
    sign_on: SingleSignOn
    provision: bool = False


class RegistrationUnderWay(Exception):
    """An account is not closed while a registration of it is under way."""


@dataclass(frozen=True)
class _Asked:
    actor: Actor
    command_id: UUID


class Passports:
    def __init__(
        self,
        application: Application,
        accounts: Accounts,
        sessions: Sessions,
        proofs: Proofs,
        identities: Identities,
        factors: Factors,
        post: Post,
    ) -> None:
        self._application = application
        self.accounts = accounts
        self.sessions = sessions
        self.proofs = proofs
        self.identities = identities
        self._factors = factors
        self._post = post

    # joining

    def ask_to_join(self, email: str, address: Address, sign_in: str) -> None:
        """Mail a link to whoever reads this address. The same from outside, whether it has an account or not."""
        if self.accounts.named(email) is not None:
            self._post.send(letters.known_already(email, sign_in))
            return
        self._post.send(letters.join(email, address(self.proofs.link(Purpose.JOIN, email))))

    def ask_to_join_by_phone(self, phone: str, sign_in: str) -> str:
        """Send a code to this number; the name of the proof, for the page that asks for the code."""
        token, code = self.proofs.code(Purpose.JOIN, phone)
        known = self.accounts.named(phone) is not None
        self._post.send(letters.known_already(phone, sign_in) if known else letters.join_code(phone, code))
        return token

    def join(self, token: str, password: str, code: str = "") -> Account | None:
        """The new account of whoever proved an address, None where nothing was proved.

        Raises PasswordRefused (then the proof is still good) and NameTaken.
        """

        def joined(connection: Connection) -> Account | None:
            proof = self.proofs.spend(connection, token, Purpose.JOIN, code)
            if proof is None:
                return None
            kind = EMAIL if "@" in proof.target else PHONE
            account = self.accounts.add_within(
                connection,
                proof.target,
                password,
                Role.CANDIDATE,
                email=proof.target if kind == EMAIL else "",
                phone=proof.target if kind == PHONE else "",
            )
            self._record(connection, account, facts.AccountOpened(account.id, kind, account.role.value))
            return account

        target = self.proofs.look(token, Purpose.JOIN)
        self._refuse_weak(password, (target.target,) if target else ())
        return self._application.together(joined)

    # signing in

    def proved(self, name: str, password: str, place: str) -> Account | None:
        """The account of a name and its password; None for a wrong one of either, which look the same."""
        account = self.accounts.check(name, password)
        if account is None:
            tried = self.accounts.named(name)
            if tried is not None:
                self._note(tried, facts.SignInFailed(tried.id, "password", place))
        return account

    def enter(self, account: Account, way: str, place: str, browser: str) -> str:
        """A new session for somebody who proved who they are."""
        self._note(account, facts.SignedIn(account.id, way, place))
        return self.sessions.begin(account.id, place, browser)

    # the second factor of staff

    def has_factor(self, account: Account) -> bool:
        return self._factor(account).confirmed

    def go_half_way(self, account: Account) -> str:
        """The password was right and a code is still asked; the name for the browser to keep."""
        return self.proofs.kept(Purpose.HALF, str(account.id))

    def half_way(self, token: str) -> Account | None:
        proof = self.proofs.look(token, Purpose.HALF) if token else None
        return self.accounts.find(UUID(proof.target)) if proof else None

    def end_half_way(self, token: str) -> None:
        self._application.together(lambda connection: self.proofs.spend(connection, token, Purpose.HALF))

    def factor_to_enrol(self, account: Account) -> SecondFactor:
        """The confirmed factor, or the one to be confirmed, made on first sight."""

        def found(connection: Connection) -> SecondFactor:
            factor = self._factors.of(connection, account.id)
            if factor is None:
                factor = new_factor()
                self._factors.keep(connection, account.id, factor)
            return factor

        return self._application.together(found)

    def confirm_factor(self, account: Account, code: str) -> tuple[str, ...] | None:
        """The recovery codes, to be shown once; None for a wrong code."""

        def confirmed(connection: Connection) -> tuple[str, ...] | None:
            factor = self._factors.of(connection, account.id)
            enrolled = enrol(factor, code, self._application.clock()) if factor else None
            if enrolled is None:
                return None
            self._factors.keep(connection, account.id, enrolled.factor)
            self._record(connection, account, facts.FactorChanged(account.id, "enrolled"))
            return enrolled.recovery_codes

        return self._application.together(confirmed)

    def pass_factor(self, account: Account, code: str, place: str) -> bool:
        """Whether this is a code that was not used yet, or a recovery code; then it is used up."""

        def passed(connection: Connection) -> bool:
            factor = self._factors.of(connection, account.id)
            if factor is None:
                return False
            by_code = use_code(factor, code, self._application.clock())
            after = by_code or use_recovery(factor, code)
            if after is None:
                self._record(connection, account, facts.SignInFailed(account.id, "factor", place))
                return False
            self._factors.keep(connection, account.id, after)
            if by_code is None:
                self._record(connection, account, facts.FactorChanged(account.id, "recovery"))
            return True

        return self._application.together(passed)

    def remove_factor(self, account: Account, code: str, place: str) -> bool:
        """Whether the code was good; then there is no second factor any more."""
        if not self.pass_factor(account, code, place):
            return False

        def removed(connection: Connection) -> None:
            self._factors.remove(connection, account.id)
            self._record(connection, account, facts.FactorChanged(account.id, "removed"))

        self._application.together(removed)
        return True

    def _factor(self, account: Account) -> SecondFactor:
        factor = self._application.together(lambda connection: self._factors.of(connection, account.id))
        return factor or SecondFactor("")

    # recovering and changing

    def ask_to_recover(self, email: str, address: Address) -> None:
        """Mail a link to the verified address of an account.

        Where there is none a letter says so, so that from outside both look the same and take as long.
        """
        account = self.accounts.named(email)
        if account is None or account.email != email:
            self._post.send(letters.unknown(email))
            return
        self._post.send(letters.recover(email, address(self.proofs.link(Purpose.RECOVER, email, account.id))))

    def recover(self, token: str, password: str) -> Account | None:
        """Set a new password by a mailed link, and end every session; None where the link proves nothing.

        Raises PasswordRefused; then the link is still good.
        """
        proof = self.proofs.look(token, Purpose.RECOVER)
        known = self._of(proof)
        if known is None:
            return None
        self._refuse_weak(password, known.own_words)

        def recovered(connection: Connection) -> Account | None:
            if self.proofs.spend(connection, token, Purpose.RECOVER) is None:
                return None
            self._set_password(connection, known, password, "recovered", "")
            return known

        done = self._application.together(recovered)
        if done is not None:
            self._tell(done, letters.password_changed)
        return done

    def change_password(self, session: Session, present: str, new: str) -> bool:
        """Whether the present password was right; then the new one holds and all other sessions have ended.

        Raises PasswordRefused.
        """
        account = session.account
        if self.accounts.check(account.name, present) is None:
            self._note(account, facts.SignInFailed(account.id, "password", ""))
            return False
        self._refuse_weak(new, account.own_words)
        self._application.together(
            lambda connection: self._set_password(connection, account, new, "changed", session.key)
        )
        self._tell(account, letters.password_changed)
        return True

    def ask_to_change(self, account: Account, kind: str, target: str, address: Address) -> str:
        """Send a link (e-mail) or a code (phone) to a new address; the name of the proof."""
        if kind == EMAIL:
            token = self.proofs.link(Purpose.CONTACT, target, account.id)
            self._post.send(letters.contact(target, address(token)))
            return token
        token, code = self.proofs.code(Purpose.CONTACT, target, account.id)
        self._post.send(letters.contact_code(target, code))
        return token

    def change_contact(self, account: Account, token: str, code: str = "") -> str | None:
        """The kind of address that was proved and now belongs to the account; None where nothing was.

        The address before is told. Raises NameTaken where it belongs to another account.
        """

        def changed(connection: Connection) -> Proof | None:
            proof = self.proofs.spend(connection, token, Purpose.CONTACT, code)
            if proof is None or proof.account != account.id:
                return None
            kind = EMAIL if "@" in proof.target else PHONE
            before = account.email if kind == EMAIL else account.phone
            self.accounts.set_contact(connection, account.id, kind, proof.target)
            self._record(connection, account, facts.ContactChanged(account.id, kind, before, proof.target))
            return proof

        proof = self._application.together(changed)
        if proof is None:
            return None
        kind = EMAIL if "@" in proof.target else PHONE
        before = account.email if kind == EMAIL else account.phone
        if before:
            self._post.send(letters.contact_changed(before, KINDS[kind]))
        return kind

    # other providers

    def keep_begun(self, about: dict[str, str]) -> str:
        """Remember what was begun at another provider, for one reply; the name for the browser to keep."""
        return self.proofs.kept(Purpose.AWAY, json.dumps(about))

    def take_begun(self, token: str) -> dict[str, str] | None:
        """What was begun, once."""
        found = self._taken(token, Purpose.AWAY)
        return dict(found) if found else None

    def known(self, identity: Identity) -> Account | None:
        """The account of somebody at another provider; never matched by a name."""
        account = self.identities.account_of(identity)
        found = self.accounts.find(account) if account else None
        return found if found and not self.accounts.is_closed(found.id) else None

    def keep_pending(self, identity: Identity) -> str:
        """Remember somebody unknown until an account is signed in and its owner confirms."""
        return self.proofs.kept(
            Purpose.LINK, json.dumps([identity.issuer, identity.subject, identity.name[:60], identity.also])
        )

    def pending(self, token: str) -> Identity | None:
        """Who waits, without using it up."""
        proof = self.proofs.look(token, Purpose.LINK) if token else None
        return _identity(json.loads(proof.target)) if proof else None

    def take_pending(self, token: str) -> Identity | None:
        found = self._taken(token, Purpose.LINK)
        return _identity(found) if found else None

    def drop_pending(self, token: str) -> None:
        self._taken(token, Purpose.LINK)

    def staff_account(self, provider: Provider, staff: Staff) -> Account | None:
        """The account of staff who signed in at a provider, with the role that its claims give today.

        None for somebody unknown where the provider brings no new people.
        """
        known = self.known(staff.identity)
        if known is None:
            return self._provisioned(staff) if provider.provision else None
        if known.role is Role.CANDIDATE:
            return None
        if (known.role, known.sites) != (staff.role, _sites(staff)):
            self.give_role(known, staff.role, staff.sites, staff.identity.issuer, _PROVIDER)
        return self.accounts.find(known.id)

    def _provisioned(self, staff: Staff) -> Account:
        """A new account that nobody signs in to with a password."""

        def made(connection: Connection) -> Account:
            name = f"{staff.name or staff.identity.subject} ({staff.identity.subject})"[:254]
            secret = token_urlsafe(64)
            account = self.accounts.add_within(connection, name, secret, staff.role, staff.sites)
            self.identities.link(connection, staff.identity, account.id)
            self._record_by(
                connection,
                account,
                _PROVIDER,
                facts.AccountOpened(account.id, "sso", account.role.value),
                facts.IdentityLinked(account.id, staff.identity.issuer),
            )
            return account

        return self._application.together(made)

    def link(self, account: Account, identity: Identity) -> None:
        """From now on this person at the provider signs in to the account. Raises LinkedElsewhere."""

        def linked(connection: Connection) -> bool:
            if not self.identities.link(connection, identity, account.id):
                return False
            self._record(connection, account, facts.IdentityLinked(account.id, identity.issuer))
            return True

        if self._application.together(linked):
            self._tell(account, letters.identity_changed)

    def unlink(self, account: Account, issuer: str) -> None:
        def unlinked(connection: Connection) -> bool:
            if not self.identities.unlink(connection, issuer, account.id):
                return False
            self._record(connection, account, facts.IdentityUnlinked(account.id, issuer))
            return True

        if self._application.together(unlinked):
            self._tell(account, letters.identity_changed)

    def _taken(self, token: str, purpose: Purpose) -> Any:
        proof = self._application.together(lambda connection: self.proofs.spend(connection, token, purpose))
        return json.loads(proof.target) if proof else None

    # sessions, roles, the end

    def end_session(self, account: Account, key: str) -> None:
        if self.sessions.end_one(account.id, key):
            self._note(account, facts.SessionsEnded(account.id, 1, "owner"))

    def end_others(self, session: Session) -> int:
        """End all sessions of the account but this one; how many there were."""

        def ended(connection: Connection) -> int:
            count = self.sessions.end_all(connection, session.account.id, session.key)
            if count:
                self._record(
                    connection, session.account, facts.SessionsEnded(session.account.id, count, "owner")
                )
            return count

        return self._application.together(ended)

    def give_role(self, account: Account, role: Role, sites: frozenset[str], why: str, actor: Actor) -> None:
        """What the account may do from now on, with who gave it and why; its sessions end."""

        def given(connection: Connection) -> None:
            self.accounts.set_role(connection, account.id, role, sites)
            self.sessions.end_all(connection, account.id)
            fact = facts.RoleChanged(account.id, role.value, tuple(sorted(sites)), why)
            self._record_by(connection, account, actor, fact)

        self._application.together(given)

    def close(self, session: Session, password: str) -> bool:
        """Whether the password was right; then the account is closed and every session of it has ended.

        Raises RegistrationUnderWay.
        """
        account = session.account
        if self.accounts.check(account.name, password) is None:
            return False
        if self._registration_under_way(account):
            raise RegistrationUnderWay

        def ended(connection: Connection) -> None:
            self.accounts.close(connection, account.id)
            self.sessions.end_all(connection, account.id)
            self._record(connection, account, facts.AccountClosed(account.id))

        self._application.together(ended)
        self._tell(account, letters.closed)
        return True

    def _registration_under_way(self, account: Account) -> bool:
        with self._application.database.reading() as connection:
            round_ = self._application.exams.current(connection)
            mine = registrations.newest_of(connection, account.id, round_.code) if round_ else None
        return mine is not None and mine["status"] not in (Status.WITHDRAWN, Status.CANCELLED)

    def _set_password(
        self, connection: Connection, account: Account, password: str, way: str, but: str
    ) -> None:
        self.accounts.set_password_within(connection, account, password)
        count = self.sessions.end_all(connection, account.id, but)
        ended = [facts.SessionsEnded(account.id, count, way)] if count else []
        self._record(connection, account, facts.PasswordChanged(account.id, way), *ended)

    def _note(self, account: Account, *new: Fact) -> None:
        self._application.together(lambda connection: self._record(connection, account, *new))

    def _record(self, connection: Connection, account: Account, *new: Fact) -> None:
        self._record_by(connection, account, account.actor, *new)

    def _record_by(self, connection: Connection, account: Account, actor: Actor, *new: Fact) -> None:
        stream = stream_of(account.id)
        version = len(self._application.store.history(connection, stream, opened=False))
        asked = _Asked(actor, uuid4())
        self._application.record(connection, asked, stream, version, new, subject=account.id)

    def _of(self, proof: Proof | None) -> Account | None:
        return self.accounts.find(proof.account) if proof and proof.account else None

    def _tell(self, account: Account, letter: Callable[[str], Letter]) -> None:
        """To every verified address of the account."""
        for to in (account.email, account.phone):
            if to:
                self._post.send(letter(to))

    @staticmethod
    def _refuse_weak(password: str, own: tuple[str, ...]) -> None:
        why = weakness(password, own)
        if why is not None:
            raise PasswordRefused(why)


def _sites(staff: Staff) -> frozenset[str]:
    return EVERY_SITE if staff.role is Role.OFFICE else staff.sites


def _identity(kept: list[Any]) -> Identity:
    issuer, subject, name, also = kept
    return Identity(issuer, subject, name, tuple(also))


__all__ = [
    "EMAIL",
    "KINDS",
    "PHONE",
    "NameTaken",
    "Passports",
    "PasswordRefused",
    "RegistrationUnderWay",
    "Weakness",
]
