"""Claims on cases of the queue: taken by opening one, over after a while, handed to a colleague of the site with a note."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Connection

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import require_text
from ncre.domain.registration.vocabulary import Role, Status
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account
from ncre.identity.staff_directory import StaffDirectory
from ncre.operational import review_claims
from ncre.operational.review_claims import LASTS, LONGEST_NOTE, HandoverRow, ReviewClaim
from ncre.projections.rows import RegistrationRow
from ncre.services.review.notes import SealedNotes

KEPT: Final = timedelta(days=180)
"""How long it stays readable who handed a case to whom."""


@dataclass(frozen=True)
class Handover:
    """`note` is "" where nothing was written."""

    giver: UUID
    receiver: UUID
    note: str
    handed_at: datetime


class ReviewClaims:
    """Who is at which case; `clock` says what has run out."""

    def __init__(self, command_handler: CommandHandler, clock: Callable[[], datetime]) -> None:
        self._command_handler = command_handler
        self._database = command_handler.database
        self._notes = SealedNotes(command_handler.store, "hand-over")
        self._clock = clock
        self._staff = StaffDirectory(clock)

    def of(self, cases: Collection[UUID]) -> dict[UUID, ReviewClaim]:
        """The claims that hold now on these cases, by case."""
        with self._database.reading() as connection:
            return review_claims.of(connection, cases, self._clock())

    def held(self, account: UUID | None = None) -> list[ReviewClaim]:
        """The claims that hold now, of an account or of everybody."""
        with self._database.reading() as connection:
            return review_claims.held(connection, self._clock(), account)

    def take(self, row: RegistrationRow, account: Account, *, over: bool = False) -> ReviewClaim | None:
        """The claim that then holds, which may be a colleague's; `over` takes it from them. None where nothing waits.

        Nobody claims their own registration.
        """
        if row["status"] != Status.PENDING_REVIEW or row["account"] == account.id:
            return None
        now = self._clock()
        with self._database.transaction() as connection:
            self._database.lock(connection, row["id"])
            held = review_claims.of(connection, [row["id"]], now).get(row["id"])
            if held is not None and held.account != account.id and not over:
                return held
            since = held.taken_at if held is not None and held.account == account.id else now
            claim = ReviewClaim(row["id"], account.id, since, now + LASTS)
            review_claims.put(connection, claim)
            return claim

    def release(self, row: RegistrationRow, account: Account) -> None:
        """One's own claim is given up; a colleague's stays."""
        with self._database.transaction() as connection:
            held = review_claims.of(connection, [row["id"]], self._clock()).get(row["id"])
            if held is not None and held.account == account.id:
                review_claims.drop(connection, row["id"])

    def colleagues(self, row: RegistrationRow, account: Account) -> list[Account]:
        """To whom the case may be handed: whoever else reviews at its site, and it is not their own."""
        with self._database.reading() as connection:
            every = self._staff.all(connection)
        return [
            one
            for one in every
            if one.role is Role.REVIEWER
            and not one.is_disabled
            and one.actor.covers(row["site"] or "")
            and one.id not in (account.id, row["account"])
        ]

    def hand_over(self, row: RegistrationRow, giver: Account, receiver: UUID, note: str) -> Account:
        """The case to a colleague of the same site. Raises Refusal: it waits no more, is a colleague's, or nobody such."""
        require_text(note, LONGEST_NOTE)
        if row["status"] != Status.PENDING_REVIEW:
            raise Refusal(RefusalCode.NOT_WAITING)
        to = next((one for one in self.colleagues(row, giver) if one.id == receiver), None)
        if to is None:
            raise Refusal(RefusalCode.COLLEAGUE_UNKNOWN)
        self._command_handler.run_in_transaction(partial(self._handed_over, row, giver.id, to.id, note))
        return to

    def _handed_over(
        self, row: RegistrationRow, giver: UUID, receiver: UUID, note: str, connection: Connection
    ) -> None:
        now, id_ = self._clock(), uuid4()
        self._database.lock(connection, row["id"])
        held = review_claims.of(connection, [row["id"]], now).get(row["id"])
        if held is not None and held.account != giver:
            raise Refusal(RefusalCode.CASE_CLAIMED)
        review_claims.put(connection, ReviewClaim(row["id"], receiver, now, now + LASTS))
        box = self._notes.seal(connection, row["sealed_for"], str(id_), note)
        review_claims.note_handover(connection, HandoverRow(id_, row["id"], giver, receiver, now, box))

    def handovers(self, row: RegistrationRow) -> list[Handover]:
        """Who handed the case to whom, the newest first."""
        with self._database.reading() as connection:
            return [
                Handover(
                    one.giver,
                    one.receiver,
                    self._notes.open(connection, row["sealed_for"], str(one.id), one.box),
                    one.handed_at,
                )
                for one in review_claims.handovers_of(connection, row["id"])
            ]

    def tidy(self, before: datetime) -> None:
        """Forget claims that were over before a moment, and what was handed over long ago."""
        with self._database.transaction() as connection:
            review_claims.tidy(connection, before, self._clock() - KEPT)
