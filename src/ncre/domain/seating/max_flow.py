"""The largest flow through a small network (Dinic): for counting what can be served without trying it."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable

Edge = tuple[Hashable, Hashable, int]


def largest_flow(edges: Iterable[Edge], source: Hashable, sink: Hashable) -> int:
    """How much can run from source to sink; each edge is (from, to, capacity)."""
    network = _Network(edges)
    total = 0
    while network.measure(source, sink):
        while pushed := network.push(source, sink):
            total += pushed
    return total


class _Network:
    def __init__(self, edges: Iterable[Edge]) -> None:
        self._rest: dict[Hashable, dict[Hashable, int]] = {}
        for start, end, capacity in edges:
            self._rest.setdefault(start, {})
            self._rest.setdefault(end, {}).setdefault(start, 0)
            self._rest[start][end] = self._rest[start].get(end, 0) + capacity
        self._level: dict[Hashable, int] = {}
        self._untried: dict[Hashable, list[Hashable]] = {}

    def measure(self, source: Hashable, sink: Hashable) -> bool:
        """Find the shortest ways; False where none is left."""
        self._level = {source: 0}
        waiting = deque([source])
        while waiting:
            node = waiting.popleft()
            for after, capacity in self._rest.get(node, {}).items():
                if capacity and after not in self._level:
                    self._level[after] = self._level[node] + 1
                    waiting.append(after)
        self._untried = {node: list(self._rest[node]) for node in self._level if node in self._rest}
        return sink in self._level

    def push(self, source: Hashable, sink: Hashable) -> int:
        """Send as much as fits along one shortest way; 0 where none is left."""
        way = [source]
        while way[-1] != sink:
            after = self._next_path(way[-1])
            if after is not None:
                way.append(after)
            elif len(way) == 1:
                return 0
            else:
                way.pop()
                self._untried[way[-1]].pop()
        steps = list(zip(way, way[1:], strict=False))
        fits = min(self._rest[start][end] for start, end in steps)
        for start, end in steps:
            self._rest[start][end] -= fits
            self._rest[end][start] += fits
        return fits

    def _next_path(self, node: Hashable) -> Hashable | None:
        untried = self._untried.get(node, [])
        while untried:
            after = untried[-1]
            if self._rest[node][after] and self._level.get(after) == self._level[node] + 1:
                return after
            untried.pop()
        return None
