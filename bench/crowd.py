"""The sign-in crowd of an opening hour, simulated: who is made to wait, and what a guesser gets through meanwhile.

The clock is simulated; counting is the service's own, on SQLite, committed once a simulated second. The hash is left out.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from ncre.identity.sign_in_delays import SignInDelays
from ncre.store.database import Database

OPENING = datetime(2027, 1, 5, 1, 0, tzinfo=UTC)
SLIPS = 0.05
SPRAYING = 5
"""Failures a second of strangers who try one password at many accounts, from many blocks, all the while."""

VICTIM, VICTIMS_BROWSER = "account:victim", "browser:victim"


@dataclass
class Outcome:
    """`right`: tries with the right password; `waited`: those of them told to wait; `harder`: asked a harder captcha.

    `guesses`: tries at one account that were looked at, of `guessed`; `owner_waited`: the owner of that account, in a
    browser that signed in before, was told to wait.
    """

    right: int = 0
    waited: int = 0
    harder: int = 0
    asked_everybody: int = 0
    guesses: int = 0
    guessed: int = 0
    owner_waited: int = 0
    owner_tries: int = 0
    _due: list[tuple[float, int, str, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of the right ones, who was made to wait."""
        return self.waited / self.right if self.right else 0.0


class Crowd:
    """People who come `rate` a second for `seconds`, each from a block that `block` names; one in twenty tries slips."""

    def __init__(
        self, database: Database, rate: int, seconds: int, block: Callable[[Random], str], seed: int = 2027
    ) -> None:
        self._database = database
        self._now = OPENING
        self._throttle = SignInDelays(database, lambda: self._now)
        self._rate, self._seconds, self._block = rate, seconds, block
        self._dice = Random(seed)  # noqa: S311 -- a simulation
        self._serial = count()

    def run(self) -> Outcome:
        outcome = Outcome()
        for second in range(self._seconds):
            self._now = OPENING + timedelta(seconds=second, microseconds=self._dice.randrange(10**6))
            for number in range(self._rate):
                self._comes(outcome, second, f"account:{second}-{number}", self._block(self._dice))
            self._second(outcome, second)
        return outcome

    def _comes(self, outcome: Outcome, at: float, who: str, place: str) -> None:
        heapq.heappush(outcome._due, (at, next(self._serial), who, place))

    def _second(self, outcome: Outcome, second: int) -> None:
        """Every try of this second is looked at as things stood before it."""
        came, failed = [], []
        for who, place in self._now_due(outcome, second):
            risk = self._throttle.risk(who, place)
            slips = self._dice.random() < SLIPS
            outcome.right += not slips
            outcome.harder += risk.block
            outcome.asked_everybody += risk.service
            if risk.wait:
                outcome.waited += not slips
                self._comes(outcome, second + risk.wait, who, place)
            elif slips:
                failed.append((who, place, False))
                self._comes(outcome, second + self._dice.randrange(3, 15), who, place)
            else:
                came.append((who, place))
        failed += [(f"name:{next(self._serial)}", self._anywhere(), False) for _ in range(SPRAYING)]
        failed += self._guesser(outcome)
        self._owner(outcome, second)
        with self._database.transaction() as connection:
            for who, place, known in failed:
                self._throttle.failed_within(connection, who, place, known=known)
            for who, place in came:
                self._throttle.came_in_within(connection, who, who, place)

    def _now_due(self, outcome: Outcome, second: int) -> Iterator[tuple[str, str]]:
        while outcome._due and outcome._due[0][0] <= second:
            _, _, who, place = heapq.heappop(outcome._due)
            yield who, place

    def _guesser(self, outcome: Outcome) -> list[tuple[str, str, bool]]:
        """Somebody guesses at one account every second, from a new block each time."""
        place = self._anywhere()
        outcome.guessed += 1
        if self._throttle.risk(VICTIM, place).wait:
            return []
        outcome.guesses += 1
        return [(VICTIM, place, False)]

    def _owner(self, outcome: Outcome, second: int) -> None:
        """Its owner looks in once a minute, in a browser of before."""
        if second % 60 == 0:
            outcome.owner_tries += 1
            outcome.owner_waited += self._throttle.risk(VICTIMS_BROWSER, "192.0.2.0/24").wait > 0

    def _anywhere(self) -> str:
        return f"{self._dice.randrange(1, 224)}.{self._dice.randrange(256)}.{self._dice.randrange(256)}.0/24"


def country(database: Database, seconds: int = 3_600) -> Outcome:
    """Twenty a second from everywhere, many of them behind the same addresses of a few carriers."""
    carriers = [f"100.64.{number}.0/24" for number in range(256)]

    def block(dice: Random) -> str:
        return (
            dice.choice(carriers)
            if dice.random() < 0.5
            else f"10.{dice.randrange(256)}.{dice.randrange(256)}.0/24"
        )

    return Crowd(database, 20, seconds, block).run()


def campus(database: Database, people: int = 3_000, rate: int = 5) -> Outcome:
    """Three thousand people behind one address within ten minutes."""
    return Crowd(database, rate, people // rate, lambda _: "203.0.113.0/24").run()
