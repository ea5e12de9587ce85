"""Whether the database still holds the log that was sealed: asked when a process starts, and by every sealer."""

from __future__ import annotations

from sqlalchemy import Connection

from ncre.ledger import checkpoints, lines
from ncre.ledger.anchor import Anchor
from ncre.ledger.checkpoints import Sealed
from ncre.ledger.merkle import consistency_proof, is_consistent
from ncre.ledger.tree import HASH, WIDTH, MissingTile, StoredTree
from ncre.ledger.verifier import Checkpoint, leaf_hash
from ncre.store.database import Database, DatabaseUnusable

MENDING = "docs/proof.md"


class LedgerBroken(DatabaseUnusable):
    """The log is not what was sealed. Nothing is served and nothing is sealed on top of it."""

    def __init__(self, what: str, zh: str, en: str) -> None:
        super().__init__(f"账本 {what}：{zh}（见 {MENDING}） / the ledger, {what}: {en} (see {MENDING})")
        self.what = what


def assert_unbroken(database: Database, anchor: Anchor) -> None:
    """Raises LedgerBroken for a database from an older backup, another history, or a log that shrank or was altered at its end."""
    with database.reading() as connection:
        newest, tree = checkpoints.newest(connection), StoredTree(connection)
        try:
            seen = anchor.read()
        except (ValueError, OSError) as error:
            raise LedgerBroken(
                "anchor",
                f"{anchor.file} 读不出：{error}",
                f"{anchor.file} cannot be read ({error}); put it back from where it was kept",
            ) from None
        try:
            if newest is not None:
                _assert_signed(connection, newest)
                _assert_end(connection, tree, newest)
            if seen is not None:
                _assert_extends(tree, newest, seen, anchor)
        except MissingTile as missing:
            raise LedgerBroken("tree", f"树不完整（{missing}）", f"the tree has a hole: {missing}") from None
    if newest is not None:
        anchor.remember(newest.note)


def _assert_signed(connection: Connection, newest: Sealed) -> None:
    try:
        signed = checkpoints.is_signed(connection, newest.note)
        size, root = checkpoints.root_in(newest.note)
    except ValueError:
        signed, size, root = False, newest.size, newest.root
    if not signed or (size, root) != (newest.size, newest.root):
        raise LedgerBroken(
            "signature",
            f"检查点 {newest.number} 的签名不符",
            f"checkpoint {newest.number} is not what the ledger's key signed",
        )


def _assert_end(connection: Connection, tree: StoredTree, newest: Sealed) -> None:
    """The tiles lead to the signed root, and the last facts are those in the last tile."""
    if tree.edge(newest.size).root() != newest.root:
        raise LedgerBroken(
            "tree",
            f"树与检查点 {newest.number} 的根不符",
            f"the tree does not lead to the root of checkpoint {newest.number}: it was altered",
        )
    number, width = divmod(newest.size - 1, WIDTH)
    kept = tree.tile(0, number)[: (width + 1) * HASH]
    first = tree.positions(number)
    rows = lines.read(connection, first[0] - 1 if first else 0, newest.last_id, WIDTH + 1)
    found = b"".join(leaf_hash(line) for _, line in rows)
    if len(found) < len(kept):
        raise LedgerBroken(
            "shrunk log",
            f"日志短于检查点 {newest.number}（应有 {newest.size} 条）",
            f"facts of the {newest.size} under checkpoint {newest.number} are gone from the end of the log",
        )
    if found != kept:
        raise LedgerBroken(
            "altered log",
            f"检查点 {newest.number} 之下的事实被改动",
            f"the last facts under checkpoint {newest.number} are not those that were sealed",
        )


def _assert_extends(tree: StoredTree, newest: Sealed | None, seen: Checkpoint, anchor: Anchor) -> None:
    """The log goes on from what this machine saw."""
    size, number = (newest.size, newest.number) if newest else (0, 0)
    if size < seen.size:
        raise LedgerBroken(
            "older backup",
            f"本机见过 {seen.size} 条事实的检查点，数据库只到 {size} 条：数据库是从较早的备份恢复的",
            f"this machine saw a checkpoint over {seen.size} facts ({anchor.file}), the database ends at {size}: it was "
            "put back from an older backup. Put the newer one back",
        )
    assert newest is not None
    proof = consistency_proof(tree.node, seen.size, size)
    if not is_consistent(seen.size, seen.root, size, newest.root, proof):
        raise LedgerBroken(
            "fork",
            f"检查点 {number} 不延续本机见过的 {seen.size} 条事实：历史被换过",
            f"checkpoint {number} does not extend the {seen.size} facts that this machine saw ({anchor.file}): it is "
            "another history",
        )
