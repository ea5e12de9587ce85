"""photos verify: the files of photos against the photos that facts name."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from typing import Any, Final

from ncre.cli.common import Misuse, open_container, path_argument
from ncre.photo.file_store import PhotoFolder, PhotoNotKept, PhotoStoreUnavailable
from ncre.services.photo.inspection import Inspection, Named

AGE: Final = timedelta(days=1)
"""Since when a file that no fact names must lie here before it goes: an upload under way is named in a second."""


def add(commands: Any) -> None:
    photos = commands.add_parser("photos", help="the kept photos of an installation")
    what = photos.add_subparsers(required=True, metavar="WHAT")
    verify_ = what.add_parser(
        "verify", help="find damaged, missing and orphan files; exit code 1 where photos are lost"
    )
    verify_.add_argument(
        "--from", dest="backups", type=path_argument, action="append", default=[], metavar="FOLDER",
        help="a copy of the photo folder, from which lost files are put back",
    )  # fmt: skip
    verify_.add_argument("--keep", action="store_true", help="name orphan files, remove none")
    verify_.set_defaults(run=verify)


def verify(args: Namespace) -> int:
    for folder in args.backups:
        if not folder.is_dir():
            raise Misuse(f"{folder} 不是文件夹 / {folder} is not a folder")
    with open_container() as container:
        try:
            found = container.photo_inspection.inspect(
                container.clock() - AGE, [PhotoFolder(folder) for folder in args.backups], not args.keep
            )
        except (PhotoStoreUnavailable, PhotoNotKept) as error:
            raise Misuse(f"照片存储不能使用 / the photo store cannot be used: {error}") from None
    for line in _lines(found, args.keep):
        print(line)
    return 1 if found.lost or found.newer else 0


def _lines(found: Inspection, kept: bool) -> list[str]:
    orphans = "孤立文件 / orphan" if kept else "已删除孤立文件 / orphan removed"
    return [
        *(f"已修复 / put back: {_named(one)}" for one in found.repaired),
        *(f"损坏 / damaged: {_named(one)}" for one in found.damaged),
        *(f"丢失 / missing: {_named(one)}" for one in found.missing),
        *(f"{orphans}: {name}" for name in found.swept),
        *_older(found),
        f"完好 / whole {found.whole}, 已修复 / put back {len(found.repaired)}, 损坏 / damaged {len(found.damaged)}, "
        f"丢失 / missing {len(found.missing)}, 孤立 / orphans {len(found.swept)}, "
        f"一天内的孤立文件 / orphans of less than a day {found.waiting}",
    ]


def _older(found: Inspection) -> list[str]:
    """That the database seems to be an older one than the photos, as after half a restoration."""
    if not found.newer:
        return []
    count = len(found.newer)
    return [
        f"有 {count} 张照片晚于数据库中最新的事实，没有删除：数据库可能是较早的备份 / {count} photos are newer than the newest "
        "fact and were kept: the database may be of an older backup"
    ]


def _named(one: Named) -> str:
    what = (
        "考生登录后会被请重新上传，审核不能通过 / the candidate is asked for another, approval is refused"
        if one.current
        else "以前的照片，只影响历史 / an earlier photo, of the history alone"
    )
    return f"{one.number or one.registration} {one.digest[:12]} ({what})"
