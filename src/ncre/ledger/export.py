"""Writes bundles: all of the log or a part of it, so that the verifier needs nothing else."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO, Final
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection

from ncre.ledger import checkpoints, lines, verifier
from ncre.ledger.checkpoints import Sealed
from ncre.ledger.life import life_table
from ncre.ledger.merkle import subtrees
from ncre.ledger.tree import HASH, WIDTH, StoredTree

README: Final = """\
{scope}

This file lets you check, without the exam office, that nothing in it was altered.
  python verify.py THIS.zip --key PUBLIC [--witness PUBLIC] [--seen FOLDER] [--state REGISTRATION --at v5]
It needs Python 3.11 and the package cryptography. Take PUBLIC from where it was published, not from this file,
and read verify.py before you believe it. Private fields are sealed: they are proven and cannot be read.

本文件可脱离考务办公室核验，证明其中内容未被改动。公钥须取自公开发布之处，不要取自本文件。
"""

_STAMP: Final = (2000, 1, 1, 0, 0, 0)
"""Files in a bundle carry no time: the same log gives the same bytes."""


class NothingSealed(Exception):
    """There is no checkpoint yet, or none over what is asked for."""


def sealed_size(connection: Connection) -> int:
    """How many facts the newest checkpoint is over. Raises NothingSealed."""
    return _newest(connection).size


def write_whole(connection: Connection, out: IO[bytes]) -> tuple[Sealed, int]:
    """The whole log up to its newest checkpoint; the checkpoint and the number of facts. Raises NothingSealed."""
    newest = _newest(connection)
    notes = [note for _, note in checkpoints.all_of(connection, newest.size)]
    with ZipFile(out, "w", ZIP_DEFLATED) as bundle:
        _head(bundle, connection, "the whole log", newest, notes)
        with bundle.open(_member("log.jsonl"), "w", force_zip64=True) as file:
            for _, line in lines.walk(connection, 0, newest.last_id):
                file.write(line + b"\n")
        tree = StoredTree(connection)
        with bundle.open(_member("leaves.bin", ZIP_STORED), "w", force_zip64=True) as file:
            for number in range(-(-newest.size // WIDTH)):
                file.write(tree.tile(0, number)[: (newest.size - number * WIDTH) * HASH])
    return newest, newest.size


def write_part(
    connection: Connection, out: IO[bytes], scope: str, streams: Iterable[UUID]
) -> tuple[Sealed, int]:
    """The facts of some streams, and hashes for the rest, cut at every checkpoint. Raises NothingSealed."""
    newest = _newest(connection)
    tree = StoredTree(connection)
    places = _places(connection, tree, streams, newest)
    notes = checkpoints.all_of(connection, newest.size)
    with ZipFile(out, "w", ZIP_DEFLATED) as bundle:
        _head(bundle, connection, scope, newest, [note for _, note in notes])
        with bundle.open(_member("log.jsonl"), "w", force_zip64=True) as file:
            file.writelines(_part(connection, tree, places, [size for size, _ in notes]))
        with bundle.open(_member("leaves.bin", ZIP_STORED), "w", force_zip64=True) as file:
            file.writelines(tree.node(0, index) for index, _ in places)
    return newest, len(places)


def write_proof(
    connection: Connection, out: IO[bytes], scope: str, streams: Iterable[UUID]
) -> tuple[Sealed, int]:
    """A candidate's file: their facts under the newest checkpoint alone, as small as can be. Raises NothingSealed."""
    newest = _newest(connection)
    tree = StoredTree(connection)
    places = _places(connection, tree, streams, newest)
    if not places:
        raise NothingSealed
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=9) as bundle:
        _head(bundle, connection, scope, newest, [checkpoints.cosigned(connection, newest)], small=True)
        text = b"".join(_part(connection, tree, places, [newest.size]))
        bundle.writestr(_member("log.jsonl"), text)
    return newest, len(places)


def _newest(connection: Connection) -> Sealed:
    newest = checkpoints.newest(connection)
    if newest is None:
        raise NothingSealed
    return newest


def _member(name: str, compression: int = ZIP_DEFLATED) -> ZipInfo:
    member = ZipInfo(name, _STAMP)
    member.compress_type = compression
    return member


def _head(
    bundle: ZipFile,
    connection: Connection,
    scope: str,
    newest: Sealed,
    notes: Sequence[str],
    small: bool = False,
) -> None:
    keys = [
        {"key": key.text, "from": from_size, **({"handover": handover} if handover else {})}
        for from_size, key, handover in checkpoints.keys(connection)
    ]
    life = life_table()
    statement = checkpoints.statement(connection, sha256(life).hexdigest())
    if statement is None:
        raise NothingSealed
    about = {"format": 1, "scope": scope, "size": newest.size, "sealed_at": newest.at.isoformat()}
    for name, value in (
        ("bundle.json", about),
        ("keys.json", keys),
        ("checkpoints.json", list(notes)),
        ("statement.json", {"life": statement}),
    ):
        bundle.writestr(_member(name), json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    bundle.writestr(_member("life.json"), life)
    if not small:
        bundle.writestr(_member("README.txt"), README.format(scope=scope))
        bundle.writestr(_member("verify.py"), Path(verifier.__file__).read_bytes())


def _places(
    connection: Connection, tree: StoredTree, streams: Iterable[UUID], newest: Sealed
) -> list[tuple[int, int]]:
    """(place in the tree, position in the log) of every sealed fact of these streams, in order."""
    found = list[tuple[int, int]]()
    at: dict[int, int] = {}
    for position in lines.positions_of(connection, streams, newest.last_id):
        if position not in at:
            at = tree.places_near(position)
        if position in at:
            found.append((at[position], position))
    return found


def _part(
    connection: Connection, tree: StoredTree, places: Sequence[tuple[int, int]], sizes: Sequence[int]
) -> Iterator[bytes]:
    done, cuts = 0, iter([*sizes])
    cut = next(cuts)
    for index, position in places:
        while cut <= index:
            yield from _skipped(tree, done, cut)
            done, cut = cut, next(cuts)
        yield from _skipped(tree, done, index)
        yield lines.read(connection, position - 1, position, 1)[0][1] + b"\n"
        done = index + 1
    for end in (cut, *cuts):
        yield from _skipped(tree, done, end)
        done = end


def _skipped(tree: StoredTree, start: int, end: int) -> Iterator[bytes]:
    for height, index in subtrees(start, end):
        hash_ = b64encode(tree.node(height, index)).decode()
        yield f'{{"skip":{1 << height},"hash":"{hash_}"}}\n'.encode()
