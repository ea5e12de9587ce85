"""The file by which provinces tell each other who registered: keyed hashes and subjects, nothing that names anybody.

    ncre-duplicates 1
    round 78
    province 42
    key 0123456789abcdef
    people 2
    <64 hexadecimal digits> 66 67
    <64 hexadecimal digits> 24
    seal <64 hexadecimal digits>

The hash is HMAC-SHA256 of document kind and number under a key that all provinces share; `key` tells which one it was, and
`seal` is the HMAC of every byte before it, so that neither a cut nor a changed file is taken. People stand in the order of
their hashes.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ncre.domain.bilingual import Bilingual

VERSION: Final = "ncre-duplicates 1"

MOST_PEOPLE: Final = 5_000_000

_LINE: Final = re.compile(r"([0-9a-f]{64})((?: [0-9A-Za-z]{1,8}){1,3})")
_HEADER: Final = (
    ("round", re.compile(r"round (\d{2})")),
    ("province", re.compile(r"province (\d{2})")),
    ("key", re.compile(r"key ([0-9a-f]{16})")),
    ("people", re.compile(r"people (\d{1,7})")),
)
_SEAL: Final = re.compile(rb"seal [0-9a-f]{64}")


class ExchangeUnreadable(Exception):
    """Nothing of the file can be used, and why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Bilingual(zh, en)


@dataclass(frozen=True)
class ExchangedPerson:
    """Somebody who registered: the keyed hash, and for what."""

    key: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class ExchangeFile:
    """What a file says; `digest` is the SHA-256 of its bytes."""

    round: str
    province: str
    people: tuple[ExchangedPerson, ...]
    digest: str


@dataclass(frozen=True)
class ExchangeOutline:
    """What a file says of itself; `digest` is the SHA-256 of its bytes."""

    round: str
    province: str
    people: int
    digest: str


def key_of(secret: bytes, document_type: str, document_number: str) -> str:
    """The hash of a person, for normalised numbers: the same in every province, and tells nothing without the key."""
    said = f"ncre exchange 1\0{document_type}\0{document_number}"
    return hmac.new(secret, said.encode(), sha256).hexdigest()


def key_name(secret: bytes) -> str:
    """Tells two keys apart, and reveals neither."""
    return hmac.new(secret, b"ncre exchange key", sha256).hexdigest()[:16]


def written(
    secret: bytes, round_code: str, province: str, count: int, people: Iterable[ExchangedPerson]
) -> Iterator[bytes]:
    """The file, line by line; `people` are in the order of their hashes, and as many as `count` says."""
    seal = hmac.new(secret, digestmod=sha256)
    head = [
        VERSION,
        f"round {round_code}",
        f"province {province}",
        f"key {key_name(secret)}",
        f"people {count}",
    ]
    lines = (*head, *()), (f"{one.key} {' '.join(one.subjects)}" for one in people)
    for line in (line for part in lines for line in part):
        piece = f"{line}\n".encode()
        seal.update(piece)
        yield piece
    yield f"seal {seal.hexdigest()}\n".encode()


def read_exchange_file(secret: bytes, raw: bytes) -> ExchangeFile:
    """What the file says. Raises ExchangeUnreadable."""
    body, last = _parted(raw)
    head, lines = _opened(body)
    if head["key"] != key_name(secret):
        raise ExchangeUnreadable("使用的比对密钥与本省不同", "it was made under another key than ours")
    sealed = f"seal {hmac.new(secret, body, sha256).hexdigest()}"
    if not hmac.compare_digest(sealed.encode(), bytes(last)):
        raise _cut()
    people = tuple(_people(lines))
    _require_count(head, len(people))
    return ExchangeFile(head["round"], head["province"], people, sha256(raw).hexdigest())


def exchange_outline(raw: bytes) -> ExchangeOutline:
    """What whoever has no key can tell of a file: that every line has the form, and for what it is. Raises ExchangeUnreadable."""
    body, last = _parted(raw)
    head, lines = _opened(body)
    if _SEAL.fullmatch(last) is None:
        raise _cut()
    count = sum(1 for _ in _people(lines))
    _require_count(head, count)
    return ExchangeOutline(head["round"], head["province"], count, sha256(raw).hexdigest())


def _parted(raw: bytes) -> tuple[bytes, bytes]:
    """Every byte that is sealed, and the line of the seal."""
    body, _, last = raw.rstrip(b"\r\n").replace(b"\r\n", b"\n").rpartition(b"\n")
    return body + b"\n", last


def _opened(body: bytes) -> tuple[dict[str, str], list[str]]:
    """The header, and the lines of people."""
    try:
        lines = body.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise ExchangeUnreadable("不是跨省比对文件", "it is no exchange file") from None
    if not lines or lines[0] != VERSION:
        raise ExchangeUnreadable("不是跨省比对文件，或版本不是 1", "it is no exchange file of version 1")
    return _head(lines[1 : 1 + len(_HEADER)]), lines[1 + len(_HEADER) :]


def _cut() -> ExchangeUnreadable:
    return ExchangeUnreadable("不完整或被改动过（校验不符）", "it is cut or was changed: its seal is wrong")


def _require_count(head: dict[str, str], count: int) -> None:
    if count != int(head["people"]) or count > MOST_PEOPLE:
        raise ExchangeUnreadable("人数与文件头不符", "it has another number of people than it says")


def _head(lines: list[str]) -> dict[str, str]:
    found = {}
    for (name, form), line in zip(_HEADER, lines, strict=False):
        if match := form.fullmatch(line):
            found[name] = match[1]
    if len(found) < len(_HEADER):
        raise ExchangeUnreadable("文件头不完整", "its header is incomplete")
    return found


def _people(lines: Iterable[str]) -> Iterator[ExchangedPerson]:
    before = ""
    for number, line in enumerate(lines, start=2 + len(_HEADER)):
        match = _LINE.fullmatch(line)
        if match is None or match[1] <= before:
            raise ExchangeUnreadable(f"第 {number} 行不对", f"line {number} is wrong")
        before = match[1]
        yield ExchangedPerson(match[1], tuple(match[2].split()))
