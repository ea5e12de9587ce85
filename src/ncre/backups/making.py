"""Makes a backup: database, then photos, then the manifest that names both. An interrupted one goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from ncre.backups import manifest as manifests
from ncre.backups.dump import dump
from ncre.backups.manifest import NAME, UNFINISHED, Manifest, photo_file
from ncre.backups.problems import BackupUnusable
from ncre.operational.private_files import write
from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoStore
from ncre.store.database import Database


@dataclass(frozen=True)
class BackupSource:
    """What is backed up. `photos` tells the digests that facts name, asked after the database was dumped."""

    database: Database
    url: str
    store: PhotoStore
    photos: Callable[[], Iterable[str]]
    release: str


def back_up(source: BackupSource, folder: Path, now: datetime) -> Manifest:
    """A photo is kept before a fact names it; so every photo that the dumped facts name is among those copied after.

    Raises BackupUnusable where the folder holds a finished backup or something else, PhotoStoreUnavailable, OSError.
    """
    begun = _begun(source, folder, now)
    digests = sorted(set(source.photos()))
    lost = [digest for digest in digests if not _copied(source.store, digest, photo_file(folder, digest))]
    kept = sorted(set(digests) - set(lost))
    finished = msgspec.structs.replace(begun, photos=kept, lost=lost)
    manifests.save(folder, NAME, finished)
    (folder / UNFINISHED).unlink(missing_ok=True)
    return finished


def _begun(source: BackupSource, folder: Path, now: datetime) -> Manifest:
    """The manifest so far, of an earlier run where its database is whole; else of a database dumped now."""
    if (folder / NAME).exists():
        raise BackupUnusable(
            f"{folder} 中已有一份做完的备份，请另选一个目录",
            f"{folder} holds a finished backup already; choose another folder",
        )
    before = manifests.load(folder, UNFINISHED)
    if before is None and folder.is_dir() and any(folder.iterdir()) and not _is_half_dumped(folder):
        raise BackupUnusable(
            f"{folder} 不是空目录，请另选一个", f"{folder} is not empty; choose another folder"
        )
    if before is not None and _is_whole(folder, before):
        return before
    begun = Manifest(manifests.FORMAT, source.release, now, dump(source.database, source.url, folder))
    manifests.save(folder, UNFINISHED, begun)
    return begun


def _is_half_dumped(folder: Path) -> bool:
    """Whether all that is there is a database whose dump was interrupted."""
    return all(file.name.startswith(("ncre.sqlite", "ncre.pgdump")) for file in folder.iterdir())


def _is_whole(folder: Path, before: Manifest) -> bool:
    file = folder / before.database.file
    return file.is_file() and manifests.sum_of(file) == before.database.sha256


def _copied(store: PhotoStore, digest: str, file: Path) -> bool:
    """False where the store has lost it. What lies whole in the backup is not read again from the store."""
    if file.is_file() and manifests.sum_of(file) == digest:
        return True
    try:
        data = store.get(digest)
    except (PhotoMissing, PhotoDamaged):
        return False
    if sha256(data).hexdigest() != digest:
        return False
    write(file, data)
    return True
