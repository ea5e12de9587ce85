"""The words of what the office should know before it seats a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.seating.cautions import Caution, CautionCode

CAUTIONS: Final[Mapping[CautionCode, Bilingual]] = {
    CautionCode.REGISTER_OPEN: Bilingual(
        "报名还没有结束（至 {closes}）：之后报名的考生要另行编排。",
        "Registration is not over yet (until {closes}): whoever registers later has to be seated in another run.",
    ),
    CautionCode.REVIEW_OPEN: Bilingual(
        "审核还没有结束（至 {closes}）：之后通过的考生要另行编排。",
        "Review is not over yet (until {closes}): whoever is approved later has to be seated in another run.",
    ),
    CautionCode.PAYMENT_OPEN: Bilingual(
        "支付还没有结束（至 {closes}）：之后支付的考生要另行编排。",
        "Payment is not over yet (until {closes}): whoever pays later has to be seated in another run.",
    ),
    CautionCode.UNCONFIRMED: Bilingual(
        "这次编排的考生中有 {people} 人还没有现场确认，而这个考点要求现场确认；他们也会得到座位。",
        "{people} of the people to be seated are not confirmed, and this site asks for confirmation on site; they get seats "
        "all the same.",
    ),
}


def caution_words(caution: Caution, language: str) -> str:
    """A caution in a language, `zh` or `en`."""
    return CAUTIONS[caution.code].say(language, **caution.particulars)
