"""The tree in tiles of 256 hashes: how it grows at its right edge, and how any node of it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from ncre.ledger import lines
from ncre.ledger.merkle import perfect_root
from ncre.ledger.tables import tiles
from ncre.ledger.verifier import Frontier
from ncre.store.columns import ONE

WIDTH: Final = 256
HEIGHT: Final = 8
HASH: Final = 32
KEPT: Final = 400
"""Tiles in memory while a tree is read; a whole path needs one a level."""

_TILE: Final = select(tiles.c.hashes).where(
    tiles.c.level == bindparam("of_level"), tiles.c.number == bindparam("of_number")
)


@dataclass
class TreeEdge:
    """The partial tile of each level, from the leaves up. `positions` begin with that of the lowest tile's first leaf

    and end with that of its last, once leaves were added.
    """

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)

    def extend(self, leaves: Sequence[bytes], positions: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Append leaves; yields the row of every tile that was filled, then of every partial one that there is."""
        taken = 0
        self._level(0)
        while taken < len(leaves):
            room = WIDTH - len(self.levels[0])
            self.levels[0] += leaves[taken : taken + room]
            self.positions += positions[taken : taken + room]
            added = min(room, len(leaves) - taken)
            taken, self.size = taken + added, self.size + added
            if len(self.levels[0]) == WIDTH:
                yield from self._filled(0)
        for level, hashes in enumerate(self.levels):
            if hashes:
                yield self._row(level, self.size >> (HEIGHT * (level + 1)), hashes)

    def root(self) -> bytes:
        tree = Frontier()
        for level in range(len(self.levels) - 1, -1, -1):
            for hash_ in self.levels[level]:
                tree.append(hash_, WIDTH**level)
        return tree.root()

    def _filled(self, level: int) -> Iterator[dict[str, Any]]:
        hashes = self.levels[level]
        yield self._row(level, (self.size >> (HEIGHT * (level + 1))) - 1, hashes)
        self.levels[level] = []
        if level == 0:
            self.positions = []
        self._level(level + 1).append(perfect_root(hashes))
        if len(self.levels[level + 1]) == WIDTH:
            yield from self._filled(level + 1)

    def _level(self, level: int) -> list[bytes]:
        if level == len(self.levels):
            self.levels.append([])
        return self.levels[level]

    def _row(self, level: int, number: int, hashes: list[bytes]) -> dict[str, Any]:
        of_leaves = level == 0
        return {
            "level": level,
            "number": number,
            "hashes": b"".join(hashes),
            "first_id": self.positions[0] if of_leaves else None,
            "last_id": self.positions[-1] if of_leaves else None,
        }


def write_tiles(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Rows of `Edge.extend`: partial tiles grow, full ones are new or the same."""
    inserting = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(tiles)
    grown = {name: inserting.excluded[name] for name in ("hashes", "first_id", "last_id")}
    upsert = inserting.on_conflict_do_update(index_elements=["level", "number"], set_=grown)
    connection.execute(upsert, list(rows))


class StoredTree:
    """The tree as its tiles stand, through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[tuple[int, int], bytes] = {}

    def tile(self, level: int, number: int) -> bytes:
        """The hashes of a tile, b"" where there is none."""
        if (level, number) not in self._kept:
            if len(self._kept) > KEPT:
                self._kept.clear()
            found = self._connection.execute(_TILE, {"of_level": level, "of_number": number}).scalar()
            self._kept[level, number] = bytes(found or b"")
        return self._kept[level, number]

    def node(self, height: int, index: int) -> bytes:
        """Raises MissingTile."""
        level, within = divmod(height, HEIGHT)
        first = index << within
        number, place = divmod(first, WIDTH)
        count = 1 << within
        hashes = self.tile(level, number)[place * HASH : (place + count) * HASH]
        if len(hashes) < count * HASH:
            raise MissingTile(level, number)
        return perfect_root([hashes[at : at + HASH] for at in range(0, len(hashes), HASH)])

    def edge(self, size: int) -> TreeEdge:
        """The right edge of the tree of this size. Raises MissingTile."""
        edge = TreeEdge(size)
        level = 0
        while size >> (HEIGHT * level):
            width = (size >> (HEIGHT * level)) % WIDTH
            number = size >> (HEIGHT * (level + 1))
            hashes = self.tile(level, number)[: width * HASH] if width else b""
            if len(hashes) < width * HASH:
                raise MissingTile(level, number)
            edge.levels.append([hashes[at : at + HASH] for at in range(0, len(hashes), HASH)])
            level += 1
        if edge.levels and edge.levels[0]:
            edge.positions = [self._range(size >> HEIGHT)[0]]
        return edge

    def positions(self, number: int) -> list[int]:
        """The positions in the log of the leaves of a tile. Raises MissingTile."""
        return lines.ids(self._connection, *self._range(number))

    def _range(self, number: int) -> tuple[int, int]:
        range_ = select(tiles.c.first_id, tiles.c.last_id).where(tiles.c.level == 0, tiles.c.number == number)
        found = self._connection.execute(range_).first()
        if found is None:
            raise MissingTile(0, number)
        return found.first_id, found.last_id

    def places_near(self, position: int) -> dict[int, int]:
        """The places in the tree of all facts in the tile that holds the fact at this position of the log, by position."""
        tile = (
            select(tiles.c.number, tiles.c.last_id)
            .where(tiles.c.first_id <= position)
            .order_by(tiles.c.first_id.desc())
            .limit(ONE)
        )
        found = self._connection.execute(tile).first()
        if found is None or found.last_id < position:
            return {}
        first = found.number * WIDTH
        return {one: first + place for place, one in enumerate(self.positions(found.number))}


class MissingTile(Exception):
    """A tile that the tree must have is not there, or too short."""

    def __init__(self, level: int, number: int) -> None:
        super().__init__(f"tile {level}/{number} is missing or short")
