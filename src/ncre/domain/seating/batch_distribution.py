"""Which batch each sitting goes to: evenly, nobody twice in one, and everybody whenever that is possible.

Whoever comes takes the emptiest batches. For batches that suit everyone this is the construction of
Gale and Ryser, which seats everybody whenever anything does. Where papers are too long for some
batches it may get stuck; then people are asked to change batches along the shortest chain that ends
at a free seat (an augmenting path, Ford and Fulkerson). If there is no chain, no plan seats more.

Who wishes for the same and sits in the same batches can make way for the same: of such people the one who
came first is asked for all of them, so that a chain costs as much for many people as for few.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush


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
        self._alike = _Alike(wishes, self.batch)
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
        self._left[batch] -= 1
        self._alike.entered(wish)

    def _leave(self, wish: int) -> None:
        batch = self.batch[wish]
        assert batch is not None, "only who is inside is asked to change"
        del self._held[self._wishes[wish].person, batch]
        self._left[batch] += 1

    def _change(self, wish: int) -> None:
        """Let others change batches until there is a seat for this wish, if that can be."""
        self._alike.file_all()
        came: dict[int, tuple[int, int] | None] = {wish: None}
        """For each wish asked to move: who takes its seat, and where that is."""
        asked: set[Likeness] = set()
        entered: set[int] = set()
        waiting = deque([wish])
        while waiting:
            mover = waiting.popleft()
            for batch, blockers in self._ways(mover, entered):
                if blockers is None:
                    self._move(mover, batch, came)
                    return
                for other in blockers:
                    likeness = self._alike.likeness(other)
                    if likeness not in asked and other not in came and not self._is_dead(other):
                        asked.add(likeness)
                        came[other] = (mover, batch)
                        waiting.append(other)
        self._dead |= came.keys()
        self._dead_batches |= entered

    def _is_dead(self, wish: int) -> bool:
        return wish in self._dead or self.batch[wish] in self._dead_batches

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
                yield batch, self._alike.first_of_each(batch)

    def _move(self, mover: int, batch: int, came: dict[int, tuple[int, int] | None]) -> None:
        """Everybody on the chain moves on, the last one first."""
        chain = [(mover, batch)]
        while (step := came[chain[-1][0]]) is not None:
            chain.append(step)
        for wish, _ in chain[:-1]:
            self._leave(wish)
        for wish, to in chain:
            self._enter(wish, to)


Likeness = tuple[int, int, tuple[tuple[int, int], ...]]
"""The batch of a wish (-1: none), the batches that suit it as bits, and both of the person's other wishes."""


class _Alike:
    """The wishes in each batch by likeness, in the order in which they came; filed once they are asked for."""

    def __init__(self, wishes: Sequence[Wish], batch: Sequence[int | None]) -> None:
        self._wishes = wishes
        self._batch = batch
        self._suits: list[int] = []
        self._own: dict[int, list[int]] = defaultdict(list)
        self._came = [0] * len(wishes)
        self._count = 0
        self._groups: dict[int, dict[Likeness, list[tuple[int, int]]]] | None = None

    def file_all(self) -> None:
        """Before the first question; until then it costs nothing."""
        if self._groups is not None:
            return
        self._suits = [sum(1 << one for one in set(wish.batches)) for wish in self._wishes]
        for number, wish in enumerate(self._wishes):
            self._own[wish.person].append(number)
        self._groups = defaultdict(dict)
        for number in range(len(self._wishes)):
            self._file(number, self._groups)

    def entered(self, wish: int) -> None:
        """To be told of every wish that came into a batch."""
        self._count += 1
        self._came[wish] = self._count
        if self._groups is not None:
            for other in self._own[self._wishes[wish].person]:
                self._file(other, self._groups)

    def likeness(self, wish: int) -> Likeness:
        others = sorted(self._situation(one) for one in self._own[self._wishes[wish].person] if one != wish)
        return (*self._situation(wish), tuple(others))

    def first_of_each(self, batch: int) -> list[int]:
        """Of those alike in a batch the one who came first, in the order of coming."""
        assert self._groups is not None, "filed before it is asked"
        groups = self._groups[batch]
        for likeness, filed in list(groups.items()):
            while filed and not self._is_current(likeness, *filed[0]):
                heappop(filed)
            if not filed:
                del groups[likeness]
        return [wish for _, wish in sorted(filed[0] for filed in groups.values())]

    def _file(self, wish: int, groups: dict[int, dict[Likeness, list[tuple[int, int]]]]) -> None:
        batch = self._batch[wish]
        if batch is not None:
            heappush(groups[batch].setdefault(self.likeness(wish), []), (self._came[wish], wish))

    def _is_current(self, likeness: Likeness, came: int, wish: int) -> bool:
        return self._came[wish] == came and self.likeness(wish) == likeness

    def _situation(self, wish: int) -> tuple[int, int]:
        batch = self._batch[wish]
        return -1 if batch is None else batch, self._suits[wish]
