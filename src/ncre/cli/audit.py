"""audit and diagram: the past of a registration, and the drawing of its life."""

from __future__ import annotations

from argparse import Namespace
from typing import Any, Final

from ncre.cli import records
from ncre.cli.auditing import bundles
from ncre.cli.common import Misuse, add_actor, find, json_text, open_container, path_argument, write_out
from ncre.diagram import money_words, page_words, state_diagram
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.registration.vocabulary import Role
from ncre.domain.wording import ROLES
from ncre.projections.audit import disclosures, snapshots, timeline

IN_OFFICE: Final = frozenset({Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE, Role.AUDITOR})
"""Roles whose account name is shown: a candidate's may be an e-mail address."""

DRAWN: Final = {"life": state_diagram, "money": money_words, "pages": page_words}


def add(commands: Any) -> None:
    audit = commands.add_parser(
        "audit", help="histories; bundles that prove the log, and checking them"
    ).add_subparsers(required=True, metavar="WHAT")
    show_ = audit.add_parser("show", help="a registration and its history, now or as it stood")
    show_.add_argument("registration", help="id, 报名号 or ticket number")
    show_.add_argument("--at", help="v5, or 2027-03-01 09:00 (Beijing time)")
    show_.add_argument("--json", action="store_true", help="one JSON document")
    show_.set_defaults(run=show)
    bundles.add_to(audit)
    commands_ = audit.add_parser("commands", help="what was done at the command line, by whom and why")
    add_actor(commands_)
    commands_.set_defaults(run=records.show)
    diagram_ = commands.add_parser("diagram", help="the life of a registration as Mermaid")
    diagram_.add_argument(
        "--out", type=path_argument, metavar="FILE", help="where it is written; else printed"
    )
    diagram_.add_argument(
        "--of", choices=sorted(DRAWN), default="life", help="the life, or the words about its money"
    )
    diagram_.set_defaults(run=diagram)


def show(args: Namespace) -> None:
    at = snapshots.parse_at(args.at) if args.at else None
    with open_container() as container:
        row = find(container, args.registration)
        with container.database.reading() as connection:
            history = container.command_handler.store.history(connection, row["id"])
            seen = disclosures.of_case(connection, container.command_handler.store, row["id"])
            story = disclosures.condensed(timeline.story(connection, row["id"]), seen)
        names = {
            fact["actor"]: container.accounts.name_in_office(fact["actor"])
            for fact in story
            if fact["role"] in IN_OFFICE
        }
    stands = snapshots.state_at(history, at) if at is not None or not args.at else None
    if stands is None:
        raise Misuse(snapshots.why_nothing(history, at, args.lang))
    told = [fact for fact in story if fact["at"] <= stands.at]
    fields = snapshots.shown(stands, args.lang)
    if args.json:
        facts = [
            {
                "version": fact["version"],
                "at": fact["at"],
                "actor": fact["actor"],
                "role": fact["role"],
                "topic": fact["topic"],
                "zh": fact["zh"],
                "en": fact["en"],
                "name": names.get(fact["actor"], ""),
            }
            for fact in told
        ]
        print(json_text({"id": row["id"], "version": stands.version, "fields": fields, "history": facts}))
        return
    print(f"{row['id']}  v{stands.version}  {exam_time_in_words(stands.at)}")
    for name, value in fields.items():
        if value:
            print(f"  {snapshots.LABELS[name].say(args.lang)}: {value}")
    for fact in told:
        version = f"v{fact['version']}" if fact["stream"] == row["id"] else "-"
        who = f"{ROLES[Role(fact['role'])].say(args.lang)} {names.get(fact['actor'], '')}".strip()
        print(
            f"  {exam_time_in_words(fact['at'])}  {version:4}  {who}  {timeline.sentence_in(fact, args.lang)}"
        )


def diagram(args: Namespace) -> None:
    drawn = DRAWN[args.of]()
    if args.out:
        write_out(args.out, drawn.encode())
    else:
        print(drawn, end="")
