"""A log that is worth checking, its sealer, and bundles whose parts tests alter one by one."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from zipfile import ZipFile

from ncre.bootstrap import Container
from ncre.ledger import export, verifier
from ncre.ledger.anchor import Anchor
from ncre.ledger.life import life_statement, life_table
from ncre.ledger.sealer import Sealer
from ncre.ledger.signing import NoteSigner, checkpoint_text
from ncre.ledger.verifier import VerifierKey, leaf_hash
from tests.handlers.ground import Walker, open_exam
from tests.ledger.sealing import ORIGIN as ORIGIN
from tests.ledger.sealing import SEED as SEED
from tests.support import people
from tests.support.containers import WITNESS as WITNESS

SIGNER: Final = NoteSigner.of(ORIGIN, SEED)
OTHER: Final = NoteSigner.of(ORIGIN, bytes(32))
KEY: Final = SIGNER.verifier.text


def sealer_of(container: Container, folder: Path, seed: bytes | None = SEED) -> Sealer:
    return Sealer(
        container.database,
        container.command_handler.store.settled,
        container.clock,
        Anchor(folder / "anchor"),
        ORIGIN,
        seed,
    )


def lived(container: Container, sealer: Sealer, people_: int = 4) -> list[Walker]:
    """Candidates who register, pay, pay twice, get money back, or give up; a checkpoint after each of them."""
    open_exam(container)
    walkers = [Walker(container) for _ in range(people_)]
    for number, walker in enumerate(walkers):
        if number % 3 == 2:
            walker.submitted()
            walker.withdraws()
        else:
            walker.approved()
            walker.hears(walker.money(f"T{number}"))
        if number % 3 == 1:
            walker.hears(walker.money(f"S{number}"))
            container.worker.once()
        container.command_handler.record_access(walker.id, people.REVIEWER, "review")
        seal(container, sealer)
    return walkers


def seal(container: Container, sealer: Sealer) -> None:
    """Let a minute pass, and seal."""
    clock = container.clock
    assert isinstance(clock, people.Clock)
    clock.advance(minutes=1, seconds=1)
    assert sealer.catch_up() is not None


def whole(container: Container) -> bytes:
    out = io.BytesIO()
    with container.database.snapshot() as connection:
        export.write_whole(connection, out)
    return out.getvalue()


@dataclass(frozen=True)
class Parts:
    """What is in a bundle, to be altered and packed again."""

    lines: list[bytes]
    checkpoints: list[str]
    keys: list[dict[str, Any]]
    life: bytes
    statement: str
    leaves: list[bytes] | None
    about: dict[str, Any] = field(default_factory=lambda: {"scope": "test"})
    end: bytes = b"\n"

    @classmethod
    def of(cls, bundle: bytes) -> Parts:
        with ZipFile(io.BytesIO(bundle)) as file:
            leaves = file.read("leaves.bin") if "leaves.bin" in file.namelist() else None
            return cls(
                file.read("log.jsonl").split(b"\n")[:-1],
                json.loads(file.read("checkpoints.json")),
                json.loads(file.read("keys.json")),
                file.read("life.json"),
                json.loads(file.read("statement.json"))["life"],
                [leaves[at : at + 32] for at in range(0, len(leaves), 32)] if leaves is not None else None,
                json.loads(file.read("bundle.json")),
            )

    @classmethod
    def sealed(cls, lines: Sequence[bytes], sizes: Sequence[int] = (), signer: NoteSigner = SIGNER) -> Parts:
        """What the office itself could make of any lines, as it has the key."""
        hashes = [leaf_hash(line) for line in lines]
        notes = []
        for size in sizes or [len(lines)]:
            tree = verifier.Frontier()
            for hash_ in hashes[:size]:
                tree.append(hash_)
            notes.append(signer.signed(checkpoint_text(ORIGIN, size, tree.root())))
        keys = [{"key": signer.verifier.text, "from": 0}]
        return cls([*lines], notes, keys, life_table(), signer.signed(life_statement(ORIGIN)), hashes)

    def packed(self) -> bytes:
        out = io.BytesIO()
        with ZipFile(out, "w") as file:
            for name, value in (
                ("bundle.json", self.about),
                ("keys.json", self.keys),
                ("checkpoints.json", self.checkpoints),
                ("statement.json", {"life": self.statement}),
            ):
                file.writestr(name, json.dumps(value))
            file.writestr("life.json", self.life)
            file.writestr("log.jsonl", b"\n".join(self.lines) + self.end)
            if self.leaves is not None:
                file.writestr("leaves.bin", b"".join(self.leaves))
        return out.getvalue()

    def with_lines(self, lines: Sequence[bytes]) -> Parts:
        return replace(self, lines=[*lines])

    def repaired(self) -> Parts:
        """With the hashes beside the lines made anew, as whoever alters a line would."""
        return replace(self, leaves=[leaf_hash(line) for line in self.lines if not line.startswith(b"{")])


def line(position: int, stream: str, version: int, topic: str, role: str = "candidate", **fact: Any) -> bytes:
    """A fact as a line of the log."""
    stored = {"envelope": {"at": "2027-01-05T02:00:00Z", "role": role}, "fact": fact}
    return json.dumps([position, stream, version, topic, stored], separators=(",", ":")).encode()


def verdict(
    bundle: bytes,
    module: ModuleType = verifier,
    key: str = KEY,
    witnesses: Sequence[VerifierKey] = (),
    seen: Sequence[str] = (),
    leaves: bytes | None = None,
) -> tuple[str, str]:
    """("", "") where the verifier accepts; else the check and the place that its refusal names."""
    try:
        checked = module.Bundle(ZipFile(io.BytesIO(bundle)), module.VerifierKey.read(key))
        checked.witnesses = [module.VerifierKey.read(one.text) for one in witnesses]
        checked.seen = [module.Checkpoint.read(note) for note in seen]
        checked.seen_leaves = io.BytesIO(leaves or b"")
        checked.verify()
    except module.VerificationFailed as refused:
        return refused.check, refused.where
    return "", ""


def digest_statement(life: bytes, signer: NoteSigner = SIGNER) -> str:
    return signer.signed(f"{ORIGIN}/life\n{b64encode(sha256(life).digest()).decode()}\n")


MINUTE: Final = timedelta(minutes=1)
