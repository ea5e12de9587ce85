"""The verified addresses of an account: proving a new one, and taking a change back by the address before it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from ncre.clients.mail import MailNotSent
from ncre.domain.bilingual import Bilingual
from ncre.events import account as facts
from ncre.handlers.command_handler import CommandHandler
from ncre.identity import email_templates
from ncre.identity.accounts import Account, Accounts
from ncre.identity.email_templates import Address, LetterSender
from ncre.identity.proofs import Proof, Proofs, Purpose
from ncre.identity.sessions import Sessions
from ncre.services.accounts.security_log import SecurityLog, log

EMAIL: Final = "email"
PHONE: Final = "phone"
KINDS: Final = {EMAIL: Bilingual("邮箱", "e-mail address"), PHONE: Bilingual("手机号", "phone number")}


def kind_of_address(address: str) -> str:
    """Whether an address is an e-mail address or a phone number."""
    return EMAIL if "@" in address else PHONE


@dataclass(frozen=True)
class ContactChange:
    """A change of one address that may still be undone; `before` is "" where there was none."""

    account: Account
    kind: str
    before: str
    now: str


class Contacts:
    """E-mail addresses and phone numbers of an account, each proved before it counts."""

    def __init__(
        self,
        command_handler: CommandHandler,
        security: SecurityLog,
        accounts: Accounts,
        sessions: Sessions,
        proofs: Proofs,
        post: LetterSender,
    ) -> None:
        self._command_handler = command_handler
        self._log = security
        self._accounts = accounts
        self._sessions = sessions
        self._proofs = proofs
        self._post = post

    def ask(self, account: Account, target: str, address: Address) -> str:
        """Send a link (e-mail) or a code (phone) to a new address; the name of the proof."""
        if kind_of_address(target) == EMAIL:
            token = self._proofs.link(Purpose.CONTACT, target, account.id)
            self._post.send(email_templates.contact(target, address(token)))
            return token
        token, code = self._proofs.code(Purpose.CONTACT, target, account.id)
        self._post.send(email_templates.contact_code(target, code))
        return token

    def waiting(self, account: Account, token: str) -> str:
        """The new address that a proof of this account is about; "" where it is none, or over."""
        proof = self._proofs.look(token, Purpose.CONTACT)
        return proof.target if proof and proof.account == account.id else ""

    def change(self, account: Account, token: str, undo: Address, code: str = "") -> str | None:
        """The kind of address that was proved and now belongs to the account; None where nothing was.

        The address before is told, and may undo it for seven days. Raises NameTaken where it belongs to another account.
        """

        def changed(connection: Connection) -> Proof | None:
            proof = self._proofs.spend(connection, token, Purpose.CONTACT, code)
            if proof is None or proof.account != account.id:
                return None
            self._set(connection, account, kind_of_address(proof.target), proof.target)
            return proof

        proof = self._command_handler.run_in_transaction(changed)
        if proof is None:
            return None
        kind = kind_of_address(proof.target)
        before = account.email if kind == EMAIL else account.phone
        if proof.target != before:
            self._tell(ContactChange(account, kind, before, proof.target), undo)
        return kind

    def undoable(self, token: str) -> ContactChange | None:
        """What a link would undo; the account is as it is now."""
        return self._change(self._proofs.look(token, Purpose.UNDO))

    def undo(self, token: str) -> ContactChange | None:
        """Put the address before back, and end every session and whatever was to be undone later; None where it is over.

        Raises NameTaken where it belongs to another account by now.
        """

        def undone(connection: Connection) -> ContactChange | None:
            proof = self._proofs.spend(connection, token, Purpose.UNDO)
            change = self._change(proof)
            if proof is None or change is None:
                return None
            account = change.account
            self._set(connection, account, change.kind, change.before, undone=True)
            self._proofs.end_undoing(connection, account.id, proof.expires_at)
            count = self._sessions.end_all(connection, account.id)
            if count:
                self._log.record(connection, account, facts.SessionsEnded(account.id, count, "undone"))
            return change

        return self._command_handler.run_in_transaction(undone)

    def set_password_link(self, change: ContactChange) -> str | None:
        """The secret part of a link to a new password, for whoever just proved the e-mail address of an account."""
        account = change.account
        if change.kind != EMAIL or not change.before or not account.has_password:
            return None
        return self._proofs.link(Purpose.RECOVER, change.before, account.id)

    def _set(
        self, connection: Connection, account: Account, kind: str, value: str, *, undone: bool = False
    ) -> None:
        before = account.email if kind == EMAIL else account.phone
        self._accounts.set_contact(connection, account, kind, value)
        changed = facts.ContactChanged(account.id, kind, before, value, undone)
        self._log.record(connection, account, changed)

    def _tell(self, change: ContactChange, undo: Address) -> None:
        """Every address that the account had: what is done is done, also where no letter leaves."""
        target = json.dumps([change.kind, change.before])
        for to in change.account.addresses:
            link = undo(self._proofs.link(Purpose.UNDO, target, change.account.id))
            try:
                self._post.send(
                    email_templates.contact_changed(
                        to, change.account.masked, KINDS[change.kind], change.now, link
                    )
                )
            except MailNotSent as error:
                log.warning("an address of before was not told: %s", error)

    def _change(self, proof: Proof | None) -> ContactChange | None:
        known = self._accounts.find(proof.account) if proof and proof.account else None
        if proof is None or known is None or self._accounts.is_closed(known.id):
            return None
        kind, before = json.loads(proof.target)
        return ContactChange(known, kind, before, known.email if kind == EMAIL else known.phone)
