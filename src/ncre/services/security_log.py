"""The security log: what happened to an account, sealed under its owner's key, and told to its owner."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from ncre.application import Act, Application
from ncre.domain.commands import Actor
from ncre.events.base import Fact
from ncre.events.passport import stream_of
from ncre.gateways.mail import MailNotSent
from ncre.passport.accounts import Account
from ncre.passport.letters import Courier, Letter

log = logging.getLogger("ncre.security_log")


class SecurityLog:
    def __init__(self, application: Application, post: Courier) -> None:
        self._application = application
        self._post = post

    def note(self, account: Account, *new: Fact) -> None:
        """Record what the owner did, or what was tried in their name, where nothing else changes with it."""
        self._application.together(lambda connection: self.record(connection, account, *new))

    def record(self, connection: Connection, account: Account, *new: Fact, by: Actor | None = None) -> None:
        """Record within the transaction that changes the account; by its owner unless `by` says otherwise.

        However many sign in at once: such facts conflict with nothing, and each waits for the one before it.
        """
        act = Act(by or account.actor)
        self._application.record_behind(connection, act, stream_of(account.id), new, subject=account.id)

    def tell(self, account: Account, letter: Callable[[str], Letter]) -> None:
        """Write to every verified address of the owner. What is done is done, also where no letter leaves."""
        for to in account.addresses:
            try:
                self._post.send(letter(to))
            except MailNotSent as error:
                log.warning("the owner of an account was not told: %s", error)
