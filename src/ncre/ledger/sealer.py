"""Seals the log: a follower that appends new facts to the tree and signs a checkpoint over it.

Hashing happens outside the transaction; tiles and checkpoint are written together, under one lock and only where
the tree still ends where it was read. So any number of sealers may run, and may be killed at any point.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import insert

from ncre.ledger import checkpoints, lines, tables
from ncre.ledger.anchor import Anchor
from ncre.ledger.checkpoints import Sealed
from ncre.ledger.guard import LedgerBroken, assert_unbroken
from ncre.ledger.life import life_statement, life_table
from ncre.ledger.signing import NoteSigner, checkpoint_text
from ncre.ledger.tree import StoredTree, TreeEdge, write_tiles
from ncre.ledger.verifier import leaf_hash
from ncre.store.database import Database
from ncre.store.deadlines import is_over

log = logging.getLogger("ncre.ledger")

EVERY: Final = timedelta(minutes=1)
FULL: Final = 1000
"""Facts, or a minute: whichever comes first, a checkpoint is due."""

MOST: Final = 20_000
"""Facts under one checkpoint at the most, where many wait."""


class NoKey(Exception):
    """This process cannot seal; the message says what to do."""


@dataclass(frozen=True)
class Sealer:
    """`settled` says up to where the log will never change; `seed` of the signing key, None where this machine has none; `name` the log is called when it begins."""

    database: Database
    settled: Callable[[], int]
    clock: Callable[[], datetime]
    anchor: Anchor
    name: str
    seed: bytes | None

    @property
    def has_key(self) -> bool:
        return self.seed is not None

    def assert_ready(self) -> None:
        """Raises NoKey, LedgerBroken."""
        self._signer()
        assert_unbroken(self.database, self.anchor)

    def once(self) -> Sealed | None:
        """Seal what is due; None where nothing is, or another sealer was quicker. Raises NoKey, LedgerBroken."""
        signer = self._signer()
        with self.database.reading() as connection:
            before = checkpoints.newest(connection)
        after, settled = (before.last_id if before else 0), self.settled()
        if not self._due(before, after, settled):
            return None
        with self.database.reading() as connection:
            rows = lines.read(connection, after, settled, MOST)
            edge = StoredTree(connection).edge(before.size) if before else TreeEdge()
        if before is not None and edge.root() != before.root:
            raise LedgerBroken(
                "tree", "树被改动", "the tree does not lead to the root of its newest checkpoint"
            )
        leaves = [leaf_hash(line) for _, line in rows]
        tiles = list(edge.extend(leaves, [position for position, _ in rows]))
        return self._written(signer, before, edge, rows[-1][0], tiles)

    def catch_up(self) -> Sealed | None:
        """Seal whatever is due, checkpoint after checkpoint; the newest one. Raises NoKey, LedgerBroken."""
        newest = None
        while sealed := self.once():
            newest = sealed
        return newest

    def rotate(self, fresh: bytes) -> str:
        """Hand over to another key, both signing it; returns the new public key. Raises NoKey, ValueError."""
        old = self._signer()
        new = NoteSigner.of(old.verifier.name, fresh)
        with self.database.transaction() as connection:
            checkpoints.lock(self.database, connection)
            newest = checkpoints.newest(connection)
            size = newest.size if newest else 0
            if size <= checkpoints.keys(connection)[-1][0]:
                raise ValueError("the present key has signed nothing yet: wait for the next checkpoint")
            text = f"{old.verifier.name}/handover\n{size}\n{old.verifier.text}\n{new.verifier.text}\n"
            handover = old.signed(text) + new.signature(text)
            connection.execute(
                insert(tables.keys).values(from_size=size, key=new.verifier.text, handover=handover)
            )
        return new.verifier.text

    def _due(self, before: Sealed | None, after: int, settled: int) -> bool:
        if settled <= after:
            return False
        with self.database.reading() as connection:
            waiting = lines.pending(connection, after, settled, FULL)
        return bool(waiting) and (
            waiting >= FULL or before is None or is_over(before.at, self.clock(), EVERY)
        )

    def _written(
        self,
        signer: NoteSigner,
        before: Sealed | None,
        edge: TreeEdge,
        last_id: int,
        tiles: list[dict[str, object]],
    ) -> Sealed | None:
        now, root = self.clock(), edge.root()
        note = signer.signed(checkpoint_text(signer.verifier.name, edge.size, root))
        sealed = Sealed(
            before.number + 1 if before else 1,
            edge.size,
            root,
            last_id,
            max(now, before.at) if before else now,
            note,
        )
        with self.database.transaction() as connection:
            checkpoints.lock(self.database, connection)
            present = checkpoints.newest(connection)
            if (present.size if present else 0) != (before.size if before else 0):
                return None
            if checkpoints.keys(connection)[-1][1] != signer.verifier:
                return None
            write_tiles(connection, tiles)
            connection.execute(insert(tables.checkpoints).values(**vars(sealed)))
        self.anchor.remember(note)
        return sealed

    def _signer(self) -> NoteSigner:
        """The key in force; the first one enters itself. Raises NoKey."""
        if self.seed is None:
            raise NoKey(
                "没有账本的签名密钥，请设置 NCRE_LEDGER_KEY_FILE / there is no key of the ledger; set NCRE_LEDGER_KEY_FILE"
            )
        with self.database.reading() as connection:
            known = checkpoints.keys(connection)
        signer = NoteSigner.of(known[-1][1].name if known else self.name, self.seed)
        if known and known[-1][1] != signer.verifier:
            raise NoKey(
                f"账本的密钥是 {known[-1][1].text}，不是这一个；更换请用 ncre ledger rotate / the key of the ledger is "
                f"{known[-1][1].text}, not this one; to change it use: ncre ledger rotate"
            )
        self._enter(signer, not known)
        return signer

    def _enter(self, signer: NoteSigner, first: bool) -> None:
        """Record the first key, and sign the present table of the life where that was not done."""
        digest = sha256(life_table()).hexdigest()
        with self.database.reading() as connection:
            stated = checkpoints.statement(connection, digest) is not None
        if not first and stated:
            return
        with self.database.transaction() as connection:
            checkpoints.lock(self.database, connection)
            if not checkpoints.keys(connection):
                connection.execute(insert(tables.keys).values(from_size=0, key=signer.verifier.text))
            if checkpoints.statement(connection, digest) is None:
                note = signer.signed(life_statement(signer.verifier.name))
                connection.execute(insert(tables.statements).values(digest=digest, note=note))
