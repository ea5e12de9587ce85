"""The side states from which a registration goes back to where it was, and all that is read about each of them.

A hold keeps place and seats, nothing lapses, and money that comes still counts. What all holds have in common stands
once, in the tables that ask `HOLDS`; here is what one of them says differently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, assert_never

from ncre.domain.bilingual import Bilingual
from ncre.domain.registration.vocabulary import Status, Step

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationHold:
    """The words of a hold.

    `name` is of the status, `step_name` of the step that begins it. `told` is the sentence of the history. `happened` and
    `to_do` stand where money is spoken of, `next` on the task list, `blocked` where a page does not open. `before` and
    `after` speak of the end of payment and have {closes} and {closed}.
    """

    step: Step
    name: Bilingual
    step_name: Bilingual
    told: Bilingual
    happened: Bilingual
    to_do: Bilingual
    next: Bilingual
    blocked: Bilingual
    before: Bilingual
    after: Bilingual


SUSPENDED: Final = RegistrationHold(
    step=Step.SUSPEND,
    name=Bilingual("已暂停", "Suspended"),
    step_name=Bilingual("暂停报名", "Suspend"),
    told=Bilingual(
        "工作人员暂停了报名，名额和座位保留。",
        "Staff suspended the registration; its place and seats are kept.",
    ),
    happened=Bilingual(
        "这份报名因调查已暂停，名额保留，不会逾期失效。",
        "This registration is suspended while something is investigated: its seats are kept, and it does not lapse.",
    ),
    to_do=Bilingual(
        "请等待恢复，现在不要支付；恢复后缴费期限按暂停的时间顺延。",
        "Please wait until it is resumed and do not pay now. The time to pay is extended by the time it was "
        "suspended.",
    ),
    next=Bilingual(
        "这份报名因调查已暂停。名额和座位保留，不会逾期失效，现在不需要您操作；恢复后请按这里的提示继续。",
        "This registration is suspended while something is investigated. Its place and seats are kept, nothing lapses, "
        "and there is nothing for you to do now; once it is resumed, go on as this page says.",
    ),
    blocked=Bilingual(
        "这份报名已暂停，原因和恢复以后的步骤见“我的报名”。名额保留，不会逾期失效。",
        "This registration is suspended; “My registration” says why and what follows. Its seats are kept, and it does "
        "not lapse.",
    ),
    before=Bilingual(
        "暂停期间不会逾期失效；网上支付 {closes} 截止。",
        "Nothing lapses while it is suspended; payment closes at {closes} (Beijing time).",
    ),
    after=Bilingual(
        "网上支付已于 {closed} 截止，这份报名仍在暂停。如有疑问，请联系考点或考务办公室。",
        "Payment closed at {closed} (Beijing time) and this registration is still suspended. If in doubt, ask "
        "your site or the exam office.",
    ),
)


def hold_of(status: Status) -> RegistrationHold | None:
    """The hold that a status is, None for all others. The type checker names a status that is neither."""
    match status:
        case Status.SUSPENDED:
            return SUSPENDED
        case Status.NEW | Status.AGREED | Status.INFO_FILLED | Status.SUBMITTED | Status.PHOTO_UPLOADED:
            return None
        case Status.PENDING_REVIEW | Status.APPROVED | Status.REJECTED | Status.PAID | Status.CONFIRMED:
            return None
        case Status.LAPSED | Status.WITHDRAWN | Status.CANCELLED:
            return None
        case _:
            assert_never(status)


HOLDS: Final = {status: hold for status in Status if (hold := hold_of(status)) is not None}


def each_hold(value: Callable[[RegistrationHold], Value]) -> dict[Status, Value]:
    """What a table of statuses says of the holds."""
    return {status: value(hold) for status, hold in HOLDS.items()}
