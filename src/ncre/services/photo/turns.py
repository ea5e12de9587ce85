"""Whose picture is looked at now, and who may wait for that: pictures never take the threads that pages need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final
from uuid import UUID

from ncre.domain.refusals import Refusal, RefusalCode

SECONDS: Final = 2.0
"""How long a request waits for its turn. Honest pictures take a twentieth of a second to half of one."""

MOST_OF_ONE: Final = 2
"""Of one account: the picture that is looked at, and a second press of the button."""

MOST_INSIDE: Final = 6
"""Requests that are looked at or wait: fewer than the threads that candidates' pages have in a process."""


class PhotoTurns:
    """`at_once` pictures are looked at, as many more may wait, in the order in which they came; one at a time of an account.

    `told` is told how many are inside whenever that changes.
    """

    def __init__(
        self, at_once: int, seconds: float = SECONDS, told: Callable[[int], None] = lambda inside: None
    ) -> None:
        self._told = told
        self._at_once = at_once
        self._most = min(2 * at_once, MOST_INSIDE)
        self._seconds = seconds
        self._changed = Condition()
        self._inside: Counter[UUID] = Counter()
        self._looked_at: set[UUID] = set()
        self._waiting: dict[object, UUID] = {}

    @contextmanager
    def turn(self, account: UUID) -> Iterator[None]:
        """Raises Refusal where too many wait, or it takes too long."""
        with self._changed:
            self._enter(account)
        try:
            yield
        finally:
            with self._changed:
                self._looked_at.remove(account)
                self._leave(account)

    def _enter(self, account: UUID) -> None:
        full = self._inside.total() >= self._most
        if full or self._inside[account] >= MOST_OF_ONE:
            raise Refusal(RefusalCode.PHOTOS_BUSY)
        self._inside[account] += 1
        self._told(self._inside.total())
        me = object()
        self._waiting[me] = account
        came = self._changed.wait_for(lambda: self._is_turn_of(me), self._seconds)
        del self._waiting[me]
        if not came:
            self._leave(account)
            raise Refusal(RefusalCode.PHOTOS_BUSY)
        self._looked_at.add(account)
        self._changed.notify_all()  # another may be the first of those who wait now

    def _is_turn_of(self, me: object) -> bool:
        """Whether a place is free and nobody came before, but those whose own other picture is looked at."""
        if len(self._looked_at) >= self._at_once:
            return False
        return me is next((one for one, of in self._waiting.items() if of not in self._looked_at), None)

    def _leave(self, account: UUID) -> None:
        self._inside[account] -= 1
        self._inside += Counter()  # drops those of whom there is none any more
        self._told(self._inside.total())
        self._changed.notify_all()
