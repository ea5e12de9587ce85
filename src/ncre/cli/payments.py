"""payments: compare a day's bill with the ledger, and record money taken at a counter."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from typing import Any, Final

from ncre.cli.common import Misuse, actor, add_actor, day_argument, find, open_container
from ncre.clients.payment_channel import BillNotReady, ChannelUnavailable
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.payment.settlement import DifferenceKind, fen_typed, yuan
from ncre.domain.registration.vocabulary import Status
from ncre.domain.wording import DIFFERENCES, STATUSES, channel_words
from ncre.events.payment import DayReconciled
from ncre.handlers.command_handler import Act
from ncre.projections.payment.sentences import why_unusable
from ncre.services.registration.case_request import CaseRequest

NO_BILL: Final = 3
"""The exit code of a day whose bill cannot be had yet."""


def add(commands: Any) -> None:
    payments = commands.add_parser("payments", help="bills compared with the ledger; money at the counter")
    what = payments.add_subparsers(required=True, metavar="WHAT")
    reconcile_ = what.add_parser(
        "reconcile",
        help="compare a day's bill: 0 equal, 1 differences, 3 no bill yet (the worker does it daily)",
    )
    reconcile_.add_argument(
        "--date", type=day_argument, metavar="YYYY-MM-DD", help="Beijing time; yesterday without it"
    )
    reconcile_.add_argument("--channel", help="only this channel")
    add_actor(reconcile_)
    reconcile_.set_defaults(run=reconcile)
    counter_ = what.add_parser(
        "counter", help="record money taken at the site's counter, under its receipt number"
    )
    counter_.add_argument("registration", help="id, 报名号 or ticket number")
    counter_.add_argument("--receipt", required=True, help="number of the receipt")
    counter_.add_argument("--yuan", required=True, help="what was taken, as 160.00")
    add_actor(counter_)
    counter_.set_defaults(run=counter)
    back = what.add_parser("handed-back", help="record that cash owed at the counter was handed back")
    back.add_argument("trade", help="the number under which it was recorded, SITE-RECEIPT")
    add_actor(back)
    back.set_defaults(run=handed_back)
    orphan = what.add_parser("send-back", help="send money for an unknown order back, with the reason")
    orphan.add_argument("channel", help="alipay or wechat")
    orphan.add_argument("trade", help="the channel's number of the payment")
    orphan.add_argument("--why", required=True, help="why, kept in the ledger")
    add_actor(orphan)
    orphan.set_defaults(run=send_back)


def reconcile(args: Namespace) -> int:
    with open_container() as container:
        by = actor(container, args)
        day = args.date or container.clock().astimezone(EXAM_TIME).date() - timedelta(days=1)
        channels = [args.channel] if args.channel else list(container.payments.channels)
        if not channels:
            raise Misuse("没有开通网上支付 / no payment channel is configured")
        worst = 0
        for channel in channels:
            try:
                worst = max(worst, _told(container.reconciliation.compare(channel, day, by), args.lang))
            except (BillNotReady, ChannelUnavailable) as error:
                name = channel_words(channel).say(args.lang)
                print(f"{name} {day}: 对账单还不能取得 / the bill cannot be had yet ({error})")
                worst = NO_BILL
        return worst


def counter(args: Namespace) -> None:
    with open_container() as container:
        who = actor(container, args)
        row = find(container, args.registration, who.sites)
        taken = fen_typed(args.yuan)
        request = CaseRequest(registration=row["id"], actor=who)
        back = container.registrations.take_counter_payment(request, args.receipt, taken)
        after = find(container, str(row["id"]))
    print(f"{after['number']}  v{after['version']}  {STATUSES[Status(after['status'])].say(args.lang)}")
    if back:
        why = why_unusable(back)
        print(
            f"这笔钱用不上（{why.zh}）：请当场退还 {yuan(taken)} 元，再登记退还 / "
            f"this money cannot be used ({why.en}): hand {yuan(taken)} yuan back now, then record it"
        )
        raise SystemExit(1)


def handed_back(args: Namespace) -> None:
    with open_container() as container:
        container.counter_payments.hand_back(args.trade, actor(container, args))
    print(args.trade)


def send_back(args: Namespace) -> None:
    with open_container() as container:
        container.unmatched_payments.send_back(
            args.channel, args.trade, args.why, Act(actor(container, args))
        )
    print(f"{args.channel} {args.trade}")


def _told(result: DayReconciled, lang: str) -> int:
    """Say what was compared; 1 where there are differences."""
    name = channel_words(result.channel).say(lang)
    print(
        f"{name} {result.day}: 收款 / received {result.payments} = {yuan(result.received)}, "
        f"退款 / returned {result.refunds} = {yuan(result.returned)}"
    )
    for one in result.differences:
        billed, booked = (yuan(fen) if fen is not None else "-" for fen in (one.billed, one.booked))
        words = DIFFERENCES[DifferenceKind(one.kind)].say(lang)
        print(
            f"  {words}: {one.trade} {one.reference} {one.order} 对账单 / bill {billed} 账本 / ledger {booked}"
        )
    return 1 if result.differences else 0
