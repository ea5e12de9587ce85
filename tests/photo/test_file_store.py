"""Photos lie under the hash of their bytes, whole and on the disk, or not at all."""

from __future__ import annotations

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from ncre.photo.file_store import PhotoDamaged, PhotoFolder, PhotoMissing, PhotoNotKept, PhotoStoreUnavailable

BYTES = b"the sealed bytes of a photo"
DIGEST = sha256(BYTES).hexdigest()


def place(root: Path) -> Path:
    return root / DIGEST[:2] / DIGEST[2:4] / DIGEST


def test_what_is_put_is_got_back_under_its_hash(tmp_path: Path) -> None:
    folder = PhotoFolder(tmp_path)
    assert folder.put(BYTES) == DIGEST
    assert folder.get(DIGEST) == BYTES
    assert place(tmp_path).read_bytes() == BYTES


def test_putting_again_changes_nothing_and_leaves_nothing_over(tmp_path: Path) -> None:
    folder = PhotoFolder(tmp_path)
    folder.put(BYTES)
    before = place(tmp_path).stat()
    assert folder.put(BYTES) == DIGEST
    after = place(tmp_path).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [place(tmp_path)]


def test_a_photo_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(PhotoMissing):
        PhotoFolder(tmp_path).get(DIGEST)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", DIGEST.upper(), DIGEST + "\n", DIGEST[:-1]])
def test_nothing_but_a_digest_reaches_the_disk(tmp_path: Path, digest: str) -> None:
    PhotoFolder(tmp_path).put(BYTES)
    with pytest.raises(PhotoMissing):
        PhotoFolder(tmp_path).get(digest)


def test_a_damaged_photo_is_not_handed_out_and_putting_it_again_mends_it(tmp_path: Path) -> None:
    folder = PhotoFolder(tmp_path)
    folder.put(BYTES)
    place(tmp_path).write_bytes(BYTES[:-1])
    with pytest.raises(PhotoDamaged):
        folder.get(DIGEST)
    folder.put(BYTES)
    assert folder.get(DIGEST) == BYTES


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PhotoNotKept, match="No space"):
        PhotoFolder(tmp_path).put(BYTES)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_file_and_folders_are_on_the_disk_before_the_digest_is_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    real = os.fsync

    def watched(handle: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)
    PhotoFolder(tmp_path).put(BYTES)
    folders = [place(tmp_path).parent, place(tmp_path).parent.parent, tmp_path]
    assert synced[1:] == [str(folder) for folder in folders]
    assert Path(synced[0]).parent == place(tmp_path).parent, "the file itself comes first"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_a_folder_that_takes_nothing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "mkdir", refuses)
    with pytest.raises(PhotoNotKept, match=os.strerror(code)):
        PhotoFolder(tmp_path).put(BYTES)


def test_a_folder_that_is_not_mounted_loses_no_photo(tmp_path: Path) -> None:
    with pytest.raises(PhotoStoreUnavailable, match="mounted"):
        PhotoFolder(tmp_path / "elsewhere").get(DIGEST)


@pytest.mark.parametrize(
    ("code", "fault"), [(errno.EIO, PhotoDamaged), (errno.EMFILE, PhotoStoreUnavailable)]
)
def test_a_bad_sector_is_a_damaged_photo_and_a_store_in_trouble_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, fault: type[Exception]
) -> None:
    folder = PhotoFolder(tmp_path)
    folder.put(BYTES)

    def unreadable(_: Path) -> bytes:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    with pytest.raises(fault):
        folder.check(DIGEST)


def test_every_file_is_listed_with_the_digest_whose_place_it_has(tmp_path: Path) -> None:
    folder = PhotoFolder(tmp_path)
    folder.put(BYTES)
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / DIGEST).write_bytes(BYTES)
    found = {file.name: file.digest for file in folder.files()}
    assert found == {f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}": DIGEST, f"ab/{DIGEST}": ""}
    assert folder.read(f"ab/{DIGEST}") == BYTES
    folder.remove(f"ab/{DIGEST}")
    assert [file.digest for file in folder.files()] == [DIGEST]
