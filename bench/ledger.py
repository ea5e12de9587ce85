"""What sealing the log costs, what checking it costs, and how large a candidate's proof is."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Final
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZipFile

from bench.ground import NOW, command_handler, interleaved, plan_exam, waiting
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import CommandHandler
from ncre.ledger import export, lines, verifier
from ncre.ledger.anchor import Anchor
from ncre.ledger.life import life_statement, life_table
from ncre.ledger.sealer import MOST, Sealer
from ncre.ledger.signing import NoteSigner, checkpoint_text
from ncre.ledger.verifier import Frontier, leaf_hash

GROWN: Final = 12_500
"""Registrations of eight facts in the log that is sealed."""

LOOKS: Final = 3_000
"""Commands of one fact each, beside which the log is sealed."""

CHECKED: Final = 1_000_000
"""Facts in the bundle that is verified."""

ORIGIN: Final = "ncre.example/ledger"
SEED: Final = bytes(range(32))


CHECKING: Final = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""
"""The verifier, and the most memory that its process had; what a parent had before does not count."""


@dataclass(frozen=True)
class Costs:
    """Facts a second on one core; what sealing adds to the CPU of a command, as a share; bytes of a proof of nine facts."""

    rate: float
    share: float
    proof: int


@dataclass(frozen=True)
class Checking:
    """Seconds, and megabytes at the most."""

    seconds: float
    memory: float


def measure(url: str, folder: Path) -> Costs:
    handler = command_handler(url)
    plan_exam(handler)
    interleaved(handler, GROWN)
    minutes = iter(range(10**6))
    sealer = Sealer(
        handler.database,
        handler.store.settled,
        lambda: NOW + timedelta(minutes=2 * next(minutes)),
        Anchor(folder / f"anchor-{handler.database.dialect}"),
        ORIGIN,
        SEED,
    )
    began, facts = process_time(), handler.store.newest()
    sealer.catch_up()
    rate = facts / (process_time() - began)
    [case] = waiting(handler, 1)
    sealer.catch_up()
    share = _share(handler, case, sealer)
    with handler.database.snapshot() as connection:
        out = io.BytesIO()
        row = connection.exec_driver_sql(
            "SELECT stream FROM facts WHERE topic = 'registration.photo_replaced' AND id > 90000 LIMIT 1"
        ).scalar_one()
        stream = row if isinstance(row, UUID) else UUID(row)
        export.write_proof(connection, out, f"registration {stream}", [stream])
    handler.database.close()
    return Costs(rate, share, len(out.getvalue()))


def _share(handler: CommandHandler, case: UUID, sealer: Sealer) -> float:
    """CPU of sealing a thousand facts, as a share of that of the thousand small commands which recorded them.

    Measured apart, for a difference of two runs is smaller than what the machine does meanwhile.
    """
    actor, commands, sealing = Actor(str(uuid4()), Role.REVIEWER, frozenset()), 0.0, 0.0
    for _ in range(LOOKS // 1000):
        began = process_time()
        for _ in range(1000):
            handler.record_access(case, actor, "review")
        sealed = process_time()
        assert sealer.once() is not None
        commands, sealing = commands + sealed - began, sealing + process_time() - sealed
    return sealing / commands


def check(url: str, folder: Path) -> Checking:
    """The verifier in a process of its own, over a bundle made of real lines under streams of their own."""
    file = folder / "million.zip"
    key = _bundle(url, file)
    began = perf_counter()
    script = [sys.executable, "-c", CHECKING, str(verifier.__file__), str(file), "--key", key]
    done = subprocess.run(script, check=True, capture_output=True, text=True)
    return Checking(perf_counter() - began, int(done.stderr.split()[-2]) / 1024)


def _bundle(url: str, file: Path) -> str:
    handler = command_handler(url)
    with handler.database.reading() as connection:
        history = lines.read(connection, 0, handler.store.newest(), 1000)
    handler.database.close()
    streams = Counter(text.split(b'"')[1] for _, text in history)
    stream = next(one for one, count in streams.items() if count == 8)
    eight = [_by_staff(text.split(b",", 1)[1]) for _, text in history if text.split(b'"')[1] == stream]
    signer, tree, notes, leaves = NoteSigner.of(ORIGIN, SEED), Frontier(), [], bytearray()
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as bundle:
        with bundle.open("log.jsonl", "w", force_zip64=True) as log:
            for number in range(CHECKED):
                if number % 8 == 0:
                    fresh = str(uuid4()).encode()
                line = b"[%d," % (number + 1) + eight[number % 8].replace(stream, fresh)
                log.write(line + b"\n")
                leaves += (hash_ := leaf_hash(line))
                tree.append(hash_)
                if tree.size % MOST == 0 or tree.size == CHECKED:
                    notes.append(signer.signed(checkpoint_text(ORIGIN, tree.size, tree.root())))
        _rest(bundle, signer, notes)
        bundle.writestr("leaves.bin", bytes(leaves))
    return signer.verifier.text


def _by_staff(line: bytes) -> bytes:
    """The ground records everything as by the candidate; the verifier knows who may reject."""
    if b'"registration.rejected"' not in line:
        return line
    return line.replace(b'"role":"candidate"', b'"role":"reviewer"')


def _rest(bundle: ZipFile, signer: NoteSigner, notes: list[str]) -> None:
    bundle.writestr("bundle.json", json.dumps({"scope": "bench"}))
    bundle.writestr("keys.json", json.dumps([{"key": signer.verifier.text, "from": 0}]))
    bundle.writestr("checkpoints.json", json.dumps(notes))
    bundle.writestr("life.json", life_table())
    bundle.writestr("statement.json", json.dumps({"life": signer.signed(life_statement(ORIGIN))}))
