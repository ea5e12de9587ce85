#!/usr/bin/env python3
"""Checks a bundle of `ncre audit export`, or a candidate's proof file, without ncre and without a network.

    python verify.py FILE --key PUBLIC [--witness PUBLIC] [--seen FOLDER] [--state REGISTRATION [--at v5|MOMENT]]

It needs Python 3.11 and the package `cryptography`. PUBLIC is a verifier key "name+id+base64" of which you know
from elsewhere that it is the ledger's (or a witness's). FOLDER is what `ncre audit witness` kept. Exit 0: everything
holds; 1: something was altered, the line and the check are named; 2: the file cannot be read as a bundle, or misuse.

A bundle is a ZIP: `log.jsonl` has one fact a line, [position,"stream",version,"name",{stored}], in the order of the log;
{"skip":N,"hash":H} stands for N facts that are not shown. Hashing is RFC 9162, checkpoints are C2SP tlog-checkpoint,
signed notes and cosignatures C2SP signed-note and tlog-cosignature.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG_KEY, WITNESS_KEY = 1, 4
EMPTY: Final = sha256(b"").digest()
LONGEST_LINE: Final = 4_000_000
"""Bytes of a line; a longer one is not of this format."""

MEMBERS: Final = {"bundle.json", "keys.json", "checkpoints.json", "life.json", "statement.json", "log.jsonl"}


class Refused(Exception):
    """Something does not hold: which check, where, and what is wrong."""

    def __init__(self, check: str, where: str, why: str) -> None:
        super().__init__(f"{check}: {where}: {why}")
        self.check, self.where, self.why = check, where, why


def leaf_hash(line: bytes) -> bytes:
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The right edge of a growing tree: (height, hash) of its perfect subtrees, the largest first."""

    size: int = 0
    nodes: list[tuple[int, bytes]] = field(default_factory=list)

    def append(self, hash_: bytes, height: int = 0) -> None:
        """A leaf, or a whole subtree of 2^height leaves. Raises ValueError where it does not stand at its place."""
        if self.size % (1 << height):
            raise ValueError("a subtree stands where it cannot")
        self.size += 1 << height
        while self.nodes and self.nodes[-1][0] == height:
            hash_ = node_hash(self.nodes.pop()[1], hash_)
            height += 1
        self.nodes.append((height, hash_))

    def root(self) -> bytes:
        if not self.nodes:
            return EMPTY
        root = self.nodes[-1][1]
        for _, hash_ in reversed(self.nodes[:-1]):
            root = node_hash(hash_, root)
        return root


@dataclass(frozen=True)
class VerifierKey:
    """A public key as C2SP writes it, name+id+base64: of a log (algorithm 1) or of a witness (4)."""

    text: str
    name: str
    id: bytes
    algorithm: int
    public: bytes

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """Raises ValueError."""
        name, id_, key = text.strip().split("+", 2)
        raw = b64decode(key, validate=True)
        made = cls.of(name, raw[1:], raw[0] if raw else 0)
        if made.text != text.strip() or made.id.hex() != id_ or made.algorithm not in (LOG_KEY, WITNESS_KEY):
            raise ValueError("the id does not belong to the key")
        Ed25519PublicKey.from_public_bytes(made.public)
        return made

    @classmethod
    def of(cls, name: str, public: bytes, algorithm: int = LOG_KEY) -> VerifierKey:
        raw = bytes([algorithm]) + public
        id_ = sha256(name.encode() + b"\n" + raw).digest()[:4]
        return cls(f"{name}+{id_.hex()}+{b64encode(raw).decode()}", name, id_, algorithm, public)


@dataclass(frozen=True)
class Note:
    """A signed note: its text, which ends with a newline, and its signatures as (name, key id, signature)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, note: str) -> Note:
        """Raises ValueError."""
        text, divided, lines = note.rpartition("\n\n")
        if not divided or not text or not lines.endswith("\n"):
            raise ValueError("no signed note")
        found = []
        for line in lines[:-1].split("\n"):
            dash, name, signature = line.split(" ")
            raw = b64decode(signature, validate=True)
            if dash != "—" or not name or len(raw) < 5:
                raise ValueError("no signature line")
            found.append((name, raw[:4], raw[4:]))
        return cls(text + "\n", tuple(found))

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether this key signed it (a witness: cosigned it). A signature that claims to and is false raises ValueError."""
        signed = False
        for name, id_, signature in self.signatures:
            if name != key.name or id_ != key.id:
                continue
            text = self.text
            if key.algorithm == WITNESS_KEY:
                text = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{text}"
                signature = signature[8:]
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
            except InvalidSignature:
                raise ValueError(f"the signature of {name} is false") from None
            signed = True
        return signed


@dataclass(frozen=True)
class Checkpoint:
    """How the log stood: `size` facts with this root."""

    origin: str
    size: int
    root: bytes
    note: Note

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """Raises ValueError."""
        note = Note.read(text)
        origin, size, root, *_ = note.text.split("\n")
        if not origin or not size.isascii() or not size.isdigit() or str(int(size)) != size:
            raise ValueError("no checkpoint")
        raw = b64decode(root, validate=True)
        if len(raw) != 32:
            raise ValueError("no root")
        return cls(origin, int(size), raw, note)


# The keys of a log, each with the sizes that it signs: those above `start`, up to `end`

Ranges = list[tuple[VerifierKey, int, int | None]]


def read_keys(rows: list[dict[str, Any]], trusted: VerifierKey) -> Ranges:
    """Both neighbours sign each handover: from the key that the auditor knows on, in both directions, all are known."""
    keys, starts = [VerifierKey.read(row["key"]) for row in rows], [row["from"] for row in rows]
    if trusted not in keys:
        raise Refused("key", "keys.json", "the key that you named never signed this log")
    for row, key, before in zip(rows[1:], keys[1:], keys, strict=False):
        note = Note.read(row["handover"])
        said = f"{key.name}/handover\n{row['from']}\n{before.text}\n{key.text}\n"
        if note.text != said or not (note.signed_by(before) and note.signed_by(key)):
            raise Refused("key", "keys.json", f"the handover at {row['from']} is not signed by both keys")
    if starts != sorted(set(starts)) or {key.name for key in keys} != {trusted.name}:
        raise Refused("key", "keys.json", "the keys do not follow each other")
    return list(zip(keys, starts, [*starts[1:], None], strict=True))


def require_signed(ranges: Ranges, note: Note, size: int, where: str) -> None:
    why = "it is not signed with the key of the ledger"
    for key, start, end in ranges:
        if start < size and (end is None or size <= end):
            try:
                if note.signed_by(key):
                    return
            except ValueError as error:
                why = str(error)
    raise Refused("signature", where, why)


Trade = tuple[str, str]


@dataclass
class Books:
    """Folds the facts: versions without holes, statuses by the table of the life, money that balances.

    `streams` have their version, status and price; trades the amount (fen) and the line that says so.
    """

    life: dict[str, Any]
    streams: dict[bytes, tuple[int, str, int]] = field(default_factory=dict)
    received: dict[Trade, tuple[int, int, bool]] = field(default_factory=dict)
    settled: dict[Trade, tuple[int, int]] = field(default_factory=dict)
    owed: dict[Trade, int] = field(default_factory=dict)
    returned: dict[Trade, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.life["rows"]
        self.facts, self.left = {row[0] for row in rows}, dict[bytes, str]()
        self.pauses = {status for _, sources, to, _ in rows if isinstance(to, list) for status in sources}

    def take(self, line: int, stream: bytes, version: int, topic: str, stored: dict[str, Any]) -> str:
        """The status of the stream after this fact, "" where it is no registration."""
        start: str = self.life["start"] if topic == self.life["begins"] else ""
        before, status, price = self.streams.get(stream, (0, start, 0))
        if version != before + 1:
            raise Refused("versions", f"line {line}", f"version {version} of its stream follows {before}")
        fact = stored["fact"]
        if topic in self.facts or status:
            status = self._arrival(line, stream, topic, status, stored)
            price = sum(one["fee"] for one in fact["lines"]) if "lines" in fact else price
        if "trade" in fact:
            self._money(f"line {line}", line, topic, fact, price)
        self.streams[stream] = (version, status, price)
        return status

    def _arrival(self, line: int, stream: bytes, topic: str, status: str, stored: dict[str, Any]) -> str:
        """A row leads to a status, to the same one (null), or back to the one before a pause ([field that names it])."""
        role = stored["envelope"]["role"]
        for name, sources, to, by in self.life["rows"]:
            if name == topic and status in sources and role in by:
                arrived: str = stored["fact"][to[0]] if isinstance(to, list) else to or status
                if isinstance(to, list) and arrived != self.left.get(stream):
                    break
                if arrived in self.pauses and arrived != status:
                    self.left[stream] = status
                return arrived
        raise Refused("life", f"line {line}", f"{topic} by {role} cannot follow status {status or 'none'}")

    def _money(self, where: str, line: int, topic: str, fact: dict[str, Any], price: int) -> None:
        trade, amount = (fact["channel"], fact["trade"]), fact.get("amount", 0)
        if topic in ("payment.received", "payment.orphan_received"):
            if trade in self.received:
                raise Refused("money", where, f"trade {trade[1]} is received twice")
            self.received[trade] = (amount, line, topic == "payment.received")
        elif topic == "registration.payment_settled":
            if trade in self.settled or amount != price:
                raise Refused("money", where, f"{amount} fen settle what costs {price}, or settle it twice")
            self.settled[trade] = (amount, line)
        elif topic in ("registration.payment_unusable", "registration.payment_returned"):
            self.owed[trade] = line
        elif topic == "payment.refund_confirmed" and not fact.get("covered_by"):
            self.returned[trade] = self.returned.get(trade, 0) + amount

    def balance(self) -> None:
        """Every payment is used or owed back; nothing is used that never came, nor more returned than came."""
        for trade, (amount, line) in self.settled.items():
            if self.received.get(trade, (None,))[0] != amount:
                raise Refused(
                    "money", f"line {line}", f"trade {trade[1]} settles {amount} fen that never came"
                )
        for trade, line in self.owed.items():
            if trade not in self.received:
                raise Refused("money", f"line {line}", f"trade {trade[1]} is owed back and never came")
        for trade, (amount, line, ordered) in self.received.items():
            if ordered and trade not in self.settled and trade not in self.owed:
                raise Refused("money", f"line {line}", f"trade {trade[1]} is neither used nor owed back")
            if self.returned.get(trade, 0) > amount:
                raise Refused("money", f"line {line}", f"more of trade {trade[1]} went back than came")


@dataclass
class Bundle:
    """An opened bundle and what is asked of it.

    `seen` are checkpoints, `seen_leaves` leaf hashes that a witness kept. `state` is a registration, `told` how it
    stood at `version` or `moment`.
    """

    file: zipfile.ZipFile
    trusted: VerifierKey
    witnesses: list[VerifierKey] = field(default_factory=list)
    seen: list[Checkpoint] = field(default_factory=list)
    seen_leaves: BinaryIO | None = None
    state: str = ""
    version: int | None = None
    moment: datetime | None = None
    told: dict[str, Any] = field(default_factory=dict)

    def verify(self) -> list[str]:
        """What was found, in sentences. Raises Refused at the first thing that does not hold."""
        about, keys = (
            json.loads(self.file.read("bundle.json")),
            read_keys(json.loads(self.file.read("keys.json")), self.trusted),
        )
        checkpoints = self._checkpoints(keys)
        cosigned = [self._cosigned(checkpoints, witness) for witness in self.witnesses]
        life, statement = (
            self.file.read("life.json"),
            Note.read(json.loads(self.file.read("statement.json"))["life"]),
        )
        if statement.text != f"{self.trusted.name}/life\n{b64encode(sha256(life).digest()).decode()}\n":
            raise Refused("life", "life.json", "it is not the table that the ledger signed")
        if not any(statement.signed_by(key) for key, *_ in keys):
            raise Refused("signature", "statement.json", "the table of the life is not signed")
        books = Books(json.loads(life))
        count, newest = self._walk(checkpoints, books), checkpoints[-1]
        books.balance()
        received, settled = (sum(row[0] for row in rows.values()) for rows in (books.received, books.settled))
        return [
            f"{about['scope']}: {count} of {newest.size} facts are shown, of {len(books.streams)} streams",
            f"{len(checkpoints)} checkpoints signed by {newest.origin}",
            *cosigned,
            f"money: {received} fen received, {settled} settled, {sum(books.returned.values())} returned",
        ]

    def _checkpoints(self, keys: Ranges) -> list[Checkpoint]:
        found: list[Checkpoint] = []
        for number, text in enumerate(json.loads(self.file.read("checkpoints.json")), start=1):
            where = f"checkpoint {number}"
            try:
                checkpoint = Checkpoint.read(text)
            except (ValueError, TypeError, AttributeError):
                raise Refused("checkpoint", where, "it cannot be read") from None
            if checkpoint.origin != self.trusted.name:
                raise Refused("checkpoint", where, f"it is of another log, {checkpoint.origin}")
            if found and checkpoint.size <= found[-1].size:
                raise Refused("checkpoint", where, "it does not grow over the one before")
            require_signed(keys, checkpoint.note, checkpoint.size, where)
            found.append(checkpoint)
        if not found:
            raise Refused("checkpoint", "checkpoints.json", "there is none")
        return found

    def _cosigned(self, checkpoints: list[Checkpoint], witness: VerifierKey) -> str:
        newest = 0
        for number, checkpoint in enumerate(checkpoints, start=1):
            try:
                newest = checkpoint.size if checkpoint.note.signed_by(witness) else newest
            except ValueError as error:
                raise Refused("witness", f"checkpoint {number}", str(error)) from None
        if not newest:
            raise Refused("witness", "checkpoints.json", f"{witness.name} cosigned none of them")
        return f"{witness.name} cosigned up to {newest} facts"

    def _walk(self, checkpoints: list[Checkpoint], books: Books) -> int:
        """Every line into the tree; at the size of each checkpoint the root must be the signed one."""
        tree, facts, last, line, kept = Frontier(), 0, 0, 0, self._kept_leaves()
        wanted = [(one.size, one.root, f"checkpoint {at}") for at, one in enumerate(checkpoints, start=1)]
        wanted += [(one.size, one.root, f"seen checkpoint over {one.size} facts") for one in self.seen]
        wanted.sort(key=lambda row: row[0], reverse=True)
        for line, text in self._lines():
            if text.startswith(b"{"):
                self._skip(tree, line, text)
            else:
                last, facts = self._fact(tree, books, line, text, last, next(kept, None)), facts + 1
            while wanted and wanted[-1][0] <= tree.size:
                size, root, name = wanted.pop()
                if size < tree.size:
                    raise Refused("size", name, f"it ends amid what is left out at line {line}")
                if tree.root() != root:
                    raise Refused("root", name, f"the {size} facts up to line {line} are not those under it")
        if wanted or tree.size != checkpoints[-1].size:
            needed = wanted[0][0] if wanted else checkpoints[-1].size
            raise Refused(
                "size", f"line {line}", f"{tree.size} facts are there, the checkpoints say {needed}"
            )
        if next(kept, b""):
            raise Refused("leaf", f"line {line}", "leaves.bin goes on after the last line")
        return facts

    def _skip(self, tree: Frontier, line: int, text: bytes) -> None:
        try:
            row = json.loads(text)
            count, hash_ = int(row["skip"]), b64decode(row["hash"], validate=True)
            if count < 1 or count & (count - 1) or len(hash_) != 32:
                raise ValueError("no power of two")
            tree.append(hash_, count.bit_length() - 1)
        except (ValueError, KeyError, TypeError):
            raise Refused("line", f"line {line}", "what is left out cannot be read") from None

    def _fact(
        self, tree: Frontier, books: Books, line: int, text: bytes, last: int, was: bytes | None
    ) -> int:
        """Takes the fact in and returns its position in the log."""
        hash_, where = leaf_hash(text), f"line {line}"
        if was is not None and was != hash_:
            raise Refused("leaf", where, "it is not the line that was sealed here")
        if self.seen_leaves is not None:
            self.seen_leaves.seek(tree.size * 32)
            if self.seen_leaves.read(32) not in (b"", hash_):
                raise Refused("seen", where, f"fact {tree.size + 1} is not the one that the witness saw")
        tree.append(hash_)
        try:
            position, stream, version, topic, stored = json.loads(text)
            if (type(position), type(version), type(stored["fact"])) != (int, int, dict):
                raise TypeError
            if position <= last:
                raise Refused("order", where, f"position {position} follows position {last}")
            status = books.take(line, bytes.fromhex(stream.replace("-", "")), version, topic, stored)
            if stream == self.state and (self.version is None or version <= self.version):
                at = datetime.fromisoformat(stored["envelope"]["at"])
                if self.moment is None or at <= self.moment:
                    self.told |= {**stored["fact"], "status": status, "version": version, "at": str(at)}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused("line", where, "it is no fact that can be read") from None
        return int(position)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with self.file.open("log.jsonl") as file:
            line = 0
            while text := file.readline(LONGEST_LINE):
                line += 1
                if not text.endswith(b"\n"):
                    raise Refused("line", f"line {line}", "it has no end")
                yield line, text[:-1]

    def _kept_leaves(self) -> Iterator[bytes]:
        if "leaves.bin" in self.file.namelist():
            with self.file.open("leaves.bin") as file:
                while hash_ := file.read(32):
                    yield hash_


def open_bundle(path: Path) -> zipfile.ZipFile:
    """Raises ValueError, OSError."""
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is no bundle" if path.exists() else f"there is no file {path}")
    file = zipfile.ZipFile(path)
    if missing := MEMBERS - set(file.namelist()):
        raise ValueError(f"{path} is no bundle: it has no {', '.join(sorted(missing))}")
    return file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the bundle or proof file")
    parser.add_argument("--key", required=True, help="the ledger's public key, name+id+base64, or its file")
    parser.add_argument("--witness", action="append", default=[], help="a witness's public key, or its file")
    parser.add_argument("--seen", type=Path, help="what a witness kept: its folder, or one checkpoint")
    parser.add_argument("--state", metavar="REGISTRATION", default="", help="print how a registration stood")
    parser.add_argument("--at", default="", help="v5, or 2027-03-01 09:00 (exam time)")


def _key(text: str) -> VerifierKey:
    return VerifierKey.read(text if "+" in text else Path(text).read_text("utf-8"))


def _asked(args: argparse.Namespace, bundle: Bundle) -> None:
    """What the arguments want beside the key. Raises ValueError, OSError."""
    bundle.witnesses, bundle.state = [_key(text) for text in args.witness], args.state
    if args.at[:1] in ("v", "V"):
        bundle.version = int(args.at[1:])
    elif args.at:
        moment = datetime.fromisoformat(args.at)
        bundle.moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone(timedelta(hours=8)))
    if args.seen:
        files = sorted((args.seen / "checkpoints").iterdir()) if args.seen.is_dir() else [args.seen]
        bundle.seen = [Checkpoint.read(file.read_text("utf-8")) for file in files]
        leaves = args.seen / "leaves.bin"
        bundle.seen_leaves = leaves.open("rb") if leaves.is_file() else None


def run(args: argparse.Namespace, name: str = "verify") -> int:
    """Verify as the arguments say, print what was found, and return the exit code."""
    try:
        bundle = Bundle(open_bundle(args.file), _key(args.key))
        _asked(args, bundle)
        print("\n".join(["OK", *bundle.verify()]))
    except Refused as refused:
        print(f"REFUSED  {refused}", file=sys.stderr)
        return 1
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        print(f"REFUSED  file: {args.file}: it is damaged: {error}", file=sys.stderr)
        return 1
    except (ValueError, KeyError, TypeError, OSError, NotImplementedError, RuntimeError) as error:
        # zipfile raises the last two for a packing or an encryption that it does not know
        why = " ".join(str(error).split())[:500]
        print(f"{name}: 不能核验 / cannot be checked: {type(error).__name__}: {why}", file=sys.stderr)
        return 2
    if args.state:
        print(
            json.dumps(bundle.told, ensure_ascii=False, indent=2)
            if bundle.told
            else "nothing is known of it then"
        )
    return 0


def main() -> NoReturn:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
