"""Which batch each sitting goes to: evenly, nobody twice in one, and everybody whenever that is possible.

Whoever comes takes the emptiest batches. For batches that suit everyone this is the construction of
Gale and Ryser, which seats everybody whenever anything does. Where papers are too long for some
batches it may get stuck; then people are asked to change batches along the shortest chain that ends
at a free seat (an augmenting path, Ford and Fulkerson). If there is no chain, no plan seats more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """One sitting that a person needs, in any of these batches; of equally empty ones the first."""

    person: int
    batches: tuple[int, ...]


def shared_out(wishes: Sequence[Wish], seats: Sequence[int]) -> list[int | None]:
    """A batch for each wish, None where there is none. As few as possible are None.

    `seats` are the free ones of each batch. Wishes are served in the order given.
    """
    shares = _Shares(wishes, seats)
    for wish in range(len(wishes)):
        shares.serve(wish)
    return shares.batch


class _Shares:
    def __init__(self, wishes: Sequence[Wish], seats: Sequence[int]) -> None:
        self._wishes = wishes
        self._left = list(seats)
        self.batch: list[int | None] = [None] * len(wishes)
        self._held: dict[tuple[int, int], int] = {}
        """The wish that a person has in a batch."""
        self._inside: list[dict[int, None]] = [{} for _ in seats]
        """The wishes in each batch, in the order in which they came."""
        self._dead: set[int] = set()
        self._dead_batches: set[int] = set()
        """From where no chain ends at a free seat, now and for ever."""

    def serve(self, wish: int) -> None:
        person, batches = self._wishes[wish].person, self._wishes[wish].batches
        free = [one for one in batches if self._left[one] and (person, one) not in self._held]
        if free:
            self._enter(wish, max(free, key=self._left.__getitem__))
        else:
            self._change(wish)

    def _enter(self, wish: int, batch: int) -> None:
        self.batch[wish] = batch
        self._held[self._wishes[wish].person, batch] = wish
        self._inside[batch][wish] = None
        self._left[batch] -= 1

    def _leave(self, wish: int) -> None:
        batch = self.batch[wish]
        assert batch is not None, "only who is inside is asked to change"
        del self._held[self._wishes[wish].person, batch]
        del self._inside[batch][wish]
        self._left[batch] += 1

    def _change(self, wish: int) -> None:
        """Let others change batches until there is a seat for this wish, if that can be."""
        came: dict[int, tuple[int, int] | None] = {wish: None}
        """For each wish asked to move: who takes its seat, and where that is."""
        entered: set[int] = set()
        waiting = deque([wish])
        while waiting:
            mover = waiting.popleft()
            for batch, blockers in self._ways(mover, entered):
                if blockers is None:
                    self._move(mover, batch, came)
                    return
                for other in blockers:
                    if other not in came and other not in self._dead:
                        came[other] = (mover, batch)
                        waiting.append(other)
        self._dead |= came.keys()
        self._dead_batches |= entered

    def _ways(self, mover: int, entered: set[int]) -> Iterator[tuple[int, list[int] | None]]:
        """Batches the mover could go to, each with those of whom one would have to leave; None: nobody."""
        for batch in self._wishes[mover].batches:
            if batch == self.batch[mover]:
                continue
            own = self._held.get((self._wishes[mover].person, batch))
            if own is not None:
                yield batch, [own]
            elif self._left[batch]:
                yield batch, None
            elif batch not in entered and batch not in self._dead_batches:
                entered.add(batch)
                yield batch, list(self._inside[batch])

    def _move(self, mover: int, batch: int, came: dict[int, tuple[int, int] | None]) -> None:
        """Everybody on the chain moves on, the last one first."""
        chain = [(mover, batch)]
        while (step := came[chain[-1][0]]) is not None:
            chain.append(step)
        for wish, _ in chain[:-1]:
            self._leave(wish)
        for wish, to in chain:
            self._enter(wish, to)
