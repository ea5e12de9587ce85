"""backup and restore: the whole installation into a folder, and out of it into an empty place."""

from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ncre.backups.dump import assert_as_dumped, assert_empty_database
from ncre.backups.making import BackupSource, back_up
from ncre.backups.manifest import Manifest
from ncre.backups.restoring import assert_key_opens, put_database_back, put_photos_back, verified
from ncre.bootstrap import Container, build_container
from ncre.cli.common import Misuse, actor, open_container, path_argument
from ncre.config import Misconfigured, Settings, inspect_settings
from ncre.config.secret import keep_secret, read_secret
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.operational.private_files import make_folder, write
from ncre.outside import kept_photos
from ncre.photo.file_store import PhotoNotKept, PhotoStoreUnavailable
from ncre.projections.maintenance.checking import check_against_log
from ncre.store.database import DatabaseUnusable, NotMigrated


def add(commands: Any) -> None:
    backup_ = commands.add_parser("backup", help="database and photos into a folder, while serving")
    backup_.add_argument(
        "--out",
        type=path_argument,
        required=True,
        metavar="FOLDER",
        help="a new folder; an unfinished backup in it goes on",
    )
    backup_.add_argument(
        "--escrow",
        type=path_argument,
        metavar="FILE",
        help="write the secret to this file, which must not be with the backup",
    )
    backup_.set_defaults(run=backup)
    restore_ = commands.add_parser("restore", help="a backup into an empty place, verified")
    restore_.add_argument("folder", type=path_argument, metavar="FOLDER", help="what `ncre backup` made")
    restore_.add_argument(
        "--escrow", type=path_argument, metavar="FILE", help="the file of the secret of this backup"
    )
    restore_.add_argument(
        "--erased",
        type=path_argument,
        metavar="FILE",
        help="the list of erased people (NCRE_TOMBSTONES) of the installation that was lost",
    )
    restore_.add_argument("--check", action="store_true", help="only verify the backup and its secret")
    restore_.set_defaults(run=restore)


def backup(args: Namespace) -> int:
    """Ends with 1 where photos were lost before: they are named, and everything else is in the backup."""
    with open_container() as container:
        if args.actor and actor(container, args).role is not Role.OFFICE:
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        if not args.out.absolute().parent.is_dir():
            parent = args.out.absolute().parent
            raise Misuse(
                f"没有目录 {parent}，路径写对了吗？", f"there is no folder {parent}; is the path right?"
            )
        if args.escrow:
            _write_escrow(args.escrow, args.out, container.settings)
        made = _made(container, args.out)
        container.beats.backed_up()
    part = made.database
    print(
        f"{args.out}: {part.facts} 条事实 / facts, {len(made.photos)} 张照片 / photos"
        + (f", {exam_time_in_words(part.last_fact)}" if part.last_fact else "")
    )
    for digest in made.lost:
        print(f"照片此前已丢失 / lost before: {digest}")
    if not args.escrow:
        print("密钥不在备份中，请另处保管 / the secret is not in the backup: keep it elsewhere (--escrow)")
    return 1 if made.lost else 0


def restore(args: Namespace) -> int:
    """Everything is verified before anything is written; digests of the tables, rows and ledger afterwards.

    Ends with 1 where rows are not what the log says, or the ledger's guard refuses what was put back.
    """
    manifest = verified(args.folder)
    found = inspect_settings(os.environ)
    if found.problems:
        raise Misconfigured(*found.problems)
    secret = _secret(args.escrow, found.settings.secret)
    assert_key_opens(manifest, secret)
    if args.check:
        print(
            f"{args.folder}: {manifest.database.facts} 条事实 / facts, {len(manifest.photos)} 张照片 / photos"
        )
        return 0
    settings = replace(found.settings, secret=secret)
    if args.erased is not None and not args.erased.is_file():
        raise Misuse(f"没有文件 {args.erased}", f"there is no file {args.erased}")
    _restore(args.folder, manifest, settings)
    if found.secret.missing and found.secret.file is not None:
        keep_secret(found.secret.file, secret)
    _note(args, settings)
    _erase_again(settings, args.erased)
    print(
        f"{settings.data}: {manifest.database.facts} 条事实 / facts, {len(manifest.photos)} 张照片 / photos"
    )
    return _looked_over(settings)


def _made(container: Container, folder: Path) -> Manifest:
    settings = container.settings
    source = BackupSource(
        container.database,
        settings.database_url,
        kept_photos(settings),
        container.photo_inspection.digests,
        _release(),
    )
    try:
        return back_up(source, folder.absolute(), container.clock())
    except PhotoStoreUnavailable as error:
        raise Misuse(f"照片存储不能使用：{error}", f"the photo store cannot be used: {error}") from None


def _restore(folder: Path, manifest: Manifest, settings: Settings) -> None:
    """Photos before the database: until the database is there, nothing takes the place for an installation."""
    assert_empty_database(settings.database_url)
    make_folder(settings.data)
    try:
        put_photos_back(folder, manifest, kept_photos(settings))
    except (PhotoStoreUnavailable, PhotoNotKept) as error:
        raise Misuse(f"照片存储不能使用：{error}", f"the photo store cannot be used: {error}") from None
    put_database_back(folder, manifest, settings.database_url)
    restored = build_container(settings)
    try:
        assert_as_dumped(restored.database, manifest.database)
    finally:
        restored.close()


def _erase_again(settings: Settings, other: Path | None) -> None:
    """Whoever was erased after the backup is erased again before anything is served (`Container.assert_ready`)."""
    container = build_container(settings)
    try:
        reapplying, own = container.erasures.reapplying, settings.tombstones
        if other is not None:
            reapplying.take_over(other)
        if not own.exists():
            print(
                f"没有已删除人员的名单（{own}）。备份之后如有删除，请执行 ncre person reapply --list FILE / there is no list "
                f"of erased people ({own}). If anybody was erased after the backup: ncre person reapply --list FILE"
            )
        elif container.database.is_migrated():
            done = reapplying.apply()
            print(f"重新删除 {done} 人 / {done} people were erased again")
        else:
            print("升级之后请执行 ncre person reapply / after the migration run: ncre person reapply")
    finally:
        container.close()


def _note(args: Namespace, settings: Settings) -> None:
    """Beside the database, which is to equal the backup: who restored it, out of what, and why."""
    line = f"{args.folder.absolute()}\t{args.actor or 'shell'}\t{args.why}\n"
    file = settings.data / "restored.txt"
    write(file, (file.read_bytes() if file.exists() else b"") + line.encode())


def _looked_over(settings: Settings) -> int:
    """The rows against the log, and the guards that `serve` asks; 1 where something is wrong, told in words."""
    container = build_container(settings)
    try:
        container.database.assert_migrated()
        handler = container.command_handler
        checked = check_against_log(container.database, handler.store, handler.listeners)
        wrong = checked.differing + checked.damaged
        print(f"核对各行与日志：{wrong} 处不符 / rows checked against the log: {wrong} differences")
        container.assert_ready()
        print("账本完好 / the ledger holds")
    except NotMigrated:
        print(
            "备份来自旧版本，请执行 ncre migrate，然后 ncre projections check / it is of an older release: run ncre migrate, "
            "then ncre projections check"
        )
        return 0
    except DatabaseUnusable as refused:
        print(refused)
        return 1
    finally:
        container.close()
    return 0 if checked.sound else 1


def _secret(escrow: Path | None, own: bytes) -> bytes:
    """Of the escrow file where one is given, else of the settings. Raises Misuse."""
    if escrow is None:
        if own:
            return own
        raise Misuse(
            "没有密钥：请用 --escrow 给出做备份时的密钥文件，备份中没有它",
            "there is no secret: give the file of the backup's own with --escrow; it is not in the backup",
        )
    secret = read_secret(None, escrow)
    if secret.missing or secret.problem:
        raise Misuse(
            f"{escrow} 不是密钥文件（64 位十六进制数字）",
            f"{escrow} is no file of a secret (64 hexadecimal digits)",
        )
    return secret.value


def _write_escrow(file: Path, folder: Path, settings: Settings) -> None:
    """Never where the backup is. Raises Misuse."""
    if file.is_dir() or not file.resolve().parent.is_dir():
        raise Misuse(f"{file} 应为已有目录中的一个文件", f"{file} must be a file in a folder that is there")
    if file.resolve().is_relative_to(folder.resolve()):
        raise Misuse(
            "密钥不能放进备份目录，请另选一处", "the secret must not lie in the backup; choose another place"
        )
    try:
        keep_secret(file, settings.secret)
    except FileExistsError:
        raise Misuse(
            f"{file} 已存在，内容是另一个密钥", f"{file} is there already and holds another secret"
        ) from None


def _release() -> str:
    try:
        return version("ncre")
    except PackageNotFoundError:
        return "unpackaged"
