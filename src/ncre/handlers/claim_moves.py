"""What facts of a registration take and give back: its place, its seats, its chairs, its number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.claims import ChairClaim, Claim, HolderClaim, PlaceClaim, SeatClaim, changes
from ncre.domain.printed_numbers import registration_number
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.decision_context import DecisionContext
from ncre.domain.registration.state import Registration, evolve
from ncre.events.base import Fact
from ncre.store.claims import ClaimStore


class ClaimGone(Exception):
    """A claim that somebody else holds; the transaction is rolled back."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim.key)
        self.claim = claim


class ClaimMoves:
    """Thread-safe. All of it happens in the transaction of the facts."""

    def __init__(self, store: Callable[[], ClaimStore]) -> None:
        self._store = store

    def move(self, connection: Connection, before: Registration, recorded: Iterable[Fact]) -> Registration:
        """Release and take what each fact says; the registration after all of them. Raises ClaimGone."""
        for fact in recorded:
            after = evolve(before, fact)
            for claim, wanted in changes(before, after, fact).in_order():
                (self._take if wanted else self._release)(connection, claim, after.id)
            before = after
        return before

    def take_chairs(self, connection: Connection, chairs: Iterable[tuple[str, UUID]]) -> None:
        """Take many chairs at once, each by its key for a registration. Raises Refusal where one is taken."""
        if not self._store().take_all(connection, list(chairs)):
            raise Refusal(RefusalCode.BUSY)

    def set_quota(self, connection: Connection, seat: SeatClaim, quota: int) -> None:
        """How many seats a counter has; what was taken stays taken."""
        self._store().set_quota(connection, seat.key, quota)

    def numbered(
        self, connection: Connection, registration: Registration, command: c.Command, context: DecisionContext
    ) -> c.Command:
        """Draw a registration number where the command will need one.

        考次 2 + site 6 + serial 6 digits (domain facts §3.2, a placeholder form). A refused command
        rolls the draw back with everything else.
        """
        if not isinstance(command, c.Submit | c.ChangeSubjects) or context.site is None:
            return command
        if registration.number and registration.site == command.site:
            return command
        serial = self._store().draw(connection, f"number:{context.round.code}:{command.site}")
        return replace(command, number=registration_number(context.round.code, command.site, serial))

    def _take(self, connection: Connection, claim: Claim, holder: UUID) -> None:
        match claim:
            case PlaceClaim() | HolderClaim() | ChairClaim():
                taken = self._store().take(connection, claim.key, holder)
            case SeatClaim():
                taken = self._store().take_counted(connection, claim.key)
        if not taken:
            raise ClaimGone(claim)

    def _release(self, connection: Connection, claim: Claim, holder: UUID) -> None:
        match claim:
            case PlaceClaim() | HolderClaim() | ChairClaim():
                self._store().release(connection, claim.key, holder)
            case SeatClaim():
                self._store().release_counted(connection, claim.key)
