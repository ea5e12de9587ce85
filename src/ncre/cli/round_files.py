"""round check and export: a round's files read without an installation, and written from the round in force."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from ncre.bootstrap import utc_now
from ncre.cli.common import Misuse, day_argument, open_container, path_argument, round_or_current
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME
from ncre.operational import private_files
from ncre.rounds.loader import LoadedRound, RoundFileFaults, load_round
from ncre.rounds.writer import round_files

CAUTION: Final = Bilingual("注意：", "Caution:")


def add_to(rounds: Any) -> None:
    check_ = rounds.add_parser(
        "check", help="say every fault of a round's files, and change nothing; 1 where there are faults"
    )
    check_.add_argument("file", type=path_argument, metavar="FOLDER", help="with round.toml and its tables")
    check_.add_argument("--date", type=day_argument, help="what “today” in the file means")
    check_.set_defaults(run=check)

    export_ = rounds.add_parser(
        "export", help="write the round in force as files that `round load` gives the same round of"
    )
    export_.add_argument("code", help="code of the round")
    export_.add_argument(
        "--out", type=path_argument, required=True, metavar="DIR", help="a folder, empty or new"
    )
    export_.set_defaults(run=export)


def export(args: Namespace) -> None:
    """Nothing that stands in the folder already is written over."""
    with open_container() as container:
        code = round_or_current(container, args.code)
        files = round_files(container.revisions.wanted(code))
    out: Path = args.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Misuse(f"{out} 不是空文件夹 / {out} is not an empty folder")
    try:
        private_files.make_folder(out)
        for name, content in files.items():
            private_files.write(out / name, content)
    except OSError as error:
        raise Misuse(f"不能写入 {out}：{error} / cannot write {out}: {error}") from None
    print(f"{code}：{len(files)} 个文件 / files -> {out}")


def check(args: Namespace) -> int:
    """Reads the files and nothing else: neither settings nor a database are needed."""
    if not args.file.exists():
        raise Misuse(f"没有 {args.file} / there is no {args.file}")
    try:
        loaded = load_round(args.file, args.date or utc_now().astimezone(EXAM_TIME).date())
    except RoundFileFaults as found:
        for fault in found.faults:
            print(fault.say(args.lang))
        count = len(found.faults)
        print(f"{count} 处错误，没有载入 / {count} faults; nothing was loaded")
        return 1
    say_cautions(loaded, args.lang)
    plan = loaded.plan
    print(
        f"{plan.code} {plan.title}：{len(plan.subjects)} 个科目，{len(loaded.sites)} 个考点，没有错误 / "
        f"{len(plan.subjects)} subjects, {len(loaded.sites)} sites, no faults"
    )
    return 0


def say_cautions(loaded: LoadedRound, language: str) -> None:
    """On the error output, so that what is piped on stays clean."""
    for caution in loaded.cautions:
        print(f"{CAUTION.say(language)} {caution.say(language)}", file=sys.stderr)
