"""The keys of an installation, all derived from its one secret, and the keyed hashes made with one of them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_ID: Final = 4
"""Bytes that name the master key inside a wrapped key."""

LABELS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "master": (b"ncre master key",),
    "pepper": (b"ncre pepper",),
    "stamp": (b"ncre printed codes",),
    "session": (b"ncre session cookies 1",),
    "work": (b"ncre captcha work 1",),
    "sign_on": (b"ncre sign-on begun 1",),
    "webhook": (b"ncre webhook signatures 1",),
    "letter": (b"ncre letters 1",),
}
"""What each key is derived with, by version from 1 on; the last is in use, earlier ones are for reading."""


@dataclass(frozen=True)
class Keys:
    """What the installation keeps secret, all of it from one secret, each key independent of the others.

    `master` wraps persons' keys, `pepper` keys the document index alone, `stamp` is the seed of the Ed25519
    key that signs the codes on the papers, `session` signs cookies, `work` the captcha's proof of work, `sign_on`
    the tokens of sign-ons that were begun elsewhere, `webhook` makes the keys that sign deliveries,
    `letter` signs what letters carry: where they come back to, and how they are switched off.
    `checks` are values that tell another secret or key, by purpose and version; they reveal nothing of the keys.
    """

    master: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    stamp: bytes = field(repr=False)
    session: bytes = field(repr=False)
    work: bytes = field(repr=False)
    sign_on: bytes = field(repr=False)
    webhook: bytes = field(repr=False)
    letter: bytes = field(repr=False)
    checks: Mapping[tuple[str, int], str] = field(repr=False)
    earlier_masters: tuple[bytes, ...] = field(default=(), repr=False)
    """Master keys before the one in use, the first one first: they only open."""

    @classmethod
    def derived_from(cls, secret: bytes, later_masters: Mapping[int, bytes] | None = None) -> Self:
        """Every key from one secret of 32 bytes (HKDF-SHA256). Raises ValueError for another length.

        `later_masters` are secrets of master keys that came after the first, by their numbers from 2 on.
        """
        secrets = dict(sorted((later_masters or {}).items()))
        for one in (secret, *secrets.values()):
            if len(one) != 32:
                raise ValueError(f"the secret must have 32 bytes, not {len(one)}")
        keys = {purpose: _derived(secret, labels[-1]) for purpose, labels in LABELS.items()}
        checks = {(purpose, len(LABELS[purpose])): _check_value(key) for purpose, key in keys.items()}
        checks["secret", 1] = _check_value(_derived(secret, b"ncre check of the secret"))
        later = {number: _derived(one, LABELS["master"][-1]) for number, one in secrets.items()}
        checks |= {("master", number): _check_value(key) for number, key in later.items()}
        *earlier, keys["master"] = keys["master"], *later.values()
        return cls(**keys, checks=checks, earlier_masters=tuple(earlier))

    @property
    def master_id(self) -> bytes:
        """Names the master key in what it wrapped."""
        return master_id(self.master)

    @property
    def first_master(self) -> bytes:
        """The one that derives from the secret; what carries no id was wrapped by it."""
        return (*self.earlier_masters, self.master)[0]


def master_id(key: bytes) -> bytes:
    return bytes.fromhex(_check_value(key))[:KEY_ID]


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret)


def _check_value(key: bytes) -> str:
    return hmac.new(key, b"ncre check value", sha256).hexdigest()


def blind_index(pepper: bytes, kind: str, value: str) -> str:
    """The keyed hash (hex) under which a private value is looked up; without the pepper it tells nothing."""
    return hmac.digest(pepper, f"{kind}\0{value}".encode(), "sha256").hex()
