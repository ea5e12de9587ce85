"""keys: the master keys that wrap the key of each person; checked, rotated, retired."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ncre.bootstrap import Container
from ncre.cli.common import Misuse, open_container
from ncre.operational.private_files import write
from ncre.operational.tombstones import TombstonesDamaged
from ncre.store.keys import master_id
from ncre.store.master_keys.checks import KeyChecks
from ncre.store.master_keys.rotation import KeyRotation
from ncre.store.scrubbing import scrub

SHOWN = 20
"""People whose keys do not open are named up to so many."""


def add(commands: Any) -> None:
    keys = commands.add_parser(
        "keys", help="the keys under which private data are sealed: check, rotate"
    ).add_subparsers(required=True, metavar="WHAT")
    check_ = keys.add_parser("check", help="which master key wraps how many, and whether every key opens")
    check_.set_defaults(run=check)
    new_ = keys.add_parser(
        "new", help="make a new master key, to be copied to every machine before a rotation"
    )
    new_.set_defaults(run=new)
    rotate_ = keys.add_parser("rotate", help="wrap every person's key under a new master key, while serving")
    rotate_.set_defaults(run=rotate)
    retire_ = keys.add_parser("retire", help="take a master key that wraps nothing any more out of the file")
    retire_.add_argument("number", type=int, help="the number of the master key")
    retire_.set_defaults(run=retire)


def check(_: Namespace) -> int:
    """Ends with 1 where a key does not open, or the list of erased people and the database differ."""
    with open_container() as container:
        rotation = KeyRotation(container.database, container.keyring)
        counted, left = rotation.by_master_key(), rotation.left()
        foreign = container.key_checks.foreign()
        problems = _problems_of_the_list(container)
        numbers = _numbers(container)
    for name, number in sorted(counted.items()):
        print(f"{numbers.get(name, name or '-')}: {number}" + ("" if name else " 人已删除 / people erased"))
    if left:
        print(f"{left} 把密钥不在最新的主密钥下 / keys are not under the newest master key: ncre keys rotate")
    for person in foreign[:SHOWN]:
        print(f"{person}: 其密钥打不开 / their key does not open")
    print("\n".join([*problems, f"{len(foreign)} 把打不开 / keys do not open"]))
    return 1 if foreign or problems else 0


def new(_: Namespace) -> None:
    with open_container() as container:
        number = _made(container)
    print(
        f"主密钥 {number} 已写入 {container.keyring.file} / was written. 先把这个文件复制到每台机器，再执行 ncre keys rotate / "
        "copy this file to every machine, then run: ncre keys rotate"
    )


def rotate(_: Namespace) -> int:
    """Goes on where an earlier run was interrupted; else under a new master key. Ends with 1 where a key is left."""
    with open_container() as container:
        rotation = KeyRotation(container.database, container.keyring)
        waiting = rotation.left()
        if not waiting:
            number = _made(container)
            print(f"主密钥 {number} / master key {number}: {container.keyring.file}")
            waiting = rotation.left()
        with tqdm(total=waiting, unit="把", disable=None) as bar:
            done = sum(bar.update(count) or count for count in rotation.rotate())
        left, problem = rotation.left(), scrub(container.database, ["person_keys"])
    print(f"{done} 把密钥已改由新主密钥保护 / keys were wrapped anew; {left} 把未改 / left")
    for person in rotation.unopened[:SHOWN]:
        print(f"{person}: 其密钥打不开 / their key does not open")
    if problem:
        print(f"旧的密钥数据尚未清除 / bytes of the old ones are left: {problem}")
    return 1 if left else 0


def retire(args: Namespace) -> None:
    with open_container() as container:
        keyring = container.keyring
        known = _numbers(container)
        name = next((one for one, number in known.items() if number == str(args.number)), None)
        if args.number < 2 or name is None:
            raise Misuse(
                f"没有可以停用的主密钥 {args.number} / there is no master key {args.number} to retire"
            )
        if (
            name == keyring.keys().master_id.hex()
            or KeyRotation(container.database, keyring).by_master_key()[name]
        ):
            raise Misuse(
                f"主密钥 {args.number} 还在使用，请先执行 ncre keys rotate / the master key {args.number} is in use; "
                "run: ncre keys rotate"
            )
        container.key_checks.retire(args.number)
        _write(_file(container), keyring.without(args.number))
    print(
        f"主密钥 {args.number} 已停用；早于现在的备份仍需要它 / was retired; backups from before still need it"
    )


def _made(container: Container) -> int:
    """A new master key in the file, and its check value with the data, before anything is wrapped by it."""
    number, content = container.keyring.with_another()
    _write(_file(container), content)
    KeyChecks(container.database, container.keyring.keys()).record()
    return number


def _write(file: Path, content: bytes) -> None:
    """On the disk, folder entry included, before anything is wrapped by what is in it. Raises OSError."""
    write(file, content)
    for place in (file, file.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _file(container: Container) -> Path:
    if container.keyring.file is None:
        raise Misuse(
            "请用 NCRE_MASTER_KEYS 写明主密钥文件 / say with NCRE_MASTER_KEYS in which file master keys stand"
        )
    return container.keyring.file


def _numbers(container: Container) -> dict[str, str]:
    """The numbers of the master keys by their ids."""
    keys = container.keyring.keys()
    known = sorted(number for purpose, number in keys.checks if purpose == "master")
    ids = [master_id(one).hex() for one in (*keys.earlier_masters, keys.master)]
    return dict(zip(ids, map(str, known), strict=True))


def _problems_of_the_list(container: Container) -> list[str]:
    try:
        missing = container.erasures.reapplying.missing()
    except (TombstonesDamaged, OSError) as damaged:
        return [str(damaged)]
    return [
        f"{one}: 已删除名单上有，数据库中没有 / on the list of the erased, not erased here" for one in missing
    ]
