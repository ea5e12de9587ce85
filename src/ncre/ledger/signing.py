"""The keys that sign: notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ncre.ledger.verifier import WITNESS_KEY, SignedNote, VerificationFailed, VerifierKey

LONGEST_NAME: Final = 200
"""Characters of the name of a log or a witness, as its key and its lines are stored."""


@dataclass(frozen=True)
class NoteSigner:
    """A private key under the name of its log (algorithm 1) or witness (algorithm 4)."""

    verifier: VerifierKey
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, name: str, seed: bytes, algorithm: int = 1) -> Self:
        """Raises ValueError for a seed of another length, or a name that cannot stand in a note."""
        if not 0 < len(name) <= LONGEST_NAME or any(one.isspace() or one == "+" for one in name):
            raise ValueError(f"{name!r} cannot name a key: 1 to 200 characters, no spaces, no plus sign")
        private = Ed25519PrivateKey.from_private_bytes(seed)
        raw = bytes([algorithm]) + private.public_key().public_bytes_raw()
        id_ = sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
        return cls(VerifierKey.read(f"{name}+{id_}+{b64encode(raw).decode()}"), private)

    def signed(self, text: str) -> str:
        """The text as a signed note."""
        return f"{text}\n{self.signature(text)}"

    def signature(self, text: str) -> str:
        """The line of a signature over the text of a note."""
        return self._line(self.private.sign(text.encode()))

    def cosignature(self, text: str, seconds: int) -> str:
        """The line of a witness over a checkpoint that it saw at this moment (seconds since 1970)."""
        if self.verifier.algorithm != WITNESS_KEY:
            raise ValueError("only a witness cosigns")
        signature = self.private.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        return self._line(seconds.to_bytes(8, "big") + signature)

    def _line(self, signature: bytes) -> str:
        return f"— {self.verifier.name} {b64encode(self.verifier.id + signature).decode()}\n"


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n"


def with_lines(note: str, lines: list[str]) -> str:
    """A signed note with further signatures."""
    return note + "".join(lines)


def cosigned_by(line: str, text: str, witnesses: list[VerifierKey]) -> VerifierKey | None:
    """The witness whose cosignature of a checkpoint this line is; None where it is nobody's."""
    for witness in witnesses:
        try:
            if SignedNote.read(f"{text}\n{line}").signed_by(witness):
                return witness
        except (ValueError, VerificationFailed):
            continue
    return None
