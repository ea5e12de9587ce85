"""review and cancel: decisions of site staff and the exam office, in the name of their account."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from ncre.cli.common import actor, add_actor, current_round, find, open_container
from ncre.domain.bilingual import Bilingual
from ncre.domain.candidate import SEXES
from ncre.domain.exam.plan import in_words
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Approve, Cancel, Command, Confirm, Move, PaidFee, Reject
from ncre.domain.registration.disclosure import REASONS, reason_in_words
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Role
from ncre.domain.wording import STATUSES
from ncre.projections.audit import timeline
from ncre.projections.registration import review_queue
from ncre.services.registration.decided_before import decided_before


def add(commands: Any) -> None:
    review = commands.add_parser("review", help="the review of registrations")
    what = review.add_subparsers(required=True, metavar="WHAT")
    list_ = what.add_parser("list", help="what waits at your sites, oldest first")
    list_.add_argument("--round", metavar="CODE", help="code of the round; the current one without it")
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
            one.add_argument(
                "--reason",
                action="append",
                default=[],
                choices=sorted(REVIEW_REASONS),
                metavar="CODE",
                help="code of a reason; may be given several times",
            )
            one.add_argument("--note", default="", help="what the candidate reads besides")
    cancel_ = commands.add_parser("cancel", help="cancel a registration (exam office)")
    cancel_.add_argument("registration", help="id, 报名号 or ticket number")
    cancel_.add_argument("--reason", required=True, help="why, kept in the history of the case")
    cancel_.add_argument(
        "--money", choices=[one.value for one in PaidFee], help="what becomes of a fee that was paid"
    )
    cancel_.add_argument("--money-why", default="", help="why it is returned or kept")
    add_actor(cancel_)
    cancel_.set_defaults(run=cancel)
    move_ = commands.add_parser("move", help="move a registration to another account of the same person")
    move_.add_argument("registration", help="id, 报名号 or ticket number")
    move_.add_argument(
        "--to", required=True, help="name, e-mail address or phone number of the other account"
    )
    move_.add_argument("--evidence", required=True, help="what was seen that says it is the same person")
    add_actor(move_)
    move_.set_defaults(run=move)


def waiting(args: Namespace) -> int:
    """Ends with 1 where nothing waits."""
    with open_container() as container:
        who = actor(container, args)
        code = current_round(container, args.round)
        with container.database.reading() as connection:
            rows = review_queue.waiting(connection, code, who.sites, limit=500)
    for row in rows:
        subjects = ",".join(line["subject"] for line in row["lines"])
        print(
            f"{row['number']}  {row['site']}  {in_words(row['requested_at'])}  {subjects:8}  {row['name_masked']}"
        )
    if not rows:
        print("没有待审核的报名 / nothing waits", file=sys.stderr)
    return 0 if rows else 1


def show(args: Namespace) -> None:
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        if who.role not in (Role.REVIEWER, Role.OFFICE):
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        if not who.covers(row["site"] or ""):
            raise Refusal(RefusalCode.NOT_YOUR_SITE)
        why = args.why if args.why in REASONS else reason_in_words(args.why)
        container.command_handler.record_access(row["id"], who, "review", why)
        details = container.people.details(row["id"], row["details_version"])
        with container.database.reading() as connection:
            story = timeline.story(connection, row["id"])
    print(f"{row['number'] or row['id']}  v{row['version']}  {STATUSES[row['status']].say(args.lang)}")
    if details is not None:
        kind = DOCUMENT_TYPES[details.document_type].words.say(args.lang)
        print(f"  {details.name}  {SEXES[details.sex].say(args.lang)}  {details.birth}")
        print(f"  {kind} {details.document_number}")
    for fact in story:
        print(f"  {in_words(fact['at'])}  v{fact['version']}  {fact[args.lang]}")


def approve(args: Namespace) -> None:
    _decide(args, Approve)


def confirm(args: Namespace) -> None:
    _decide(args, Confirm)


def reject(args: Namespace) -> None:
    _decide(args, Reject, reasons=tuple(args.reason), note=args.note)


def cancel(args: Namespace) -> None:
    money = PaidFee(args.money) if args.money else None
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        after = container.changes.carry_out(
            Cancel(
                registration=row["id"],
                actor=who,
                seen=row["version"],
                reason=args.reason,
                money=money,
                money_reason=args.money_why,
            )
        )
    _said(args, after)


def move(args: Namespace) -> None:
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        to = container.transfer.target(args.to)
        after = container.transfer.move(
            Move(registration=row["id"], actor=who, seen=row["version"], to=to.id, evidence=args.evidence)
        )
    print(f"{after.number or after.id}  v{after.version}  {to.name}")


def _decide(args: Namespace, command: type[Command], **particulars: Any) -> None:
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        decision = command(registration=row["id"], actor=who, seen=row["version"], **particulars)
        after = container.command_handler.handle(decision)
        before = decided_before(container.command_handler, decision)
        name = container.accounts.name_in_office(before.actor) if before else ""
    _said(args, after)
    if before is not None:
        print(_DECIDED_BEFORE.say(args.lang, who=name, when=in_words(before.recorded_at)))


_DECIDED_BEFORE = Bilingual(
    "{who} 已在 {when} 作出同样的决定，这次没有改动任何内容。",
    "{who} had taken the same decision at {when} (exam time); this one changed nothing.",
)


def _said(args: Namespace, after: Registration) -> None:
    print(f"{after.number or after.id}  v{after.version}  {STATUSES[after.status].say(args.lang)}")
