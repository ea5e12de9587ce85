"""The log cut by stream, so that rows can be made and checked a slice at a time, however long it is.

Every row is fed by one stream alone, and ids of streams are spread evenly over all ids there are. So the streams
of a slice of the ids have all facts that their rows need, and slices are of nearly equal size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

ALL: Final = 1 << 128
"""How many ids there are."""


@dataclass(frozen=True)
class Slice:
    """The streams from `first` to `last`."""

    first: UUID
    last: UUID

    def halves(self) -> tuple[Slice, Slice] | None:
        """The two halves; None for a single id."""
        low, high = self.first.int, self.last.int
        if low == high:
            return None
        middle = (low + high) // 2
        return Slice(self.first, UUID(int=middle)), Slice(UUID(int=middle + 1), self.last)

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def slices(facts: int, size: int) -> Iterator[Slice]:
    """All ids in their order, in slices of about `size` facts."""
    for number in range(how_many(facts, size)):
        yield slice_of(number, facts, size)


def how_many(facts: int, size: int) -> int:
    """Slices there are of about `size` facts: one at least."""
    return max(1, -(-facts // size))


def slice_of(number: int, facts: int, size: int) -> Slice:
    """One of `slices`, which are counted from 0."""
    count = how_many(facts, size)
    first, beyond = number * ALL // count, (number + 1) * ALL // count
    return Slice(UUID(int=first), UUID(int=beyond - 1))


def around(part: Slice, streams: Sequence[UUID]) -> Iterator[Slice]:
    """The slice cut into its streams, each alone, and what lies between them."""
    first = part.first.int
    for stream in streams:
        if first < stream.int:
            yield Slice(UUID(int=first), UUID(int=stream.int - 1))
        yield Slice(stream, stream)
        first = stream.int + 1
    if first <= part.last.int:
        yield Slice(UUID(int=first), part.last)
