"""A file sealed in pieces under a key of its own: pieces cannot be left out, exchanged or taken from another file."""

from __future__ import annotations

import os
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ncre.store.sealing import FieldSealer

KEY: Final = 32


class FileBox:
    """Seals and opens the pieces of one file by their numbers from 0 on."""

    def __init__(self, key: bytes, name: UUID) -> None:
        self._key = AESGCM(key)
        self._name = name

    @staticmethod
    def fresh_key() -> bytes:
        return os.urandom(KEY)

    def seal(self, number: int, piece: bytes) -> bytes:
        return FieldSealer.seal_bytes(self._key, piece, self._aad(number))

    def open(self, number: int, box: bytes) -> bytes:
        """Raises CiphertextForged."""
        return FieldSealer.open_bytes(self._key, box, self._aad(number))

    def _aad(self, number: int) -> bytes:
        return f"file|{self._name}|{number}".encode()
