"""What the office should know before it seats a site: who may still come, and who was not confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ncre.domain.exam.plan import Round, Site, exam_time_in_words


class CautionCode(StrEnum):
    """What an office should know before it seats a site, though it may be done."""

    REGISTER_OPEN = "register_open"
    REVIEW_OPEN = "review_open"
    PAYMENT_OPEN = "payment_open"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True)
class Caution:
    """A code with the particulars of its words."""

    code: CautionCode
    particulars: Mapping[str, object]


def cautions(round_: Round, site: Site, now: datetime, unconfirmed: int) -> Iterator[Caution]:
    """Windows that are not over yet, and people to be seated whom a site that confirms has not confirmed."""
    windows = round_.plan.windows
    for code, window, applies in (
        (CautionCode.REGISTER_OPEN, windows.register, True),
        (CautionCode.REVIEW_OPEN, windows.review, site.reviews),
        (CautionCode.PAYMENT_OPEN, windows.payment, True),
    ):
        if applies and now < window.closes:
            yield Caution(code, {"closes": exam_time_in_words(window.closes)})
    if site.confirms and unconfirmed:
        yield Caution(CautionCode.UNCONFIRMED, {"people": unconfirmed})
