"""The one list of what a backup holds: written last, so that a backup without it is not finished."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from ncre.backups.problems import BackupUnusable
from ncre.operational.private_files import write

NAME: Final = "manifest.json"
UNFINISHED: Final = "unfinished.json"
"""What is whole so far while a backup is being made; the next run goes on from it."""

FORMAT: Final = 1


class DatabasePart(msgspec.Struct, frozen=True):
    """The database at one moment: its file here, the revision of its schema, and what its tables held."""

    kind: str
    file: str
    size: int
    sha256: str
    schema: str
    facts: int
    last_fact: datetime | None
    tables: dict[str, str]
    key_checks: dict[str, str]


class Manifest(msgspec.Struct, frozen=True):
    """`photos` are digests, each the name and the SHA-256 of one file; `lost` were lost before this backup."""

    format: int
    release: str
    begun_at: datetime
    database: DatabasePart
    photos: list[str] = []
    lost: list[str] = []


def photo_file(folder: Path, digest: str) -> Path:
    """Where a photo lies in a backup: as in the data folder."""
    return folder / "photos" / digest[:2] / digest[2:4] / digest


def save(folder: Path, name: str, manifest: Manifest) -> None:
    """Raises OSError."""
    write(folder / name, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def load(folder: Path, name: str) -> Manifest | None:
    """None where there is none. Raises BackupUnusable where it cannot be read."""
    try:
        manifest = msgspec.json.decode((folder / name).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupUnusable(
            f"{folder / name} 读不了（{error}），请用另一份备份",
            f"{folder / name} cannot be read ({error}); use another backup",
        ) from None
    if manifest.format > FORMAT:
        raise BackupUnusable(
            f"{folder} 是更新版本的 ncre（{manifest.release}）做的备份，请用那个版本恢复",
            f"{folder} was made by a newer ncre ({manifest.release}); restore it with that release",
        )
    return manifest


def finished(folder: Path) -> Manifest:
    """The manifest of a finished backup. Raises BackupUnusable."""
    if (manifest := load(folder, NAME)) is not None:
        return manifest
    if (folder / UNFINISHED).exists():
        raise BackupUnusable(
            f"{folder} 中的备份没有做完，请先用 ncre backup --out {folder} 做完",
            f"the backup in {folder} is not finished; finish it with: ncre backup --out {folder}",
        )
    raise BackupUnusable(
        f"{folder} 中没有备份（缺 {NAME}）", f"there is no backup in {folder} ({NAME} is missing)"
    )


def sum_of(file: Path) -> str:
    """Its SHA-256. Raises OSError."""
    summed = sha256()
    with file.open("rb") as data:
        while portion := data.read(1 << 20):
            summed.update(portion)
    return summed.hexdigest()
