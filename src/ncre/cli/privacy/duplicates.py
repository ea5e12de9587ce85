"""duplicates: the files by which provinces find people who registered in several of them."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.cli.common import Misuse, actor, add_actor, open_container, path_argument, write_out
from ncre.handlers.command_handler import Act


def add(commands: Any) -> None:
    group = commands.add_parser(
        "duplicates", help="people who registered in several provinces: a file out, files in"
    ).add_subparsers(required=True, metavar="WHAT")
    export_ = group.add_parser("export", help="write the file for other provinces")
    export_.add_argument("file", type=path_argument, help="the file of the exchange")
    export_.add_argument(
        "--province", metavar="NN", help="two digits; left out where our sites are of one province"
    )
    add_actor(export_)
    export_.set_defaults(run=export)
    import_ = group.add_parser(
        "import", help="read the file of another province; 1 where duplicates were newly found"
    )
    import_.add_argument("file", type=path_argument, help="the file of the exchange")
    add_actor(import_)
    import_.set_defaults(run=import_file)


def export(args: Namespace) -> None:
    with open_container() as container:
        by = actor(container, args)
        provinces = container.duplicates.provinces()
        if args.province is None and len(provinces) != 1:
            known = "、".join(provinces)
            raise Misuse(f"请用 --province 指定省：{known}", f"say which province with --province: {known}")
        data = container.duplicates.export(Act(by), args.province or provinces[0])
        write_out(args.file, data)
    print(f"{args.file}: {len(data)} 字节 / bytes")


def import_file(args: Namespace) -> int:
    raw = args.file.read_bytes()
    with open_container() as container:
        file, hits = container.duplicates.import_file(Act(actor(container, args)), raw)
    print(f"{file.province}: {len(file.people)} 人 / people, {hits} 新发现 / newly found")
    return 1 if hits else 0
