"""The words of what the office should know before it seats a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.cautions import Caution, CautionCode
from ncre.domain.language import Words

CAUTIONS: Final[Mapping[CautionCode, Words]] = {
    CautionCode.REGISTER_OPEN: Words(
        "报名还没有结束（至 {closes}）：之后报名的考生要另行编排。",
        "Registration is not over yet (until {closes}): whoever registers later has to be seated in another run.",
    ),
    CautionCode.REVIEW_OPEN: Words(
        "审核还没有结束（至 {closes}）：之后通过的考生要另行编排。",
        "Review is not over yet (until {closes}): whoever is approved later has to be seated in another run.",
    ),
    CautionCode.PAYMENT_OPEN: Words(
        "支付还没有结束（至 {closes}）：之后支付的考生要另行编排。",
        "Payment is not over yet (until {closes}): whoever pays later has to be seated in another run.",
    ),
    CautionCode.UNCONFIRMED: Words(
        "这次编排的考生中有 {people} 人还没有现场确认，而这个考点要求现场确认；他们也会得到座位。",
        "{people} of the people to be seated are not confirmed, and this site confirms in person; they get seats "
        "all the same.",
    ),
}


def caution_words(caution: Caution, language: str) -> str:
    return CAUTIONS[caution.code].say(language, **caution.particulars)
