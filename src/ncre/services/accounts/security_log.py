"""The security log: what happened to an account, sealed under its owner's key, and told to its owner."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from ncre.clients.mail import MailNotSent
from ncre.domain.registration.commands import Actor
from ncre.events.account import account_stream
from ncre.events.base import Fact
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.identity.accounts import Account
from ncre.identity.email_templates import AccountLetter, LetterSender

log = logging.getLogger("ncre.security_log")


class SecurityLog:
    """The security history of accounts, and the letters that tell of it."""

    def __init__(self, command_handler: CommandHandler, post: LetterSender) -> None:
        self._command_handler = command_handler
        self._post = post

    def note(self, account: Account, *new: Fact) -> None:
        """Record what the owner did, or what was tried in their name, where nothing else changes with it."""
        self._command_handler.run_in_transaction(lambda connection: self.record(connection, account, *new))

    def record(self, connection: Connection, account: Account, *new: Fact, by: Actor | None = None) -> None:
        """Record within the transaction that changes the account; by its owner unless `by` says otherwise.

        However many sign in at once: such facts conflict with nothing, and each waits for the one before it.
        """
        act = Act(by or account.actor)
        self._command_handler.record_behind(
            connection, act, account_stream(account.id), new, subject=account.id
        )

    def tell(self, account: Account, letter: Callable[[str], AccountLetter]) -> None:
        """Write to every verified address of the owner. What is done is done, also where no letter leaves."""
        for to in account.addresses:
            try:
                self._post.send(letter(to))
            except MailNotSent as error:
                log.warning("the owner of an account was not told: %s", error)
