"""The file of the exchange between provinces: as it is written, as it is read, and what is no such file."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest

from ncre.domain.duplicates.exchange_file import (
    ExchangedPerson,
    ExchangeFile,
    ExchangeOutline,
    ExchangeUnreadable,
    exchange_outline,
    key_name,
    key_of,
    read_exchange_file,
    written,
)

SECRET, OTHER = bytes(range(32)), bytes(32)
PEOPLE = tuple(
    ExchangedPerson(letter * 64, subjects) for letter, subjects in (("1", ("66", "67")), ("a", ("24",)))
)
RAW = b"".join(written(SECRET, "78", "42", 2, PEOPLE))
DIGEST = sha256(RAW).hexdigest()


def sealed(*lines: str) -> bytes:
    """These lines under a seal that is right."""
    body = "".join(f"{line}\n" for line in lines).encode()
    return body + f"seal {hmac.new(SECRET, body, sha256).hexdigest()}\n".encode()


def unreadable(raw: bytes, secret: bytes = SECRET) -> str:
    with pytest.raises(ExchangeUnreadable) as said:
        read_exchange_file(secret, raw)
    assert str(said.value) == said.value.words.en
    assert said.value.words.zh
    return said.value.words.en


HEAD = ("ncre-duplicates 1", "round 78", "province 42", f"key {key_name(SECRET)}")


def test_a_file_is_written_as_it_is_described() -> None:
    assert sealed(*HEAD, "people 2", f"{'1' * 64} 66 67", f"{'a' * 64} 24") == RAW


def test_a_file_is_read_as_it_was_written_also_with_ends_of_lines_of_another_system() -> None:
    assert read_exchange_file(SECRET, RAW) == ExchangeFile("78", "42", PEOPLE, DIGEST)
    other = RAW.replace(b"\n", b"\r\n")
    assert read_exchange_file(SECRET, other).people == PEOPLE
    assert read_exchange_file(SECRET, RAW + b"\r\n\n").people == PEOPLE
    assert exchange_outline(RAW) == ExchangeOutline("78", "42", 2, DIGEST)


def test_hashes_are_the_same_in_every_province() -> None:
    said = b"ncre exchange 1\0resident_id\x0042011520060315002X"
    key = hmac.new(SECRET, said, sha256).hexdigest()
    assert key_of(SECRET, "resident_id", "42011520060315002X") == key
    assert key_name(SECRET) == hmac.new(SECRET, b"ncre exchange key", sha256).hexdigest()[:16]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (RAW[:-2], "it is cut or was changed: its seal is wrong"),
        (RAW.replace(b" 24\n", b" 25\n"), "it is cut or was changed: its seal is wrong"),
        ("名单\n".encode() + RAW, "it is no exchange file"),
        (b"", "it is no exchange file of version 1"),
        (RAW.replace(b"duplicates 1", b"duplicates 2"), "it is no exchange file of version 1"),
        (sealed(*HEAD), "its header is incomplete"),
        (sealed(HEAD[0], *HEAD[2:], "people 0"), "its header is incomplete"),
        (sealed(*HEAD, "people 3", f"{'1' * 64} 66"), "it has another number of people than it says"),
        (sealed(*HEAD, "people 1", "1 66"), "line 6 is wrong"),
        (sealed(*HEAD, "people 2", f"{'b' * 64} 66", f"{'a' * 64} 66"), "line 7 is wrong"),
        (sealed(*HEAD, "people 2", f"{'a' * 64} 66", f"{'a' * 64} 66"), "line 7 is wrong"),
        (sealed(*HEAD, "people 1", f"{'a' * 64} 1 2 3 4"), "line 6 is wrong"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(raw: bytes, why: str) -> None:
    assert unreadable(raw) == why


def test_a_file_under_another_key_is_told_as_such() -> None:
    assert unreadable(RAW, OTHER) == "it was made under another key than ours"


@pytest.mark.parametrize(
    "raw",
    [RAW.replace(b"seal ", b"seal x"), RAW.replace(b"people 2", b"people 1"), RAW[: RAW.rindex(b"seal")]],
)
def test_whoever_has_no_key_sees_that_a_file_is_cut(raw: bytes) -> None:
    with pytest.raises(ExchangeUnreadable):
        exchange_outline(raw)
