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
}
"""What each key is derived with, by version from 1 on; the last is in use, earlier ones are for reading."""


@dataclass(frozen=True)
class Keys:
    """What the installation keeps secret, all of it from one secret, each key independent of the others.

    `master` wraps persons' keys, `pepper` keys the document index alone, `stamp` is the seed of the Ed25519
    key that signs the codes on the papers, `session` signs cookies, `work` the captcha's proof of work, `sign_on`
    the tokens of sign-ons that were begun elsewhere, `webhook` makes the keys that sign deliveries.
    `checks` are values that tell another secret or key, by purpose and version; they reveal nothing of the keys.
    """

    master: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    stamp: bytes = field(repr=False)
    session: bytes = field(repr=False)
    work: bytes = field(repr=False)
    sign_on: bytes = field(repr=False)
    webhook: bytes = field(repr=False)
    checks: Mapping[tuple[str, int], str] = field(repr=False)

    @classmethod
    def derived_from(cls, secret: bytes) -> Self:
        """Every key from one secret of 32 bytes (HKDF-SHA256). Raises ValueError for another length."""
        if len(secret) != 32:
            raise ValueError(f"the secret must have 32 bytes, not {len(secret)}")
        keys = {purpose: _derived(secret, labels[-1]) for purpose, labels in LABELS.items()}
        checks = {(purpose, len(LABELS[purpose])): _check_value(key) for purpose, key in keys.items()}
        checks["secret", 1] = _check_value(_derived(secret, b"ncre check of the secret"))
        return cls(**keys, checks=checks)

    @property
    def master_id(self) -> bytes:
        """Names the master key in what it wrapped."""
        return bytes.fromhex(_check_value(self.master))[:KEY_ID]


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret)


def _check_value(key: bytes) -> str:
    return hmac.new(key, b"ncre check value", sha256).hexdigest()


def blind_index(pepper: bytes, kind: str, value: str) -> str:
    """The keyed hash (hex) under which a private value is looked up; without the pepper it tells nothing."""
    return hmac.new(pepper, f"{kind}\0{value}".encode(), sha256).hexdigest()
