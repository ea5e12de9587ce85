"""round load, diff, history: a round is revised from its files, after a look at what that changes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any, Final

from ncre.bootstrap import Container
from ncre.cli.common import (
    Misuse,
    actor,
    add_actor,
    day_argument,
    json_text,
    open_container,
    path_argument,
    round_or_current,
)
from ncre.cli.round_files import say_cautions
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME, exam_time_in_words, notices_id, round_id, site_id
from ncre.domain.exam.revised_point import change_of
from ncre.domain.exam.revision_rules import RevisionOutcome
from ncre.domain.exam.revision_weighing import Weighed
from ncre.domain.exam.revision_wording import change_words, outcome_words
from ncre.domain.wording import ROLES
from ncre.events.exam_revision import RevisedPoint
from ncre.projections.audit import timeline
from ncre.rounds.loader import LoadedRound, load_round
from ncre.services.exam.revision_commands import Revise, Revision
from ncre.services.exam.revisions import RevisionMade

ROUND_FILE: Final = "round.toml"


def add_to(round_: Any) -> None:
    """The commands that revise a round, beside the others of `round`."""
    load_ = round_.add_parser("load", help="open or revise a round from its files; --preview looks first")
    _add_files(load_)
    load_.add_argument("--preview", action="store_true", help="say what would change, and change nothing")
    load_.add_argument("--why", default="", help="kept in the history of the round")
    load_.add_argument(
        "--from", dest="made_from", type=int, metavar="N", help="refuse unless revision N is in force"
    )
    add_actor(load_)
    load_.set_defaults(run=load)
    diff_ = round_.add_parser(
        "diff", help="what files would change in the round in force; 1: something would be refused"
    )
    _add_files(diff_)
    diff_.set_defaults(run=diff)
    history_ = round_.add_parser("history", help="every revision of a round: who, when, why, what")
    history_.add_argument("code", nargs="?", help="code of the round; the current one without it")
    history_.add_argument("--site", metavar="CODE", help="what happened to one site")
    history_.add_argument("--json", action="store_true", help="one JSON document")
    history_.set_defaults(run=history)


def _add_files(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", type=path_argument, metavar="FOLDER|FILE", help=f"the folder with {ROUND_FILE}, or it"
    )
    parser.add_argument("--date", type=day_argument, help="what “today” in the file means")
    parser.add_argument("--names", action="store_true", help="name everybody whom a change touches")


def load(args: Namespace) -> int:
    with open_container() as container:
        by, wanted = actor(container, args), _files(container, args)
        if args.preview:
            return _show(args, container.revisions.difference(wanted))
        if not args.why.strip():
            raise Misuse("请用 --why 写明原因 / say why with --why")
        made = container.revisions.revise(
            Revise(actor=by, wanted=wanted, why=args.why, made_from=args.made_from)
        )
    _show(args, made)
    print(f"{wanted.plan.code} {wanted.plan.title}：{len(wanted.sites)} 个考点 / sites")
    return 0


def diff(args: Namespace) -> int:
    with open_container() as container:
        return _show(args, container.revisions.difference(_files(container, args)))


def history(args: Namespace) -> None:
    with open_container() as container:
        code = round_or_current(container, args.code)
        made, notices = container.revisions.made(code), container.revisions.notices(code)
        streams = [site_id(code, args.site)] if args.site else [round_id(code), notices_id(code)]
        with container.database.reading() as connection:
            told = [row for stream in streams for row in timeline.story(connection, stream)]
        name_of = container.accounts.name_in_office
        if args.site and not told:
            raise Misuse(f"没有考点 {args.site} / there is no site {args.site}")
        if args.site:
            made = [one for one in made if any(point.site == args.site for point in one.made.points)]
            notices = []
        names = {
            actor_: name_of(actor_)
            for actor_ in {*(one.actor for one in made), *(row["actor"] for row in told)}
        }
    if args.json:
        print(
            json_text(
                {"revisions": [_as_told(one, names) for one in made], "story": told, "notices": len(notices)}
            )
        )
        return
    for one in made:
        print(
            f"#{one.number}  {exam_time_in_words(one.at)}  {names[one.actor]}  {_role(one.role, args.lang)}  {one.made.why}"
        )
        for point in one.made.points:
            if not args.site or point.site == args.site:
                print(f"  {point_words(point).say(args.lang)}")
    for row in told:
        print(
            f"{exam_time_in_words(row['at'])}  v{row['version']}  {names[row['actor']]}  {timeline.sentence_in(row, args.lang)}"
        )


def point_words(point: RevisedPoint) -> Bilingual:
    """A change of a recorded revision with what came of it."""
    change = change_of(point)
    said = change_words(change)
    outcome = outcome_words(RevisionOutcome(point.outcome), change.kind, point.touched)
    return Bilingual(f"{said.zh}　{outcome.zh}", f"{said.en}  {outcome.en}")


def _files(container: Container, args: Namespace) -> LoadedRound:
    today = args.date or container.clock().astimezone(EXAM_TIME).date()
    loaded = load_round(args.file, today)
    say_cautions(loaded, args.lang)
    return loaded


def _show(args: Namespace, revision: Revision) -> int:
    """The changes and what comes of them; 1 where one would be refused."""
    print(f"{revision.round}  由第 {revision.made_from} 次修订起 / from revision {revision.made_from}")
    if not revision.points:
        print("没有变动 / nothing changes")
    for point in revision.points:
        said = change_words(point.change).say(args.lang)
        outcome = outcome_words(point.outcome, point.change.kind, point.touched).say(args.lang)
        print(f"  {said}  {outcome}")
        if args.names:
            _name(point)
    return 1 if revision.refused else 0


def _name(point: Weighed) -> None:
    for one in point.people:
        print(f"    {one.number or one.id}  {one.site}  {one.name}")


def _role(role: str, language: str) -> str:
    return next((words.say(language) for one, words in ROLES.items() if one.value == role), role)


def _as_told(one: RevisionMade, names: dict[str, str]) -> dict[str, Any]:
    points = [
        {
            "kind": point.kind,
            "site": point.site,
            "item": point.item,
            "before": point.before,
            "after": point.after,
            "outcome": point.outcome,
            "touched": point.touched,
        }
        for point in one.made.points
    ]
    return {
        "number": one.number,
        "at": one.at,
        "by": names[one.actor],
        "role": one.role,
        "made_from": one.made.made_from,
        "why": one.made.why,
        "points": points,
    }
