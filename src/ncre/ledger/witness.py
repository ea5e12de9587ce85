"""A witness: on the auditor's machine, sees that the log only ever grows, and cosigns what it saw.

It keeps a folder: `leaves.bin` (every leaf hash so far), `checkpoints/` (as cosigned, by size) and `edge.json` (the
right edge of the tree). With them `ncre audit verify --seen` says which fact was altered later.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests

from ncre.ledger import tile_paths
from ncre.ledger.signing import NoteSigner
from ncre.ledger.tree import HASH, WIDTH
from ncre.ledger.verifier import (
    Checkpoint,
    Frontier,
    VerificationFailed,
    VerifierKey,
    read_keys,
    require_signed,
)
from ncre.operational import private_files

TIMEOUT: Final = 20
"""Seconds for an answer."""

LARGEST: Final = 1_000_000
"""Bytes of an answer that is read."""


NO_LEDGER: Final = (ValueError, LookupError, TypeError, AttributeError)
"""What comes of reading an answer that is text of another kind, or JSON of another shape."""


class Unreachable(Exception):
    """The ledger cannot be asked now, or answers with what is no ledger."""


@dataclass(frozen=True)
class Seen:
    """What one look found: the checkpoint, cosigned; `kept` whether the office took the cosignature."""

    checkpoint: Checkpoint
    grown_by: int
    kept: bool


@dataclass(frozen=True)
class Witness:
    """`signer` cosigns (algorithm 4), `log` is the ledger's key as it was published, `clock` gives seconds since 1970."""

    url: str
    folder: Path
    signer: NoteSigner
    log: VerifierKey
    clock: Callable[[], int]

    def look(self) -> Seen:
        """Fetch, check, cosign, keep. Raises VerificationFailed for a log that does not extend what was seen, Unreachable."""
        last = self._last()
        checkpoint = self._fetched()
        before = last.size if last else 0
        if checkpoint.size < before:
            raise VerificationFailed(
                "shrunk", f"checkpoint over {checkpoint.size}", f"{before} facts were seen before"
            )
        edge = self._edge(last)
        leaves = self._new_leaves(before, checkpoint.size)
        for at in range(0, len(leaves), HASH):
            edge.append(leaves[at : at + HASH])
        if edge.root() != checkpoint.root:
            raise VerificationFailed(
                "fork",
                f"checkpoint over {checkpoint.size}",
                f"it does not extend the {before} facts that were seen",
            )
        note = self._cosigned(checkpoint)
        self._keep(before, leaves, edge, checkpoint.size, note)
        return Seen(checkpoint, checkpoint.size - before, self._offered(note))

    def _fetched(self) -> Checkpoint:
        try:
            checkpoint = Checkpoint.read(self._get("checkpoint").decode())
            ranges = read_keys(json.loads(self._get("keys.json")), self.log)
        except NO_LEDGER as error:
            raise Unreachable(f"{self.url} answers with what is no checkpoint: {error}") from None
        where = f"checkpoint over {checkpoint.size}"
        if checkpoint.origin != self.log.name:
            raise VerificationFailed("checkpoint", where, f"it is of another log, {checkpoint.origin}")
        require_signed(ranges, checkpoint, where)
        return checkpoint

    def _new_leaves(self, before: int, size: int) -> bytes:
        """The hashes of the leaves from `before` on, out of the tiles; the first tile must begin as it was seen."""
        found, first = bytearray(), before // WIDTH
        for index in range(first, -(-size // WIDTH)):
            width = min(WIDTH, size - index * WIDTH)
            tile = self._get(f"tile/0/{tile_paths.written(index, width)}")
            if len(tile) != width * HASH:
                raise Unreachable(f"tile {index} has {len(tile)} bytes, not {width * HASH}")
            found += tile
        return bytes(found[(before - first * WIDTH) * HASH :])

    def _cosigned(self, checkpoint: Checkpoint) -> str:
        note = checkpoint.note
        lines = [
            f"— {name} {b64encode(id_ + signature).decode()}\n"
            for name, id_, signature in note.signatures
            if (name, id_) != (self.signer.verifier.name, self.signer.verifier.id)
        ]
        return f"{note.text}\n{''.join(lines)}{self.signer.cosignature(note.text, self.clock())}"

    def _offered(self, note: str) -> bool:
        """Give the cosignature to the office; it keeps those of witnesses that it knows."""
        try:
            answer = requests.post(
                f"{self.url}/cosignatures",
                data=note.encode(),
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException:
            return False
        return answer.status_code == 204

    def _get(self, path: str) -> bytes:
        return _get(f"{self.url}/{path}")

    # what is kept

    def _last(self) -> Checkpoint | None:
        files = sorted((self.folder / "checkpoints").glob("*")) if self.folder.exists() else []
        return Checkpoint.read(files[-1].read_text("utf-8")) if files else None

    def _edge(self, last: Checkpoint | None) -> Frontier:
        """Of the tree that was seen; made anew from its leaves where the file of it is missing or another one."""
        if last is None:
            return Frontier()
        try:
            kept = json.loads((self.folder / "edge.json").read_text())
            subtrees = [(leaves, bytes.fromhex(hash_)) for leaves, hash_ in kept["subtrees"]]
            edge = Frontier(kept["size"], subtrees)
        except (OSError, ValueError, KeyError, TypeError):
            edge = Frontier()
        if (edge.size, edge.root()) != (last.size, last.root):
            edge = Frontier()
            with (self.folder / "leaves.bin").open("rb") as leaves:
                for _ in range(last.size):
                    edge.append(leaves.read(HASH))
        if edge.root() != last.root:
            raise VerificationFailed(
                "kept", str(self.folder / "leaves.bin"), "what this witness kept was altered"
            )
        return edge

    def _keep(self, before: int, leaves: bytes, edge: Frontier, size: int, note: str) -> None:
        """The checkpoint last: what stands in it is there whole."""
        private_files.make_folder(self.folder / "checkpoints")
        file = os.open(self.folder / "leaves.bin", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(file, before * HASH)
            os.pwrite(file, leaves, before * HASH)
            os.fsync(file)
        finally:
            os.close(file)
        subtrees = [(leaves, hash_.hex()) for leaves, hash_ in edge.subtrees]
        private_files.write(
            self.folder / "edge.json", json.dumps({"size": size, "subtrees": subtrees}).encode()
        )
        private_files.write(self.folder / "checkpoints" / f"{size:020}", note.encode())


def first_key(url: str) -> VerifierKey:
    """The newest public key that a ledger names itself by. Raises Unreachable."""
    try:
        rows = json.loads(_get(f"{url}/keys.json"))
        return VerifierKey.read(rows[-1]["key"])
    except NO_LEDGER:
        raise Unreachable(f"{url}/keys.json names no key") from None


def _get(address: str) -> bytes:
    """Raises Unreachable."""
    try:
        with requests.get(address, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
            if answer.status_code != 200:
                raise Unreachable(f"{address} answers {answer.status_code}")
            return answer.raw.read(LARGEST, decode_content=True)
    except requests.RequestException as error:
        raise Unreachable(f"{address} cannot be had: {type(error).__name__}") from None


def is_safe(url: str) -> bool:
    """Whether what comes from there comes over TLS, or from this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1")
