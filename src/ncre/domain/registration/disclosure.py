"""Why staff open the private details of a case: the reasons of everyday work as codes, any other in their own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.rejection_reasons import require_text
from ncre.domain.registration.vocabulary import Role

REASONS: Final[Mapping[str, Bilingual]] = {
    "review": Bilingual("信息审核", "review"),
    "confirmation": Bilingual("现场确认", "confirmation on site"),
    "counter": Bilingual("现场缴费或退款", "payment or refund at the counter"),
    "inquiry": Bilingual("考生咨询或申请", "a question or a request of the candidate"),
    "continued": Bilingual("继续办理", "going on with the case"),
}
"""The reasons of the desk. A code is never renamed: it stands in the log."""

PREFILL: Final = "prefill"
"""The purpose of a candidate's own look: the details begin another registration of theirs."""

PREFILLED: Final = Bilingual(
    "考生用这份报名的信息填写另一份报名。",
    "The candidate began another registration with the details of this one.",
)

MAY_OPEN: Final = frozenset({Role.REVIEWER, Role.OFFICE})
"""Who may open private details at all, each at their sites; auditors open nothing."""

SHORTEST: Final = 4
LONGEST: Final = 200

_NUMBER: Final = re.compile(r"\d{7,}")
"""A document, a phone: a reason is readable for auditors, and no private detail belongs into it."""


def reason_of_work(code: str) -> str:
    """One of `REASONS`. Raises Refusal."""
    if code not in REASONS:
        raise Refusal(RefusalCode.OPENING_REASON, least=SHORTEST, most=LONGEST)
    return code


def reason_in_words(text: str) -> str:
    """A reason that somebody wrote down. Raises Refusal."""
    plain = " ".join(text.split())
    if not SHORTEST <= len(plain) <= LONGEST or _NUMBER.search(plain):
        raise Refusal(RefusalCode.OPENING_REASON, least=SHORTEST, most=LONGEST)
    require_text(plain, LONGEST, allowed="")
    return plain


def require_may_open(actor: Actor, site: str) -> None:
    """Whether these staff may open the private details of a case at a site, "" for none yet. Raises Refusal."""
    if actor.role not in MAY_OPEN:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    if not actor.covers(site):
        raise Refusal(RefusalCode.NOT_YOUR_SITE)


def disclosure_words(why: str) -> Bilingual:
    """The reason as it is read: a code in both languages, anything else as it was written."""
    return REASONS.get(why, Bilingual(why, why))
