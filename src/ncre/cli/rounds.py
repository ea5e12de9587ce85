"""round: what the exam office prepares."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from ncre.cli import round_files, round_revisions
from ncre.cli.common import Misuse, actor, add_actor, json_text, open_container, plain_text, round_or_current
from ncre.domain.erasure import Retention
from ncre.domain.exam.plan import exam_time_in_words
from ncre.events.exam import NoticePosted
from ncre.projections.base import stored_as_json
from ncre.rounds.loader import LONGEST_TEXT, NOTICE_KINDS


def add(commands: Any) -> None:
    round_ = commands.add_parser("round", help="exam rounds").add_subparsers(required=True, metavar="WHAT")
    round_revisions.add_to(round_)
    round_files.add_to(round_)
    show_ = round_.add_parser("show", help="a round, its windows and sites")
    show_.add_argument("code", nargs="?", help="code of the round; the current one without it")
    show_.add_argument("--json", action="store_true", help="one JSON document")
    show_.set_defaults(run=show)
    retention_ = round_.add_parser("retention", help="how long the personal data of a round are kept")
    retention_.add_argument("code", help="code of the round")
    retention_.add_argument(
        "--keep-days",
        type=int,
        required=True,
        metavar="N",
        help="days after the exam for which the law keeps them",
    )
    retention_.add_argument(
        "--erase-days",
        type=int,
        metavar="N",
        help="erase by itself so many days after the exam; left out: never",
    )
    retention_.add_argument("--why", required=True, help="the rule it follows; kept in the round's history")
    add_actor(retention_)
    retention_.set_defaults(run=retention)
    notice_ = round_.add_parser("notice", help="post a notice")
    notice_.add_argument("kind", choices=NOTICE_KINDS, help="what is posted")
    for name, says in (
        ("--title", "its title in Chinese"),
        ("--title-en", "its title in English"),
        ("--file", "file of its text in Chinese"),
        ("--file-en", "file of its text in English"),
    ):
        notice_.add_argument(name, required=True, help=says)
    notice_.add_argument("--round", metavar="CODE", help="code of the round; the current one without it")
    notice_.add_argument("--why", required=True, help="kept in the history of the round")
    add_actor(notice_)
    notice_.set_defaults(run=notice)


def show(args: Namespace) -> None:
    with open_container() as container:
        code = round_or_current(container, args.code)
        with container.database.reading() as connection:
            round_ = container.command_handler.exams.round(connection, code)
            sites = container.command_handler.exams.sites(connection, code)
    assert round_ is not None, "the round was just found"
    if args.json:
        print(
            json_text(
                {"round": stored_as_json(round_.plan), "sites": [stored_as_json(site.plan) for site in sites]}
            )
        )
        return
    print(f"{round_.code} {round_.plan.title} v{round_.version}")
    for name in ("register", "review", "payment", "printing"):
        window = getattr(round_.plan.windows, name)
        print(f"  {name:9} {exam_time_in_words(window.opens)} – {exam_time_in_words(window.closes)}")
    for site in sites:
        mark = "  合成 synthetic" if site.plan.synthetic else ""
        mark += "  停止报名 closed" if site.closed else ""
        print(f"  {site.code} {site.plan.name} v{site.version}{mark}")


def retention(args: Namespace) -> None:
    with open_container() as container:
        kept = Retention(args.keep_days, args.erase_days)
        container.erasures.retention.set(args.code, kept, args.why, actor(container, args))
        due = container.erasures.retention.preview(args.code)
    print(f"{args.code}: {args.keep_days} 天 / days")
    for one in due:
        print(
            f"  {exam_time_in_words(one.from_)} 起自动删除 / erased by itself from then on: {one.erased} 人 / people"
        )


def notice(args: Namespace) -> None:
    with open_container() as container:
        code = round_or_current(container, args.round)
        by = actor(container, args)
        body, body_en = _text(args.file), _text(args.file_en)
        title, title_en = (
            _filled(plain_text(one, 200, "标题"), "标题") for one in (args.title, args.title_en)
        )
        posted = NoticePosted(code, args.kind, title, title_en, body, body_en)
        container.revisions.post(posted, by, args.why)


def _filled(text: str, what: str) -> str:
    """As the page asks for it: nobody replaces a notice by nothing. Raises Misuse."""
    if not text.strip():
        raise Misuse(f"{what} 是空的，没有发布", f"{what} is empty; nothing was posted")
    return text


def _text(file: str) -> str:
    try:
        return _filled(plain_text(Path(file).read_text(encoding="utf-8"), LONGEST_TEXT, file), file)
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"{file} 读不了 / {file} cannot be read ({error})") from None
