"""The security log: what happened to an account, in a stream of its own, sealed under its owner's key."""

from __future__ import annotations

from sqlalchemy import Connection

from ncre.application import Act, Application
from ncre.domain.commands import Actor
from ncre.events.base import Fact
from ncre.events.passport import stream_of
from ncre.passport.accounts import Account


class SecurityLog:
    def __init__(self, application: Application) -> None:
        self._application = application

    def note(self, account: Account, *new: Fact) -> None:
        """Record what the owner did, or what was tried in their name, where nothing else changes with it."""
        self._application.together(lambda connection: self.record(connection, account, *new))

    def record(self, connection: Connection, account: Account, *new: Fact, by: Actor | None = None) -> None:
        """Record within the transaction that changes the account; by its owner unless `by` says otherwise."""
        stream = stream_of(account.id)
        version = len(self._application.store.history(connection, stream, opened=False))
        act = Act(by or account.actor)
        self._application.record(connection, act, stream, version, new, subject=account.id)
