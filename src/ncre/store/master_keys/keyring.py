"""The master keys: the first derives from the secret, later ones from secrets of their own, in a file beside it.

    2 64-hexadecimal-digits
    3 64-hexadecimal-digits

The last one wraps; all of them open. A running process reads the file again when it changed.
"""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from threading import Lock

from ncre.store.keys import Keys
from ncre.store.outages import DatabaseUnusable


class KeyringUnusable(DatabaseUnusable):
    """The file of master keys cannot be read, or a line of it is none."""


class Keyring:
    """Thread-safe. `file` None: there is no key but the first."""

    def __init__(self, secret: bytes, file: Path | None) -> None:
        self.file = file
        self._secret = secret
        self._lock = Lock()
        self._seen: object = None
        self._keys: Keys | None = None

    def keys(self) -> Keys:
        """The keys as the file has them now. Raises KeyringUnusable."""
        with self._lock:
            seen = self._stamp()
            if self._keys is None or seen != self._seen:
                self._keys, self._seen = Keys.derived_from(self._secret, self._read()), seen
            return self._keys

    def with_another(self) -> tuple[int, bytes]:
        """The number of a new master key, and the content of the file with it. Writes nothing."""
        known = self._read()
        number = max(known, default=1) + 1
        lines = [f"{version} {secret.hex()}\n" for version, secret in sorted(known.items())]
        return number, "".join([*lines, f"{number} {token_hex(32)}\n"]).encode()

    def without(self, number: int) -> bytes:
        """The content of the file without one of its keys. Writes nothing."""
        known = self._read()
        return "".join(
            f"{one} {secret.hex()}\n" for one, secret in sorted(known.items()) if one != number
        ).encode()

    def _stamp(self) -> object:
        try:
            found = self.file.stat() if self.file is not None else None
        except OSError:
            return None
        return found and (found.st_mtime_ns, found.st_size, found.st_ino)

    def _read(self) -> dict[int, bytes]:
        if self.file is None:
            return {}
        try:
            lines = self.file.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise KeyringUnusable(
                f"主密钥文件 {self.file} 读不出 / the file of master keys {self.file} cannot be read ({error})"
            ) from None
        return dict(self._key(line, number) for number, line in enumerate(lines, 1) if line.strip())

    def _key(self, line: str, number: int) -> tuple[int, bytes]:
        version, _, secret = line.strip().partition(" ")
        try:
            found = int(version), bytes.fromhex(secret)
            if found[0] > 1 and len(found[1]) == 32:
                return found
        except ValueError:
            pass
        raise KeyringUnusable(
            f"主密钥文件 {self.file} 第 {number} 行不是密钥，请用它的副本 / line {number} of the file of master keys "
            f"{self.file} is no key; use a copy of it"
        )
