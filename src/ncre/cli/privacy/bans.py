"""bans: who may not take the exam, from a CSV file."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from typing import Any, Final

from ncre.cli.common import Misuse, actor, add_actor, open_container, path_argument
from ncre.domain.bilingual import Bilingual
from ncre.handlers.command_handler import Act
from ncre.services.bans.ban_file import BanFileUnreadable, BanRow, read_bans
from ncre.services.bans.bans import RowOutcome, RowState, require_office

WORDS: Final = {
    RowState.NEW: Bilingual("可录入", "can be entered"),
    RowState.SAME: Bilingual("已录入", "entered before"),
    RowState.REPEATED: Bilingual("与前面的行重复", "repeats a row above"),
    RowState.FAULTY: Bilingual("不能录入", "cannot be entered"),
}


def add(commands: Any) -> None:
    group = commands.add_parser("bans", help="who may not take the exam, from a CSV file").add_subparsers(
        required=True, metavar="WHAT"
    )
    import_ = group.add_parser("import", help="enter the bans of a CSV file; 1 where a row cannot be entered")
    import_.add_argument("file", type=path_argument, help="the CSV file; docs/bans.md tells its columns")
    import_.add_argument(
        "--preview", action="store_true", help="say what each row comes to, and enter nothing"
    )
    add_actor(import_)
    import_.set_defaults(run=import_file)


def import_file(args: Namespace) -> int:
    """What is new is entered in one transaction; a row that cannot be is told and left out."""
    rows = _read(args)
    with open_container() as container:
        by = actor(container, args)
        require_office(by)
        outcomes = container.bans.preview(rows)
        _tell(outcomes)
        if args.preview:
            print("没有录入任何内容。 / Nothing was entered.")
        else:
            entered = container.bans.import_rows(Act(by), rows)
            print(f"录入 {entered} 条停考。 / {entered} bans were entered.")
    return 1 if any(one.state is RowState.FAULTY for one in outcomes) else 0


def _read(args: Namespace) -> list[BanRow]:
    """Raises Misuse for a file of which nothing can be used."""
    try:
        return read_bans(args.file.read_bytes())
    except BanFileUnreadable as unreadable:
        words = unreadable.words
        raise Misuse(f"{args.file}：{words.zh}", f"{args.file}: {words.en}") from None


def _tell(outcomes: list[RowOutcome]) -> None:
    """Every row but those without news, then how many there are of each kind. Numbers are masked."""
    for one in outcomes:
        said = WORDS[one.state]
        parts = [f"第 {one.line} 行 / row {one.line}", one.document, f"{said.zh} / {said.en}"]
        if one.fault is not None:
            parts.append(f"{one.fault.zh} / {one.fault.en}")
        if one.state is RowState.NEW and one.registered:
            parts.append(
                f"有 {one.registered} 份报名，{one.paid} 份已支付 / {one.registered} registered, {one.paid} paid"
            )
        if one.state is not RowState.SAME:
            print("  ".join(part for part in parts if part))
    counts = Counter(one.state for one in outcomes)
    for state, said in WORDS.items():
        print(f"{said.zh} / {said.en}: {counts[state]}")
