"""review and cancel: decisions of site staff and the exam office, in the name of their account."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ncre.domain.candidate import DOCUMENT_TYPES, SEXES
from ncre.domain.commands import Approve, Cancel, Command, Confirm, Move, PaidFee, Reject
from ncre.domain.exam import in_words
from ncre.domain.lifecycle import Role
from ncre.domain.opening import REASONS, reason_in_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import Registration
from ncre.domain.review import REVIEW_REASONS
from ncre.domain.words import STATUSES
from ncre.projections import queue, timeline
from ncre.shell.common import actor, add_actor, current_round, find, house


def add(commands: Any) -> None:
    review = commands.add_parser("review", help="the review of registrations")
    what = review.add_subparsers(required=True, metavar="WHAT")
    list_ = what.add_parser("list", help="what waits at your sites, oldest first")
    list_.add_argument("--round")
    add_actor(list_)
    list_.set_defaults(run=waiting)
    for name, run, says in (
        ("show", show, "one case; the look is recorded"),
        ("approve", approve, "approve a case"),
        ("reject", reject, "reject a case with its reasons"),
        ("confirm", confirm, "confirm a candidate in person"),
    ):
        one = what.add_parser(name, help=says)
        one.add_argument("registration", help="id, 报名号 or ticket number")
        add_actor(one)
        one.set_defaults(run=run)
        if name == "show":
            one.add_argument(
                "--why", default="review", help="why it is opened, kept in the history of the case"
            )
        if name == "reject":
            one.add_argument("--reason", action="append", default=[], choices=sorted(REVIEW_REASONS))
            one.add_argument("--note", default="")
    cancel_ = commands.add_parser("cancel", help="cancel a registration (exam office)")
    cancel_.add_argument("registration")
    cancel_.add_argument("--reason", required=True)
    cancel_.add_argument(
        "--money", choices=[one.value for one in PaidFee], help="what becomes of a fee that was paid"
    )
    cancel_.add_argument("--money-why", default="", help="why it is returned or kept")
    add_actor(cancel_)
    cancel_.set_defaults(run=cancel)
    move_ = commands.add_parser("move", help="move a registration to another account of the same person")
    move_.add_argument("registration")
    move_.add_argument(
        "--to", required=True, help="name, e-mail address or phone number of the other account"
    )
    move_.add_argument("--evidence", required=True, help="what was seen that says it is the same person")
    add_actor(move_)
    move_.set_defaults(run=move)


def waiting(asked: Namespace) -> None:
    with house() as in_house:
        who = actor(in_house, asked)
        code = current_round(in_house, asked.round)
        with in_house.database.reading() as connection:
            rows = queue.waiting(connection, code, who.sites, limit=500)
    for row in rows:
        subjects = ",".join(line["subject"] for line in row["lines"])
        print(
            f"{row['number']}  {row['site']}  {in_words(row['requested_at'])}  {subjects:8}  {row['name_masked']}"
        )


def show(asked: Namespace) -> None:
    with house() as in_house:
        who = actor(in_house, asked)
        row = find(in_house, asked.registration, who.sites)
        if who.role not in (Role.REVIEWER, Role.OFFICE):
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        if not who.covers(row["site"] or ""):
            raise Refusal(RefusalCode.NOT_YOUR_SITE)
        why = asked.why if asked.why in REASONS else reason_in_words(asked.why)
        in_house.application.look(row["id"], who, "review", why)
        details = in_house.people.details(row["id"], row["details_version"])
        with in_house.database.reading() as connection:
            story = timeline.story(connection, row["id"])
    print(f"{row['number'] or row['id']}  v{row['version']}  {STATUSES[row['status']].say(asked.lang)}")
    if details is not None:
        kind = DOCUMENT_TYPES[details.document_type].words.say(asked.lang)
        print(f"  {details.name}  {SEXES[details.sex].say(asked.lang)}  {details.birth}")
        print(f"  {kind} {details.document_number}")
    for fact in story:
        print(f"  {in_words(fact['at'])}  v{fact['version']}  {fact[asked.lang]}")


def approve(asked: Namespace) -> None:
    _decide(asked, Approve)


def confirm(asked: Namespace) -> None:
    _decide(asked, Confirm)


def reject(asked: Namespace) -> None:
    _decide(asked, Reject, reasons=tuple(asked.reason), note=asked.note)


def cancel(asked: Namespace) -> None:
    money = PaidFee(asked.money) if asked.money else None
    with house() as in_house:
        who = actor(in_house, asked)
        row = find(in_house, asked.registration, who.sites)
        after = in_house.changes.carry_out(
            Cancel(
                registration=row["id"],
                actor=who,
                seen=row["version"],
                reason=asked.reason,
                money=money,
                money_reason=asked.money_why,
            )
        )
    _said(asked, after)


def move(asked: Namespace) -> None:
    with house() as in_house:
        who = actor(in_house, asked)
        row = find(in_house, asked.registration, who.sites)
        to = in_house.moving.target(asked.to)
        after = in_house.moving.move(
            Move(registration=row["id"], actor=who, seen=row["version"], to=to.id, evidence=asked.evidence)
        )
    print(f"{after.number or after.id}  v{after.version}  {to.name}")


def _decide(asked: Namespace, command: type[Command], **particulars: Any) -> None:
    with house() as in_house:
        who = actor(in_house, asked)
        row = find(in_house, asked.registration, who.sites)
        after = in_house.application.handle(
            command(registration=row["id"], actor=who, seen=row["version"], **particulars)
        )
    _said(asked, after)


def _said(asked: Namespace, after: Registration) -> None:
    print(f"{after.number or after.id}  v{after.version}  {STATUSES[after.status].say(asked.lang)}")
