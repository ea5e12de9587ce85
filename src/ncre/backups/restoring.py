"""Puts a backup back into an empty place, after every file of it was compared with the manifest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ncre.backups import dump
from ncre.backups.manifest import Manifest, finished, photo_file, sum_of
from ncre.backups.problems import BackupUnusable
from ncre.photo.file_store import PhotoStore
from ncre.store.keys import Keys


def verified(folder: Path) -> Manifest:
    """The manifest, after every file was read and summed.

    Raises BackupUnusable naming what is missing or damaged.
    """
    manifest = finished(folder)
    _assert_database(folder, manifest)
    _assert_photos(folder, manifest)
    return manifest


def assert_key_opens(manifest: Manifest, secret: bytes) -> None:
    """Raises BackupUnusable where the secret is not the one under which the backup was sealed."""
    mine = {
        f"{purpose}:{version}": value
        for (purpose, version), value in Keys.derived_from(secret).checks.items()
    }
    wanted = manifest.database.key_checks
    if wanted and any(mine.get(name, value) != value for name, value in wanted.items()):
        raise BackupUnusable(
            "密钥不是这份备份的：请用 --escrow 给出做备份时的密钥文件",
            "the secret is not the one of this backup: give the file of its own with --escrow",
        )


def put_photos_back(folder: Path, manifest: Manifest, store: PhotoStore) -> None:
    """Those that are there already stay as they are: a restoration that was interrupted goes on.

    Raises PhotoStoreUnavailable, PhotoNotKept, OSError.
    """
    for digest in manifest.photos:
        store.put(photo_file(folder, digest).read_bytes())


def put_database_back(folder: Path, manifest: Manifest, url: str) -> None:
    """Raises BackupUnusable where the place is not empty."""
    dump.assert_empty_database(url)
    dump.put_back(manifest.database, folder, url)


def _assert_database(folder: Path, manifest: Manifest) -> None:
    part = manifest.database
    file = folder / part.file
    if not file.is_file():
        raise BackupUnusable(f"备份缺数据库文件 {file}", f"the backup lacks its database, {file}")
    if (file.stat().st_size, sum_of(file)) != (part.size, part.sha256):
        raise BackupUnusable(
            f"{file} 不是清单中的数据库：已损坏，或是另一个（例如更早的）备份的",
            f"{file} is not the database of the manifest: it is damaged, or of another (perhaps older) backup",
        )


def _assert_photos(folder: Path, manifest: Manifest) -> None:
    missing = [digest for digest in manifest.photos if not photo_file(folder, digest).is_file()]
    if missing:
        raise BackupUnusable(
            f"备份缺 {len(missing)} / {len(manifest.photos)} 张照片：{_named(missing)}（{folder / 'photos'}）",
            f"the backup lacks {len(missing)} of {len(manifest.photos)} photos: {_named(missing)} ({folder / 'photos'})",
        )
    damaged = [digest for digest in manifest.photos if sum_of(photo_file(folder, digest)) != digest]
    if damaged:
        raise BackupUnusable(
            f"备份中 {len(damaged)} 张照片已损坏：{_named(damaged)}",
            f"{len(damaged)} photos of the backup are damaged: {_named(damaged)}",
        )


def _named(digests: Iterable[str]) -> str:
    """The first few."""
    first = [digest[:12] for digest in digests]
    return ", ".join(first[:3]) + (" …" if len(first) > 3 else "")
