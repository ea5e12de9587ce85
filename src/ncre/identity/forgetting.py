"""Everything about the owner of an account outside the facts is forgotten: addresses, password, sessions, links, proofs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from ncre.identity.accounts import accounts
from ncre.identity.external_identities import identities
from ncre.identity.form_drafts import form_drafts
from ncre.identity.proofs import Proofs
from ncre.identity.second_factor_store import second_factors
from ncre.identity.sending_limits import SendingLimits
from ncre.identity.sessions import sessions
from ncre.identity.sign_in_delays import SignInDelays
from ncre.identity.staff_requests import staff_requests

HOLD_PRIVATE: Final = (
    "accounts",
    "identities",
    "proofs",
    "sessions",
    "second_factors",
    "letters",
    "letter_addresses",
    "form_drafts",
)
"""Tables whose deleted rows are to leave no bytes behind."""


class Forgetting:
    """Works in the caller's transaction, together with the erasure of the keys."""

    def __init__(
        self,
        proofs: Proofs,
        delays: SignInDelays,
        sending: SendingLimits,
        clock: Callable[[], datetime],
    ) -> None:
        self._proofs = proofs
        self._delays = delays
        self._sending = sending
        self._clock = clock

    def forget(self, connection: Connection, account: UUID, addresses: Collection[str]) -> None:
        """The account is closed and keeps its id, its role and when it was made. `addresses`: every one it ever had."""
        linked = select(identities.c.subject).where(identities.c.account == account)
        subjects = list(connection.execute(linked).scalars())
        self._proofs.forget_within(connection, account, addresses, subjects)
        self._delays.forget_within(connection, account, addresses)
        self._sending.forget_within(connection, addresses)
        for table in (sessions, identities, second_factors, staff_requests, form_drafts):
            connection.execute(delete(table).where(table.c.account == account))
        name = f"closed:{account}"
        connection.execute(
            update(accounts)
            .where(accounts.c.id == account)
            .values(
                closed_at=func.coalesce(accounts.c.closed_at, self._clock()),
                name=name,
                key=name,
                email=None,
                phone=None,
                password="",
                sites=[],
            )
        )
