"""Whether what is recorded of a registration is sealed, and still what was sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from ncre.ledger import checkpoints, lines
from ncre.ledger.merkle import inclusion_proof, is_included
from ncre.ledger.tree import MissingTile, StoredTree
from ncre.ledger.verifier import leaf_hash
from ncre.store.columns import ONE
from ncre.store.schema import facts


@dataclass(frozen=True)
class Seal:
    """`number` and `at` of the first checkpoint over its newest fact; `holds`: that fact is proven under its root."""

    number: int
    at: datetime
    holds: bool


_NEWEST: Final = facts.c.version.desc()


def seal_of(connection: Connection, registration: UUID) -> Seal | None:
    """None where the newest fact is not sealed yet."""
    newest = select(facts.c.id).where(facts.c.stream == registration).order_by(_NEWEST).limit(ONE)
    position = connection.execute(newest).scalar_one()
    sealed = checkpoints.covering(connection, position)
    if sealed is None:
        return None
    tree = StoredTree(connection)
    [(_, line)] = lines.read(connection, position - 1, position, 1)
    try:
        index = tree.places_near(position)[position]
        proof = inclusion_proof(tree.node, index, sealed.size)
        holds = is_included(leaf_hash(line), index, sealed.size, proof, sealed.root)
    except (MissingTile, KeyError, ValueError):
        holds = False
    return Seal(sealed.number, sealed.at, holds)
