"""Where the money of a registration stands: the situation of each payment, and of none, for the words about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ncre.domain.exam.plan import Round, Site, exam_time_in_words
from ncre.domain.payment.settlement import payable, yuan
from ncre.domain.payment.wording import THEN, WHERE, Situation, money_sentence, possible
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Status
from ncre.domain.wording import channel_words
from ncre.projections.payment.sentences import why_unusable
from ncre.projections.rows import OrderRow, PaymentRow, RegistrationRow

COUNTER = "counter"
FREE = "free"


@dataclass(frozen=True)
class PaymentSituation:
    """One situation with what its sentence needs to know."""

    status: Status
    situation: Situation
    particulars: Mapping[str, str] = field(default_factory=dict)

    def say(self, language: str) -> str:
        """What happened, where the money is, and what to do now."""
        return money_sentence(self.status, self.situation, language, **self.particulars)

    def say_where(self, language: str) -> str:
        """Where the money is and what to do about it alone, beside other words about the registration."""
        where = WHERE[self.situation].say(language, **self.particulars)
        then = THEN.get((self.status, self.situation))
        return f"{where} {then.say(language)}" if then else where


@dataclass(frozen=True)
class RegistrationMoney:
    """What is known of a registration's money: its payments and orders, and why a fee was kept."""

    payments: Sequence[PaymentRow]
    orders: Sequence[OrderRow]
    kept_why: str = ""
    kept: bool = False


def standings(
    row: RegistrationRow, round_: Round, site: Site | None, books: RegistrationMoney, now: datetime
) -> list[PaymentSituation]:
    """Every situation that stands, the one that matters most first; never empty."""
    status = Status(row["status"])
    found = [_of_payment(row, payment, books) for payment in books.payments]
    if not (row["payment"] or any(one.situation is Situation.KEPT for one in found)):
        found.append(_without(row, round_, site, books, now))
    settled = row["payment"]
    if settled and not settled["amount"]:
        found = [PaymentSituation(status, Situation.FREE)]
    return sorted(found, key=lambda one: _ORDER.index(one.situation)) or [
        PaymentSituation(status, Situation.NONE)
    ]


def nothing_due(
    row: RegistrationRow, round_: Round, site: Site | None, payments: Sequence[PaymentRow], now: datetime
) -> Refusal:
    """Why nothing is to be paid now, in the words of the status and of its money."""
    found = standings(row, round_, site, RegistrationMoney(payments, ()), now)
    return Refusal(RefusalCode.NO_PAYMENT_DUE, why=found[0])


_ORDER = (
    Situation.SETTLED,
    Situation.FREE,
    Situation.ASKING,
    Situation.KEPT,
    Situation.STUCK,
    Situation.AT_COUNTER,
    Situation.GOING_BACK,
    Situation.TAKEN_BACK,
    Situation.OPEN,
    Situation.RETURNED,
    Situation.NONE,
)


def _of_payment(row: RegistrationRow, payment: PaymentRow, books: RegistrationMoney) -> PaymentSituation:
    status = Status(row["status"])
    why = why_unusable(payment["reason"] or "")
    told = {
        "amount": yuan(payment["amount"]),
        "when": exam_time_in_words(payment["returned_at"] or payment["paid_at"]),
        "why": why.zh,
        "why_en": why.en,
    }
    if payment["request"] is not None:
        return PaymentSituation(status, _of_refund(payment), told)
    if payment["unexplained"]:
        told["amount"] = yuan(payment["unexplained"])
        return PaymentSituation(status, Situation.TAKEN_BACK, told)
    if status is Status.CANCELLED and books.kept:
        told |= {"why": books.kept_why, "why_en": books.kept_why}
        return PaymentSituation(status, Situation.KEPT, told)
    return PaymentSituation(status, Situation.SETTLED, told)


def _of_refund(payment: PaymentRow) -> Situation:
    if payment["returned_at"] is not None:
        return Situation.RETURNED
    if payment["channel"] == COUNTER:
        return Situation.AT_COUNTER
    return Situation.STUCK if payment["trouble"] else Situation.GOING_BACK


def _without(
    row: RegistrationRow, round_: Round, site: Site | None, books: RegistrationMoney, now: datetime
) -> PaymentSituation:
    """The situation of a registration whose fee has not come."""
    status, deadline = Status(row["status"]), row["pay_by"] or round_.plan.windows.payment.closes
    over = row["order_version"] is not None and now > deadline and payable(status, site)
    if over and possible(status, Situation.ASKING):
        return PaymentSituation(status, Situation.ASKING, {"deadline": exam_time_in_words(deadline)})
    open_ = [order for order in books.orders if order["channel"] not in (COUNTER, FREE)]
    if open_ and possible(status, Situation.OPEN):
        channel = channel_words(open_[-1]["channel"])
        told = {"amount": yuan(open_[-1]["amount"]), "channel": channel.zh, "channel_en": channel.en}
        return PaymentSituation(status, Situation.OPEN, told)
    return PaymentSituation(status, Situation.NONE)
