"""Tiles as they are written and read, lines of the log, what this machine remembers, and parts of the log."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from pathlib import Path
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from sqlalchemy import delete, select, update

from ncre.bootstrap import Container
from ncre.ledger import checkpoints, export, lines, tables
from ncre.ledger.anchor import Anchor
from ncre.ledger.guard import LedgerBroken, assert_unbroken
from ncre.ledger.sealer import Sealer
from ncre.ledger.signing import checkpoint_text
from ncre.ledger.tree import HASH, WIDTH, MissingTile, StoredTree, TreeEdge, write_tiles
from ncre.ledger.verifier import Frontier, leaf_hash
from ncre.store.database import Database
from ncre.store.schema import facts
from tests.handlers.ground import Walker, open_exam
from tests.ledger import ground

LEAVES = [leaf_hash(str(number).encode()) for number in range(2 * WIDTH + 3)]
POSITIONS = [10 + 2 * number for number in range(len(LEAVES))]


def root_of(leaves: list[bytes]) -> bytes:
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def test_a_tree_that_grows_writes_its_tiles_with_the_positions_of_their_leaves() -> None:
    edge = TreeEdge()
    rows = list(edge.extend(LEAVES, POSITIONS))
    told = [
        (row["level"], row["number"], row["first_id"], row["last_id"], len(row["hashes"]) // HASH)
        for row in rows
    ]
    assert told == [
        (0, 0, POSITIONS[0], POSITIONS[WIDTH - 1], WIDTH),
        (0, 1, POSITIONS[WIDTH], POSITIONS[2 * WIDTH - 1], WIDTH),
        (0, 2, POSITIONS[2 * WIDTH], POSITIONS[-1], 3),
        (1, 0, None, None, 2),
    ]
    assert b"".join(row["hashes"] for row in rows[:3]) == b"".join(LEAVES)
    assert edge.root() == root_of(LEAVES)
    assert edge.size == len(LEAVES)


def test_tiles_are_kept_grown_and_read_again(database: Database) -> None:
    first = WIDTH + 2
    edge = TreeEdge()
    with database.transaction() as connection:
        write_tiles(connection, list(edge.extend(LEAVES[:first], POSITIONS[:first])))
    with database.transaction() as connection:
        edge = StoredTree(connection).edge(first)
        assert (edge.size, edge.root(), edge.positions) == (
            first,
            root_of(LEAVES[:first]),
            [POSITIONS[WIDTH]],
        )
        write_tiles(connection, list(edge.extend(LEAVES[first:], POSITIONS[first:])))
        tree = StoredTree(connection)
        assert tree.edge(len(LEAVES)).root() == root_of(LEAVES)
        assert tree.node(0, WIDTH + 1) == LEAVES[WIDTH + 1]
        assert tree.node(8, 1) == root_of(LEAVES[WIDTH : 2 * WIDTH])
        assert tree.node(9, 0) == root_of(LEAVES[: 2 * WIDTH])
        for height, index in ((0, len(LEAVES)), (9, 1)):
            with pytest.raises(MissingTile):
                tree.node(height, index)
        kept = connection.execute(select(tables.tiles.c.last_id).where(tables.tiles.c.number == 1)).scalars()
        assert list(kept) == [POSITIONS[2 * WIDTH - 1]]
        for size in (len(LEAVES) + 1, 3 * WIDTH):
            with pytest.raises(MissingTile):
                StoredTree(connection).edge(size).root()


def test_places_are_found_by_the_tile_around_a_position(container: Container, sealer: Sealer) -> None:
    ground.lived(container, sealer, 2)
    with container.database.reading() as connection:
        newest, tree = checkpoints.newest(connection), StoredTree(connection)
        assert newest is not None
        every = [position for position, _ in lines.walk(connection, 0, newest.last_id)]
        assert tree.places_near(every[3]) == {position: place for place, position in enumerate(every)}
        assert tree.places_near(newest.last_id + 1) == {}
        assert tree.places_near(every[0] - 1) == {}
        assert tree.positions(0) == every


@pytest.mark.parametrize("state", [b"", b"not json", b'{"a": 1,\n"b": 2}', b'"text"'])
def test_a_state_that_is_no_line_is_written_so_that_it_is_one(state: bytes) -> None:
    line = lines.line_of((7, "0" * 31 + "1", 2, "a.b", state))
    assert line == f'[7,"{UUID(int=1)}",2,"a.b","{b64encode(state).decode()}"]'.encode()


def test_a_state_is_copied_as_it_stands() -> None:
    assert (
        lines.line_of((7, UUID(int=1), 2, "a.b", b'{"a":  1}'))
        == b'[7,"%s",2,"a.b",{"a":  1}]' % str(UUID(int=1)).encode()
    )


def test_the_log_is_counted_and_listed_between_two_positions(container: Container) -> None:
    open_exam(container)
    Walker(container).filled()
    with container.database.reading() as connection:
        rows = connection.execute(select(facts.c.id, facts.c.stream).order_by(facts.c.id)).all()
        every, streams = [row.id for row in rows], {row.stream for row in rows}
        assert lines.ids(connection, every[1], every[3]) == every[1:4]
        assert lines.pending(connection, every[0], every[3], 9) == 3
        assert lines.pending(connection, every[0], every[3], 2) == 2
        assert lines.positions_of(connection, streams, every[-2]) == every[:-1]
        many = [UUID(int=number) for number in range(1, 1200)]
        assert lines.positions_of(connection, [*many, rows[2].stream], every[-1]) == sorted(
            row.id for row in rows if row.stream == rows[2].stream
        )
        assert lines.positions_of(connection, [], every[-1]) == []


def note(size: int, root: bytes = bytes(32)) -> str:
    return ground.SIGNER.signed(checkpoint_text(ground.ORIGIN, size, root))


def test_a_machine_remembers_the_largest_checkpoint(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "anchor")
    assert anchor.read() is None
    for size, kept in ((5, 5), (3, 5), (9, 9)):
        anchor.remember(note(size))
        seen = anchor.read()
        assert seen is not None
        assert seen.size == kept
    anchor.remember(note(9, bytes([1]) * 32))
    assert anchor.file.read_text("utf-8") == note(9)
    anchor.file.write_text("altered")
    with pytest.raises(ValueError, match="altered|checkpoint|note|line"):
        anchor.remember(note(11))
    assert anchor.file.read_text() == "altered"


def broken(container: Container, sealer: Sealer, folder: Path) -> LedgerBroken:
    with pytest.raises(LedgerBroken) as said:
        assert_unbroken(container.database, Anchor(folder / "anchor"))
    return said.value


def test_what_is_broken_is_told_in_both_languages(
    container: Container, sealer: Sealer, tmp_path: Path
) -> None:
    ground.lived(container, sealer, 1)
    with container.database.reading() as connection:
        newest = checkpoints.newest(connection)
    assert newest is not None
    assert_unbroken(container.database, Anchor(tmp_path / "anchor"))
    good = (tmp_path / "anchor").read_text("utf-8")
    (tmp_path / "anchor").write_text(note(newest.size, bytes(32)), "utf-8")
    found = broken(container, sealer, tmp_path)
    assert found.what == "fork"
    assert str(found) == (
        f"账本 fork：检查点 {newest.number} 不延续本机见过的 {newest.size} 条事实：历史被换过（见 docs/proof.md） / "
        f"the ledger, fork: checkpoint {newest.number} does not extend the {newest.size} facts that this machine saw "
        f"({tmp_path / 'anchor'}): it is another history (see docs/proof.md)"
    )
    (tmp_path / "anchor").write_text(note(newest.size + 1), "utf-8")
    assert broken(container, sealer, tmp_path).what == "older backup"
    (tmp_path / "anchor").write_text("?", "utf-8")
    assert broken(container, sealer, tmp_path).what == "anchor"
    (tmp_path / "anchor").write_text(good, "utf-8")
    with container.database.transaction() as connection:
        hashes = StoredTree(connection).tile(0, 0)
        altered = bytes(HASH) + hashes[HASH:]
        connection.execute(update(tables.tiles).values(hashes=altered).where(tables.tiles.c.level == 0))
    found = broken(container, sealer, tmp_path)
    assert (found.what, f"树与检查点 {newest.number} 的根不符" in str(found)) == ("tree", True)
    with container.database.transaction() as connection:
        connection.execute(delete(tables.tiles))
    found = broken(container, sealer, tmp_path)
    assert found.what == "tree"
    assert "树不完整" in str(found)
    assert "the tree has a hole" in str(found)


def test_nothing_is_handed_out_before_the_first_checkpoint(container: Container) -> None:
    with container.database.reading() as connection:
        for asked in (
            lambda: export.sealed_size(connection),
            lambda: export.write_whole(connection, io.BytesIO()),
            lambda: export.write_part(connection, io.BytesIO(), "", []),
            lambda: export.write_proof(connection, io.BytesIO(), "", []),
        ):
            with pytest.raises(export.NothingSealed):
                asked()


def exam_streams(container: Container) -> set[UUID]:
    with container.database.reading() as connection:
        return set(connection.scalars(select(facts.c.stream).where(facts.c.topic.startswith("exam."))))


def test_a_part_holds_its_facts_and_leads_to_every_checkpoint(container: Container, sealer: Sealer) -> None:
    walkers = ground.lived(container, sealer, 3)
    streams = [walkers[2].id, *exam_streams(container)]
    out, again = io.BytesIO(), io.BytesIO()
    with container.database.reading() as connection:
        newest = checkpoints.newest(connection)
        assert newest is not None
        assert export.sealed_size(connection) == newest.size
        sealed, count = export.write_part(connection, out, "two people", streams)
        export.write_part(connection, again, "two people", streams)
        wanted = lines.positions_of(connection, streams, newest.last_id)
        every = [position for position, _ in lines.walk(connection, 0, newest.last_id)]
        tree = StoredTree(connection)
        leaves = b"".join(tree.node(0, every.index(position)) for position in wanted)
    assert (sealed, count) == (newest, len(wanted))
    assert out.getvalue() == again.getvalue()
    assert ground.verdict(out.getvalue()) == ("", "")
    with ZipFile(out) as bundle:
        parts = [json.loads(line) for line in bundle.read("log.jsonl").splitlines()]
        assert [part[0] for part in parts if isinstance(part, list)] == wanted
        assert sum(part["skip"] if isinstance(part, dict) else 1 for part in parts) == newest.size
        assert bundle.read("leaves.bin") == leaves
        kinds = {one.filename: (one.compress_type, one.date_time) for one in bundle.infolist()}
    assert kinds["leaves.bin"] == (ZIP_STORED, (2000, 1, 1, 0, 0, 0))
    assert kinds["log.jsonl"] == (ZIP_DEFLATED, (2000, 1, 1, 0, 0, 0))


def test_a_candidates_proof_is_of_their_facts_alone(container: Container, sealer: Sealer) -> None:
    walkers = ground.lived(container, sealer, 3)
    out = io.BytesIO()
    with container.database.reading() as connection:
        newest, count = export.write_proof(connection, out, "one", [walkers[2].id])
        wanted = lines.positions_of(connection, [walkers[2].id], newest.last_id)
        with pytest.raises(export.NothingSealed):
            export.write_proof(connection, io.BytesIO(), "none", [UUID(int=1)])
    assert count == len(wanted)
    assert ground.verdict(out.getvalue()) == ("", "")


def test_facts_after_the_checkpoint_are_not_handed_out(container: Container, sealer: Sealer) -> None:
    (walker,) = ground.lived(container, sealer, 1)
    later = Walker(container).filled()
    with container.database.reading() as connection:
        with pytest.raises(export.NothingSealed):
            export.write_proof(connection, io.BytesIO(), "later", [later.id])
        _, before = export.write_part(connection, io.BytesIO(), "", [walker.id, later.id])
        _, alone = export.write_part(connection, io.BytesIO(), "", [walker.id])
    assert before == alone
