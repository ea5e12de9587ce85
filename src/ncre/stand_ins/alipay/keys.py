"""Key pairs that lie in a folder and are made where they are missing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ncre.operational.private_files import make_folder


@dataclass(frozen=True)
class KeyPair:
    """A pair of RSA keys as PEM."""

    private: str = field(repr=False)
    public: str


def keys_in(folder: Path, name: str) -> KeyPair:
    """The pair of this name, made on first use and readable by this user alone."""
    file = folder / f"{name}.pem"
    make_folder(folder)
    if not file.exists():
        key = generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        fresh = file.with_suffix(".fresh")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(pem)
        os.replace(fresh, file)
    private = file.read_text()
    public = load_pem_private_key(private.encode(), None).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private, pem.decode())
