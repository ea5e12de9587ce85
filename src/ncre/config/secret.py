"""The secret from which every key derives: where it lies, how it is read, and how a new one is made."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Final

from ncre.config.environment import problem_of_variable
from ncre.operational.private_files import make_folder

LENGTH: Final = 32
"""Bytes of a secret; 64 hexadecimal digits."""

LEAST_DISTINCT: Final = 20
"""Different bytes among 32, and different steps between neighbours: fewer happens by chance once in 10^8."""

NAME: Final = "secret.key"
MASTER_KEYS: Final = "master.keys"
"""Beside the secret: the master secrets after the first, which derives from the secret itself."""


@dataclass(frozen=True)
class SecretFile:
    """The secret, b"" where there is none or an unusable one, and the file it is (or would be) in.

    `file` is None where the variable itself holds it.
    """

    value: bytes = field(repr=False)
    file: Path | None
    problem: str = ""

    @property
    def missing(self) -> bool:
        return not self.value and not self.problem


def default_file(data: Path, production: bool, home: str, config_home: str) -> Path | None:
    """Beside the demo's database; else in the user's own configuration, away from the data. None without a home."""
    if not production:
        return data / NAME
    if config_home or home:
        return Path(config_home or Path(home) / ".config") / "ncre" / NAME
    return None


def read_secret(given: str | None, file: Path | None) -> SecretFile:
    """From the variable where it is set, else from the file."""
    if given is not None:
        return _parsed(given, None)
    if file is None:
        zh, en = "须设置（没有用户主目录）", "must be set: this user has no home folder"
        return SecretFile(b"", None, problem_of_variable("NCRE_SECRET_FILE", zh, en))
    try:
        return _parsed(file.read_text(encoding="ascii"), file)
    except FileNotFoundError:
        return SecretFile(b"", file)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not ASCII"
        return SecretFile(
            b"",
            file,
            problem_of_variable(
                "NCRE_SECRET_FILE", f"{file} 读不出（{why}）", f"{file} cannot be read ({why})"
            ),
        )


def _parsed(text: str, file: Path | None) -> SecretFile:
    try:
        value = bytes.fromhex(text.strip())
    except ValueError:
        value = b""
    if len(value) == LENGTH:
        return SecretFile(value, file)
    name, where = ("NCRE_SECRET_FILE", f"{file}: ") if file else ("NCRE_SECRET", "")
    return SecretFile(
        b"",
        file,
        problem_of_variable(name, f"{where}应为 64 位十六进制数字", f"{where}must be 64 hexadecimal digits"),
    )


def make_secret(file: Path) -> None:
    """A new secret, for this user alone; one that another process just made stays."""
    _write_new(file, token_hex(LENGTH))


def keep_secret(file: Path, value: bytes) -> None:
    """This secret in a file for this user alone. Raises FileExistsError where another one is in it."""
    _write_new(file, value.hex())
    if read_secret(None, file).value != value:
        raise FileExistsError(str(file))


def _write_new(file: Path, digits: str) -> None:
    """Whole or not at all; a file that is there stays as it is."""
    make_folder(file.parent)
    fresh = file.with_name(f".{file.name}.{token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(digits + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        with suppress(FileExistsError):
            os.link(fresh, file)
    finally:
        fresh.unlink()


def is_weak(secret: bytes) -> bool:
    """Whether it cannot have come from a random source: repeated, counted up, or typed as words."""
    steps = {(after - before) % 256 for before, after in zip(secret, secret[1:], strict=False)}
    printable = all(32 <= byte < 127 for byte in secret)
    return len(set(secret)) < LEAST_DISTINCT or len(steps) < LEAST_DISTINCT or printable
