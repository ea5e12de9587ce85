"""How many sittings find a batch at best: counted by what people need, not person by person.

People who need the same and sit already at the same times count as one kind. A kind of `n` people with
given papers can be shared out exactly when a flow exists in which no batch takes more than `n` of them:
such a flow falls apart into `n` plans for one person each (König). So a site of any size is a small
network, and asking what another room would help costs no plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ncre.domain.seating.assignment import ToSeat
from ncre.domain.seating.halls import Hall
from ncre.domain.seating.max_flow import Edge, largest_flow
from ncre.events.exam import Batch

Kind = tuple[tuple[int, ...], frozenset[tuple[datetime, datetime]]]
"""The minutes of the papers somebody needs a seat for, and when the person sits already."""

SOURCE: Final = "source"
SINK: Final = "sink"


class Demand:
    """What the people of a site need."""

    def __init__(self, people: Iterable[ToSeat], minutes: Mapping[str, int]) -> None:
        self._kinds: Counter[Kind] = Counter(_kind(one, minutes) for one in people)
        self.sittings = sum(len(needed) * number for (needed, _), number in self._kinds.items())
        self.longest = max((max(needed) for needed, _ in self._kinds if needed), default=0)

    def unserved(self, site_halls: Sequence[Hall], occupied: Mapping[int, int]) -> int:
        """Sittings for which these halls have no batch at best; `occupied` are the seats taken, by hall."""
        free: Counter[Batch] = Counter()
        for hall in site_halls:
            free[hall.batch] += max(0, hall.seats - occupied.get(hall.number, 0))
        return self.sittings - largest_flow(self._edges(free), SOURCE, SINK)

    def _edges(self, free: Mapping[Batch, int]) -> Iterator[Edge]:
        for batch, seats in free.items():
            yield ("batch", batch.number), SINK, seats
        for kind, ((needed, held), people) in enumerate(self._kinds.items()):
            suiting = [batch for batch in free if all(_apart(batch, one) for one in held)]
            for batch in suiting:
                yield ("kind", kind, batch.number), ("batch", batch.number), people
            for minutes, times in Counter(needed).items():
                yield SOURCE, ("papers", kind, minutes), people * times
                for batch in suiting:
                    if batch.ends_at - batch.starts_at >= timedelta(minutes=minutes):
                        yield ("papers", kind, minutes), ("kind", kind, batch.number), people


def _kind(one: ToSeat, minutes: Mapping[str, int]) -> Kind:
    needed = sorted(minutes[code] for code in one.subjects if code not in one.seated)
    return tuple(needed), frozenset((held.starts_at, held.ends_at) for held in one.seated.values())


def _apart(batch: Batch, held: tuple[datetime, datetime]) -> bool:
    return batch.ends_at <= held[0] or held[1] <= batch.starts_at
