"""How an installation begins: its folder and secret are made for an empty database; what is open to others is told."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, make_url

from ncre.config import Settings, begin, read_settings
from ncre.config.secret import make_secret
from ncre.ledger import checkpoints
from ncre.operational.private_files import open_to_others
from ncre.store.database import Database
from ncre.store.master_keys import checks

if TYPE_CHECKING:
    from ncre.services.photo.inspection import PhotoInspection

CLOSED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""What a folder answers in which nothing may be made."""


def new_installation(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings, with data folder, secret and the ledger's key made where this is the beginning. Raises Misconfigured.

    Where secrets are given to a container, its folder of secrets is closed: then whoever gave them gives the key too,
    to the worker that seals alone.
    """
    settings = begin(_is_empty, environment)
    file = settings.ledger.key_file
    if settings.ledger.seed is not None or file is None or _was_sealed(settings.database_url):
        return settings
    try:
        make_secret(file)
    except OSError as error:
        if error.errno not in CLOSED:
            raise
        _tell_of_the_key(file)
        return settings
    return read_settings(environment)


def _tell_of_the_key(file: Path) -> None:
    """Say on standard error who needs the key that could not be made."""
    print(
        f"ncre: 日志的签名密钥无法写入 {file.parent}：请执行 openssl rand -hex 32 生成密钥文件，"
        "并只在负责封存的后台进程上用 NCRE_LEDGER_KEY_FILE 指定 / "
        f"the key that signs the log cannot be written to {file.parent}: make its file with openssl rand -hex 32, "
        "and name it by NCRE_LEDGER_KEY_FILE for the worker that seals, and for no other process",
        file=sys.stderr,
    )


def warn_of_open_files(settings: Settings) -> None:
    """Say on standard error what others on this machine can read."""
    if paths := " ".join(str(path) for path in open_files(settings)):
        print(
            f"ncre: 别人可以读取 {paths}：请执行 chmod -R go-rwx {paths} / "
            f"others can read {paths}: run chmod -R go-rwx {paths}",
            file=sys.stderr,
        )


def warn_of_lost_photos(inspection: PhotoInspection) -> None:
    """Say on standard error that photos are missing, as after a restoration of the database alone."""
    lost, looked = inspection.newest_lost()
    if lost:
        print(
            f"ncre: 最近的 {looked} 张照片缺 {lost} 张，照片没有恢复？请执行 ncre photos verify --from 备份的 photos 目录 / "
            f"{lost} of the newest {looked} photos are missing; were photos not restored? run: ncre photos verify --from "
            "the photos folder of the backup",
            file=sys.stderr,
        )


def open_files(settings: Settings) -> list[Path]:
    """The data folder, else nothing in it matters; a SQLite file only where its folder is open too."""
    found = open_to_others([settings.data])
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        file = Path(url.database).absolute()
        if open_to_others([file.parent]):
            found += open_to_others([file, *(Path(f"{file}{end}") for end in ("-wal", "-shm"))])
    return found


def _is_empty(url: str) -> bool:
    database = Database(url)
    try:
        return checks.is_empty(database)
    finally:
        database.close()


def _was_sealed(url: str) -> bool:
    """Whether the log has a key already; then no other may take its place by itself."""
    database = Database(url)
    try:
        if not database.exists():
            return False
        with database.reading() as connection:
            return inspect(connection).has_table("ledger_keys") and bool(checkpoints.keys(connection))
    finally:
        database.close()
