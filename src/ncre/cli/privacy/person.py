"""person: erasing people, by decision or by schedule, and again after a restoration."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from ncre.bootstrap import Container, build_container
from ncre.cli.common import Misuse, open_container, path_argument
from ncre.cli.staff_accounts import office_actor
from ncre.config import read_settings
from ncre.domain.erasure import HELD_BY
from ncre.domain.exam.plan import exam_time_in_words
from ncre.services.erasure.erasing import ErasurePreview
from ncre.services.erasure.retention import KEPT, Report


def add(commands: Any) -> None:
    person = commands.add_parser(
        "person", help="erase people, look at what is due, do erasures again after a restoration"
    ).add_subparsers(required=True, metavar="WHAT")
    erase_ = person.add_parser("erase", help="erase everything private about a person, for good")
    erase_.add_argument(
        "who", metavar="NUMBER|ACCOUNT", help="a registration number, or what they sign in with"
    )
    erase_.add_argument("--preview", action="store_true", help="say what would be erased, and change nothing")
    erase_.add_argument("--why", default="", help="kept for ever; must not say who it is")
    erase_.add_argument(
        "--as", dest="actor", metavar="OFFICE", help="the account of the exam office that does it"
    )
    erase_.set_defaults(run=erase)
    due_ = person.add_parser("due", help="what the schedule of each round erases, and what it keeps")
    due_.add_argument("--round", metavar="CODE", help="only this round")
    due_.add_argument("--run", action="store_true", dest="now", help="do now what the worker does by itself")
    due_.set_defaults(run=due)
    reapply_ = person.add_parser("reapply", help="after a restoration: erase again whoever was erased before")
    reapply_.add_argument(
        "--list",
        type=path_argument,
        metavar="FILE",
        help="another copy of the list of erased people (NCRE_TOMBSTONES)",
    )
    reapply_.set_defaults(run=reapply)


def erase(args: Namespace) -> int:
    """Ends with 1 where something is left to remove, which the worker tries again."""
    with open_container() as container:
        erasure = container.erasures.erasure
        if args.preview:
            print("\n".join(_previewed(erasure.preview(erasure.find(args.who)), args.lang)))
            return 0
        if not args.actor:
            raise Misuse("请用 --as 写明考务办公室的账号 / say who of the exam office does it with --as")
        by = office_actor(container, args)
        done = erasure.erase(erasure.find(args.who), args.why, by)
    word = "已删除 / erased" if done.is_new else "此前已删除 / erased before"
    print(f"{word}: {done.accounts} 个账号 / accounts, {done.registrations} 份报名 / registrations")
    if done.left:
        print(
            f"尚有文件待清理，后台会再试 / something is left to remove, the worker tries again: {done.left}"
        )
    return 1 if done.left else 0


def due(args: Namespace) -> None:
    with open_container() as container:
        schedule = container.erasures.retention
        reports = schedule.run() if args.now else schedule.preview(args.round)
    if not reports:
        print("没有考次设置了自动删除，或都未到期 / no round erases by itself, or none is due")
    for report in reports:
        print("\n".join(_reported(report, args.now, args.lang)))


def reapply(args: Namespace) -> None:
    """Before anything else is done with a restored database: every other command refuses until then."""
    with _restored() as container:
        reapplying = container.erasures.reapplying
        if args.list is not None and not args.list.is_file():
            raise Misuse(f"没有文件 {args.list} / there is no file {args.list}")
        if args.list is not None:
            reapplying.take_over(args.list)
        with tqdm(total=len(reapplying.missing()), unit="人", disable=None) as bar:
            done = reapplying.apply(bar.update)
    print(f"{done} 人 / people")


@contextmanager
def _restored() -> Iterator[Container]:
    """Over a database that may be older than the list."""
    opened = build_container(read_settings())
    try:
        opened.assert_readable()
        yield opened
    finally:
        opened.close()


def _previewed(preview: ErasurePreview, language: str) -> Iterator[str]:
    person = preview.person
    yield f"账号 / accounts: {', '.join(map(str, person.accounts))}"
    for row in person.registrations:
        yield f"报名 / registration: {row['number'] or row['id']} {row['round']} {row['status']}"
    yield (
        f"照片 / photos {preview.photos}, 草稿 / drafts {preview.drafts}, 材料 / papers {preview.papers}, "
        f"通知 / letters {preview.letters}"
    )
    for row in preview.ends:
        yield f"未缴费，将取消 / unpaid, will be cancelled: {row['number'] or row['id']}"
    for one in person.doubtful:
        yield (
            f"证件号码相同而姓名不同，不会删除，请核对 / same document, other name, not erased, look into it: "
            f"{one.number or one.registration}"
        )
    for hold in preview.holds:
        number, why = hold.number or hold.registration, HELD_BY[hold.by].say(language)
        yield f"现在不能删除 / not now: {number}: {why} ({exam_time_in_words(hold.until)})"
    if preview.is_erased:
        yield "此前已删除 / erased before"
    elif not preview.holds:
        yield "可以删除 / can be erased now"


def _reported(report: Report, done: bool, language: str) -> Iterator[str]:
    when = exam_time_in_words(report.from_)
    if not report.is_due:
        yield f"{report.round}: {when} 起删除 {report.erased} 人 / from then on {report.erased} people are erased"
    elif done:
        yield f"{report.round}: 已删除 {report.erased} 人 / {report.erased} people erased"
    else:
        yield f"{report.round}: 已到期（{when}），将删除 {report.erased} 人 / due, {report.erased} people"
    for why, number in sorted(report.kept.items()):
        yield f"  保留 / kept {number}: {KEPT[why].say(language)}"
