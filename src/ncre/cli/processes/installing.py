"""How an installation begins: its folder and secret are made for an empty database; what is open to others is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, make_url

from ncre.config import Settings, begin, read_settings
from ncre.config.secret import make_secret
from ncre.ledger import checkpoints
from ncre.operational.private_files import open_to_others
from ncre.store.database import Database
from ncre.store.master_keys import checks

if TYPE_CHECKING:
    from ncre.services.photo.inspection import PhotoInspection


def new_installation(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings, with data folder, secret and the ledger's key made where this is the beginning. Raises Misconfigured."""
    settings = begin(_is_empty, environment)
    file = settings.ledger.key_file
    if settings.ledger.seed is not None or file is None or _was_sealed(settings.database_url):
        return settings
    make_secret(file)
    return read_settings(environment)


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
