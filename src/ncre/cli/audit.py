"""audit and diagram: the past of a registration, and the drawing of its life."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from ncre.cli import bundles
from ncre.cli.common import Misuse, as_json, find, open_container
from ncre.diagram import money_words, state_diagram
from ncre.domain.exam.plan import in_words
from ncre.projections.audit import snapshots, timeline

DRAWN: Final = {"life": state_diagram, "money": money_words}


def add(commands: Any) -> None:
    audit = commands.add_parser(
        "audit", help="histories; bundles that prove the log, and checking them"
    ).add_subparsers(required=True, metavar="WHAT")
    show_ = audit.add_parser("show", help="a registration and its history, now or as it stood")
    show_.add_argument("registration", help="id, 报名号 or ticket number")
    show_.add_argument("--at", help="v5, or 2027-03-01 09:00 (exam time)")
    show_.add_argument("--json", action="store_true")
    show_.set_defaults(run=show)
    bundles.add_to(audit)
    diagram_ = commands.add_parser("diagram", help="the life of a registration as Mermaid")
    diagram_.add_argument("--out", type=Path)
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
            story = timeline.story(connection, row["id"])
    stands = snapshots.standing(history, at) if at is not None or not args.at else None
    if stands is None:
        raise Misuse(snapshots.why_nothing(history, at, args.lang))
    told = [fact for fact in story if fact["at"] <= stands.at]
    fields = snapshots.shown(stands, args.lang)
    if args.json:
        said = ("version", "at", "actor", "role", "topic", "zh", "en")
        facts = [{key: fact[key] for key in said} for fact in told]
        print(as_json({"id": row["id"], "version": stands.version, "fields": fields, "history": facts}))
        return
    print(f"{row['id']}  v{stands.version}  {in_words(stands.at)}")
    for name, value in fields.items():
        if value:
            print(f"  {snapshots.LABELS[name].say(args.lang)}: {value}")
    for fact in told:
        print(f"  {in_words(fact['at'])}  v{fact['version']}  {fact['role']:9}  {fact[args.lang]}")


def diagram(args: Namespace) -> None:
    drawn = DRAWN[args.of]()
    if args.out:
        args.out.write_text(drawn, encoding="utf-8")
    else:
        print(drawn, end="")
