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
import re
import sys
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG_KEY, WITNESS_KEY = 1, 4
EMPTY: Final = sha256(b"").digest()
LONGEST_LINE: Final = 4_000_000
MEMBERS: Final = {"bundle.json", "keys.json", "checkpoints.json", "life.json", "statement.json", "log.jsonl"}
NOTE: Final = re.compile(r"(?P<text>(?:.*\n)+)\n(?P<signatures>(?:— \S+ [A-Za-z0-9+/=]+\n)+)")
CHECKPOINT: Final = re.compile(r"(.+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n(?:.+\n)*")
UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError)


class VerificationFailed(Exception):
    """Something does not hold: which check, where, and what is wrong."""

    def __init__(self, check: str, where: str, why: str) -> None:
        super().__init__(f"{check}: {where}: {why}")
        self.check, self.where, self.why = check, where, why


def require(check: str, where: str, holds: bool, why: str) -> None:
    """Raises VerificationFailed."""
    if not holds:
        raise VerificationFailed(check, where, why)


def leaf_hash(line: bytes) -> bytes:
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The right edge of a growing tree: its perfect subtrees as (leaves, hash), the largest first."""

    size: int = 0
    subtrees: list[tuple[int, bytes]] = field(default_factory=list)

    def append(self, hash_: bytes, leaves: int = 1) -> None:
        """A leaf, or a whole subtree. Raises ValueError for what is none, or cannot stand at this place."""
        if len(hash_) != 32 or leaves < 1 or leaves & (leaves - 1) or self.size % leaves:
            raise ValueError("no perfect subtree, or one at a place where it cannot be")
        self.size += leaves
        while self.subtrees and self.subtrees[-1][0] == leaves:
            hash_ = node_hash(self.subtrees.pop()[1], hash_)
            leaves *= 2
        self.subtrees.append((leaves, hash_))

    def root(self) -> bytes:
        root = self.subtrees[-1][1] if self.subtrees else EMPTY
        for _, hash_ in reversed(self.subtrees[:-1]):
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
        Ed25519PublicKey.from_public_bytes(raw[1:])
        if id_ != sha256(name.encode() + b"\n" + raw).hexdigest()[:8] or raw[0] not in (LOG_KEY, WITNESS_KEY):
            raise ValueError("the id does not belong to the key")
        return cls(text.strip(), name, bytes.fromhex(id_), raw[0], raw[1:])


@dataclass(frozen=True)
class SignedNote:
    """A signed note: its text, which ends with a newline, and its signatures as (name, key id, signature)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, note: str) -> SignedNote:
        """Raises ValueError."""
        parts = NOTE.fullmatch(note)
        if parts is None:
            raise ValueError("no signed note")
        lines = [line.split(" ") for line in parts["signatures"].strip("\n").split("\n")]
        signatures = [(name, b64decode(signature, validate=True)) for _, name, signature in lines]
        return cls(parts["text"], tuple((name, raw[:4], raw[4:]) for name, raw in signatures))

    def signed_by(self, key: VerifierKey, where: str = "note") -> bool:
        """Whether this key signed it (a witness: cosigned it). Raises VerificationFailed where a signature only says so."""
        found = [signature for name, id_, signature in self.signatures if (name, id_) == (key.name, key.id)]
        for signature in found:
            check, text = "signature", self.text
            if key.algorithm == WITNESS_KEY:
                check, time, signature = "witness", int.from_bytes(signature[:8], "big"), signature[8:]
                text = f"cosignature/v1\ntime {time}\n{text}"
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
            except InvalidSignature:
                raise VerificationFailed(check, where, f"the signature of {key.name} is false") from None
        return bool(found)


@dataclass(frozen=True)
class Checkpoint:
    """How the log stood: `size` facts with this root."""

    origin: str
    size: int
    root: bytes
    note: SignedNote

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """Raises ValueError."""
        note = SignedNote.read(text)
        parts = CHECKPOINT.fullmatch(note.text)
        if parts is None:
            raise ValueError("no checkpoint")
        return cls(parts[1], int(parts[2]), b64decode(parts[3]), note)


# The keys of a log, each with the sizes that it signs: those above `start`, up to `end`
Ranges = list[tuple[VerifierKey, int, float]]


def read_keys(rows: list[dict[str, Any]], trusted: VerifierKey) -> Ranges:
    """Both neighbours sign each handover: from the key that the auditor knows on, in both directions, all are known."""
    holds = partial(require, "key", "keys.json")
    keys, starts = [VerifierKey.read(row["key"]) for row in rows], [row["from"] for row in rows]
    holds(trusted in keys, "the key that you named never signed this log")
    for start, row, key, before in zip(starts[1:], rows[1:], keys[1:], keys, strict=False):
        note = SignedNote.read(row["handover"])
        said = note.text == f"{key.name}/handover\n{start}\n{before.text}\n{key.text}\n"
        both = note.signed_by(before, "keys.json") and note.signed_by(key, "keys.json")
        holds(said and both, f"the handover at {start} is not signed by both keys")
    in_order = starts == sorted(set(starts)) and {key.name for key in keys} == {trusted.name}
    holds(in_order, "the keys do not follow each other")
    return list(zip(keys, starts, [*starts[1:], float("inf")], strict=True))


def require_signed(keys: Ranges, checkpoint: Checkpoint, where: str) -> None:
    """With the key among whose sizes it is. Raises VerificationFailed."""
    in_force = [key for key, start, end in keys if start < checkpoint.size <= end]
    signed = any(checkpoint.note.signed_by(key, where) for key in in_force)
    require("signature", where, signed, "it is not signed with the key of the ledger")


@dataclass(slots=True)
class Stream:
    """How a stream stands: `price` in fen, `paused` the status that a pause interrupted."""

    version: int = 0
    status: str = ""
    price: int = 0
    paused: str = ""


@dataclass(slots=True)
class Trade:
    """The money of one trade in fen, None where there was none; `where` is the line to look at."""

    where: str
    received: int | None = None
    settled: int | None = None
    returned: int = 0
    is_ordered: bool = False
    is_owed: bool = False


class FactFold:
    """Folds the facts: versions without holes, statuses by the table of the life, money that balances."""

    def __init__(self, life: dict[str, Any]) -> None:
        self.life = life
        self.streams: defaultdict[bytes, Stream] = defaultdict(Stream)
        self.trades: dict[tuple[str, str], Trade] = {}
        self.rows: defaultdict[str, list[Any]] = defaultdict(list)
        for topic, *row in life["rows"]:
            self.rows[topic].append(row)
        self.pauses = {one for _, sources, to, _ in life["rows"] if isinstance(to, list) for one in sources}

    def take(self, where: str, name: bytes, version: int, topic: str, stored: dict[str, Any]) -> str:
        """The status of the stream after this fact, "" where it is no registration."""
        stream, fact = self.streams[name], stored["fact"]
        why = f"version {version} of its stream follows {stream.version}"
        require("versions", where, version == stream.version + 1, why)
        stream.version = version
        if version == 1 and topic == self.life["begins"]:
            stream.status = self.life["start"]
        if stream.status or topic in self.rows:
            self._step(where, stream, topic, fact, stored["envelope"]["role"])
        if "trade" in fact:
            self._money(where, topic, fact, stream.price)
        return stream.status

    def _step(self, where: str, stream: Stream, topic: str, fact: dict[str, Any], role: str) -> None:
        """A row leads to a status, to the same one (null), or back to the one before a pause ([field that names it])."""
        before = stream.status
        to = next((to for sources, to, roles in self.rows[topic] if before in sources and role in roles), "")
        after = fact[to[0]] if isinstance(to, list) else to or before
        fits = to != "" and (not isinstance(to, list) or after == stream.paused)
        require("life", where, fits, f"{topic} by {role} cannot follow status {before or 'none'}")
        if after in self.pauses and after != before:
            stream.paused = before
        stream.status = after
        if "lines" in fact:
            stream.price = sum(one["fee"] for one in fact["lines"])

    def _money(self, where: str, topic: str, fact: dict[str, Any], price: int) -> None:
        name, amount, holds = fact["trade"], fact.get("amount", 0), partial(require, "money", where)
        trade = self.trades.setdefault((fact["channel"], name), Trade(where))
        if topic in ("payment.received", "payment.orphan_received"):
            holds(trade.received is None, f"trade {name} is received twice")
            trade.where, trade.received, trade.is_ordered = where, amount, topic == "payment.received"
        elif topic == "registration.payment_settled":
            fits = trade.settled is None and amount == price
            holds(fits, f"{amount} fen settle what costs {price}, or settle it twice")
            trade.settled = amount
        elif topic in ("registration.payment_unusable", "registration.payment_returned"):
            trade.is_owed = True
        elif topic == "payment.refund_confirmed" and not fact.get("covered_by"):
            trade.returned += amount

    def balance(self) -> str:
        """Every payment is used or owed back; nothing is used that never came, nor more returned than came."""
        sums = [0, 0, 0]
        for (_, name), trade in self.trades.items():
            holds, came = partial(require, "money", trade.where), trade.received
            holds(trade.settled in (None, came), f"trade {name} settles {trade.settled} fen that never came")
            holds(not trade.is_owed or came is not None, f"trade {name} is owed back and never came")
            is_used = trade.settled is not None or trade.is_owed
            holds(is_used or not trade.is_ordered, f"trade {name} is neither used nor owed back")
            holds(came is None or trade.returned <= came, f"more of trade {name} went back than came")
            sums = [sums[0] + (came or 0), sums[1] + (trade.settled or 0), sums[2] + trade.returned]
        return "money: {} fen received, {} settled, {} returned".format(*sums)


@dataclass
class Bundle:
    """An opened bundle and what is asked of it; its facts are in the `tree` up to a `position` of the log.

    `seen` are checkpoints, `seen_leaves` leaf hashes that a witness kept. `state` is a registration, `told` how it
    stood at `version` and `moment`.
    """

    file: zipfile.ZipFile
    trusted: VerifierKey
    witnesses: list[VerifierKey] = field(default_factory=list)
    seen: list[Checkpoint] = field(default_factory=list)
    seen_leaves: BinaryIO = field(default_factory=BytesIO)
    state: str = ""
    version: int = sys.maxsize
    moment: datetime = datetime.max.replace(tzinfo=UTC)
    told: dict[str, Any] = field(default_factory=dict)
    tree: Frontier = field(default_factory=Frontier)
    position: int = 0
    shown: int = 0

    def verify(self) -> list[str]:
        """What was found, in sentences. Raises VerificationFailed at the first thing that does not hold."""
        scope, keys = self._read("bundle.json")["scope"], read_keys(self._read("keys.json"), self.trusted)
        checkpoints, books = self._checkpoints(keys), FactFold(self._life(keys))
        cosigned = [self._cosigned(checkpoints, witness) for witness in self.witnesses]
        self._walk(checkpoints, books)
        money = books.balance()
        facts = f"{self.shown} of {self.tree.size} facts are shown, of {len(books.streams)} streams"
        return [
            f"{scope}: {facts}",
            f"{len(checkpoints)} checkpoints of {self.trusted.name}",
            *cosigned,
            money,
        ]

    def _read(self, member: str) -> Any:
        return json.loads(self.file.read(member))

    def _life(self, keys: Ranges) -> dict[str, Any]:
        """The table of the life, as the ledger signed it."""
        table, note = self.file.read("life.json"), SignedNote.read(self._read("statement.json")["life"])
        said = note.text == f"{self.trusted.name}/life\n{b64encode(sha256(table).digest()).decode()}\n"
        require("life", "life.json", said, "it is not the table that the ledger signed")
        signed = any(note.signed_by(key, "statement.json") for key, *_ in keys)
        require("signature", "statement.json", signed, "the table of the life is not signed")
        return dict(json.loads(table))

    def _checkpoints(self, keys: Ranges) -> list[Checkpoint]:
        found: list[Checkpoint] = []
        for number, text in enumerate(self._read("checkpoints.json"), start=1):
            holds = partial(require, "checkpoint", where := f"checkpoint {number}")
            try:
                checkpoint = Checkpoint.read(text)
            except UNREADABLE:
                raise VerificationFailed("checkpoint", where, "it cannot be read") from None
            holds(checkpoint.origin == self.trusted.name, f"it is of another log, {checkpoint.origin}")
            holds(not found or checkpoint.size > found[-1].size, "it does not grow over the one before")
            require_signed(keys, checkpoint, where)
            found.append(checkpoint)
        require("checkpoint", "checkpoints.json", bool(found), "there is none")
        return found

    def _cosigned(self, checkpoints: list[Checkpoint], witness: VerifierKey) -> str:
        numbered = enumerate(checkpoints, start=1)
        sizes = [one.size for at, one in numbered if one.note.signed_by(witness, f"checkpoint {at}")]
        require("witness", "checkpoints.json", bool(sizes), f"{witness.name} cosigned none of them")
        return f"{witness.name} cosigned up to {sizes[-1]} facts"

    def _walk(self, checkpoints: list[Checkpoint], books: FactFold) -> None:
        """Every line into the tree; at the size of each checkpoint the root must be the signed one."""
        log, tree, where = self.file.open("log.jsonl"), self.tree, "line 0"
        kept = self.file.open("leaves.bin") if "leaves.bin" in self.file.namelist() else BytesIO()
        wanted = [(one.size, one.root, f"checkpoint {at}") for at, one in enumerate(checkpoints, start=1)]
        wanted += [(one.size, one.root, f"seen checkpoint over {one.size} facts") for one in self.seen]
        wanted.sort(reverse=True)
        for number, line in enumerate(iter(lambda: log.readline(LONGEST_LINE), b""), start=1):
            where = f"line {number}"
            require("line", where, line.endswith(b"\n"), "it has no end")
            try:
                if line.startswith(b"{"):
                    left_out = json.loads(line)
                    tree.append(b64decode(left_out["hash"], validate=True), left_out["skip"])
                else:
                    self._fact(books, where, line[:-1], kept.read(32))
            except UNREADABLE:
                raise VerificationFailed("line", where, "it cannot be read") from None
            while wanted and wanted[-1][0] <= tree.size:
                size, root, name = wanted.pop()
                require("size", name, size == tree.size, f"it ends amid what is left out at {where}")
                require("root", name, tree.root() == root, f"the {size} facts up to {where} are not those")
        whole = not wanted and tree.size == checkpoints[-1].size
        needed = max(one.size for one in (*checkpoints, *self.seen))
        require("size", where, whole, f"{tree.size} facts are there, the checkpoints say {needed}")
        require("leaf", where, not kept.read(32), "leaves.bin goes on after the last line")

    def _fact(self, books: FactFold, where: str, line: bytes, kept: bytes) -> None:
        """Takes a fact in; `kept` is its hash as it stands beside the lines, or empty."""
        hash_ = leaf_hash(line)
        require("leaf", where, kept in (b"", hash_), "it is not the line that was sealed here")
        self.seen_leaves.seek(self.tree.size * 32)
        why = f"fact {self.tree.size + 1} is not the one that the witness saw"
        require("seen", where, self.seen_leaves.read(32) in (b"", hash_), why)
        self.tree.append(hash_)
        position, stream, version, topic, stored = json.loads(line)
        if (type(position), type(version), type(stored["fact"])) != (int, int, dict):
            raise TypeError("no fact")
        why = f"position {position} follows position {self.position}"
        require("order", where, position > self.position, why)
        self.shown, self.position = self.shown + 1, position
        status = books.take(where, bytes.fromhex(stream.replace("-", "")), version, topic, stored)
        if stream == self.state and version <= self.version:
            at = datetime.fromisoformat(stored["envelope"]["at"])
            if at <= self.moment:
                self.told |= {**stored["fact"], "status": status, "version": version, "at": str(at)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the bundle or proof file")
    parser.add_argument("--key", required=True, help="the ledger's public key, name+id+base64, or its file")
    parser.add_argument("--witness", action="append", default=[], help="a witness's public key, or its file")
    parser.add_argument("--seen", type=Path, help="what a witness kept: its folder, or one checkpoint")
    parser.add_argument("--state", metavar="REGISTRATION", default="", help="print how a registration stood")
    parser.add_argument("--at", default="", help="v5, or 2027-03-01 09:00 (Beijing time)")


def _key(text: str) -> VerifierKey:
    return VerifierKey.read(text if "+" in text else Path(text).read_text("utf-8"))


def _opened(args: argparse.Namespace) -> Bundle:
    """The bundle and what the arguments ask of it. Raises ValueError, OSError."""
    if not zipfile.is_zipfile(args.file):
        raise ValueError(
            f"{args.file} is no bundle" if args.file.exists() else f"there is no file {args.file}"
        )
    bundle = Bundle(zipfile.ZipFile(args.file), _key(args.key), [_key(text) for text in args.witness])
    if missing := MEMBERS - set(bundle.file.namelist()):
        raise ValueError(f"{args.file} is no bundle: it has no {', '.join(sorted(missing))}")
    if args.seen:
        files = sorted((args.seen / "checkpoints").iterdir()) if args.seen.is_dir() else [args.seen]
        bundle.seen = [Checkpoint.read(file.read_text("utf-8")) for file in files]
        leaves = args.seen / "leaves.bin"
        bundle.seen_leaves = leaves.open("rb") if leaves.is_file() else BytesIO()
    bundle.state = args.state
    if args.at[:1] in ("v", "V"):
        bundle.version = int(args.at[1:])
    elif args.at:
        moment = datetime.fromisoformat(args.at)
        bundle.moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone(timedelta(hours=8)))
    return bundle


def run(args: argparse.Namespace, name: str = "verify") -> int:
    """Verify as the arguments say, print what was found, and return the exit code."""
    try:
        bundle = _opened(args)
        print("\n".join(["OK", *bundle.verify()]))
    except VerificationFailed as refused:
        print(f"REFUSED  {refused}", file=sys.stderr)
        return 1
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        print(f"REFUSED  file: {args.file}: it is damaged: {error}", file=sys.stderr)
        return 1
    except (*UNREADABLE, OSError, NotImplementedError, RuntimeError) as error:
        # zipfile raises the last two for a packing or an encryption that it does not know
        why = " ".join(str(error).split())[:500]
        print(f"{name}: 不能核验 / cannot be checked: {type(error).__name__}: {why}", file=sys.stderr)
        return 2
    if args.state:
        told = json.dumps(bundle.told, ensure_ascii=False, indent=2)
        print(told if bundle.told else "nothing is known of it then")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))
