"""review and cancel: decisions of site staff and the exam office, in the name of their account."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from ncre.cli.common import actor, add_actor, find, open_container, round_or_current
from ncre.domain.bilingual import Bilingual
from ncre.domain.candidate_fields import SEXES
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.registration.commands import PaidFee
from ncre.domain.registration.disclosure import REASONS, reason_in_words, require_may_open
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Status
from ncre.domain.wording import STATUSES
from ncre.projections.audit import timeline
from ncre.projections.registration import review_queue
from ncre.projections.rows import known
from ncre.services.registration.case_request import CaseRequest
from ncre.services.registration.registrations import Decision, Registrations


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
        code = round_or_current(container, args.round)
        with container.database.reading() as connection:
            rows = review_queue.waiting(connection, code, who.sites, limit=500)
    for row in rows:
        subjects = ",".join(line["subject"] for line in row["lines"])
        print(
            f"{row['number']}  {row['site']}  {exam_time_in_words(known(row['requested_at']))}  {subjects:8}  {row['name_masked']}"
        )
    if not rows:
        print("没有待审核的报名 / nothing waits", file=sys.stderr)
    return 0 if rows else 1


def show(args: Namespace) -> None:
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        require_may_open(who, row["site"] or "")
        why = args.why if args.why in REASONS else reason_in_words(args.why)
        container.registrations.open_details(row["id"], who, "review", why)
        details = container.people.details(row["id"], row["details_version"])
        with container.database.reading() as connection:
            story = timeline.story(connection, row["id"])
    print(
        f"{row['number'] or row['id']}  v{row['version']}  {STATUSES[Status(row['status'])].say(args.lang)}"
    )
    if details is not None:
        kind = DOCUMENT_TYPES[details.document_type].words.say(args.lang)
        print(f"  {details.name}  {SEXES[details.sex].say(args.lang)}  {details.birth}")
        print(f"  {kind} {details.document_number}")
    for fact in story:
        print(
            f"  {exam_time_in_words(fact['at'])}  v{fact['version']}  {timeline.sentence_in(fact, args.lang)}"
        )


def approve(args: Namespace) -> None:
    _decide(args, lambda registrations, request: registrations.approve(request))


def confirm(args: Namespace) -> None:
    _decide(args, lambda registrations, request: registrations.confirm(request))


def reject(args: Namespace) -> None:
    reasons = tuple(args.reason)
    _decide(args, lambda registrations, request: registrations.reject(request, reasons, args.note))


def cancel(args: Namespace) -> None:
    money = PaidFee(args.money) if args.money else None
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        request = CaseRequest(registration=row["id"], actor=who, seen=row["version"])
        after = container.registrations.cancel(request, args.reason, money, args.money_why)
    _said(args, after)


def move(args: Namespace) -> None:
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        to = container.transfer.target(args.to)
        request = CaseRequest(registration=row["id"], actor=who, seen=row["version"])
        after = container.registrations.move(request, args.to, args.evidence)
    print(f"{after.number or after.id}  v{after.version}  {to.name}")


def _decide(args: Namespace, decide: Callable[[Registrations, CaseRequest], Decision]) -> None:
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        request = CaseRequest(registration=row["id"], actor=who, seen=row["version"])
        decision = decide(container.registrations, request)
        before = decision.before
        name = container.accounts.name_in_office(before.actor) if before else ""
    _said(args, decision.registration)
    if before is not None:
        print(_DECIDED_BEFORE.say(args.lang, who=name, when=exam_time_in_words(before.recorded_at)))


_DECIDED_BEFORE = Bilingual(
    "{who} 已在 {when} 作出同样的决定，这次没有改动任何内容。",
    "{who} had taken the same decision at {when} (Beijing time); this one changed nothing.",
)


def _said(args: Namespace, after: Registration) -> None:
    print(f"{after.number or after.id}  v{after.version}  {STATUSES[after.status].say(args.lang)}")
