"""payments: compare a day's bill with the ledger, and record money taken at a counter."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from typing import Any, Final

from ncre.application import Act
from ncre.domain.exam import EXAM_TIME
from ncre.domain.payment import DifferenceKind, fen, yuan
from ncre.domain.words import DIFFERENCES, STATUSES, channel_words
from ncre.events.payment import DayReconciled
from ncre.gateways.channel import BillNotReady, ChannelSilent
from ncre.projections.payment_sentences import why_unusable
from ncre.services.counter import CashTaken
from ncre.shell.common import Misuse, actor, add_actor, day_argument, find, house

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
        "--date", type=day_argument, metavar="YYYY-MM-DD", help="exam time; yesterday without it"
    )
    reconcile_.add_argument("--channel", help="only this channel")
    add_actor(reconcile_)
    reconcile_.set_defaults(run=reconcile)
    counter_ = what.add_parser(
        "counter", help="record money taken at the site's counter, under its receipt number"
    )
    counter_.add_argument("registration", help="id, 报名号 or ticket number")
    counter_.add_argument("--receipt", required=True)
    counter_.add_argument("--yuan", required=True, help="what was taken, as 160.00")
    add_actor(counter_)
    counter_.set_defaults(run=counter)
    back = what.add_parser("handed-back", help="record that cash owed at the counter was handed back")
    back.add_argument("trade", help="the number under which it was recorded, SITE-RECEIPT")
    add_actor(back)
    back.set_defaults(run=handed_back)
    orphan = what.add_parser("send-back", help="send money for an unknown order back, with the reason")
    orphan.add_argument("channel")
    orphan.add_argument("trade")
    orphan.add_argument("--why", required=True)
    add_actor(orphan)
    orphan.set_defaults(run=send_back)


def reconcile(asked: Namespace) -> int:
    with house() as in_house:
        by = actor(in_house, asked)
        day = asked.date or in_house.clock().astimezone(EXAM_TIME).date() - timedelta(days=1)
        channels = [asked.channel] if asked.channel else list(in_house.money.channels)
        if not channels:
            raise Misuse("没有开通网上支付 / no payment channel is configured")
        worst = 0
        for channel in channels:
            try:
                worst = max(worst, _told(in_house.reconciliation.compare(channel, day, by), asked.lang))
            except (BillNotReady, ChannelSilent) as error:
                name = channel_words(channel).say(asked.lang)
                print(f"{name} {day}: 对账单还不能取得 / the bill cannot be had yet ({error})")
                worst = NO_BILL
        return worst


def counter(asked: Namespace) -> None:
    with house() as in_house:
        who = actor(in_house, asked)
        row = find(in_house, asked.registration, who.sites)
        cash = CashTaken(registration=row["id"], receipt=asked.receipt, amount=fen(asked.yuan), actor=who)
        back = in_house.counter.take(cash)
        after = find(in_house, str(row["id"]))
    print(f"{after['number']}  v{after['version']}  {STATUSES[after['status']].say(asked.lang)}")
    if back:
        why = why_unusable(back)
        print(
            f"这笔钱用不上（{why.zh}）：请当场退还 {yuan(cash.amount)} 元，再登记退还 / "
            f"this money cannot be used ({why.en}): hand {yuan(cash.amount)} yuan back now, then record it"
        )
        raise SystemExit(1)


def handed_back(asked: Namespace) -> None:
    with house() as in_house:
        in_house.counter.hand_back(asked.trade, actor(in_house, asked))
    print(asked.trade)


def send_back(asked: Namespace) -> None:
    with house() as in_house:
        in_house.unmatched.send_back(asked.channel, asked.trade, asked.why, Act(actor(in_house, asked)))
    print(f"{asked.channel} {asked.trade}")


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
