"""The forms of a case at the desk: what they ask, handed over, and the case again where it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from flask import redirect, url_for

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE, require_text
from ncre.web.shared.auth import Answer
from ncre.web.shared.disclosure import go_on
from ncre.web.shared.errors import STATUS, refusal_text
from ncre.web.shared.registration_view import at_my_sites
from ncre.web.staff.case_page import case_page
from ncre.web.staff.typed import PURPOSE, Typed

FIELD_OF: Final = {
    RefusalCode.REASON_MISSING: "reasons",
    RefusalCode.REASON_UNKNOWN: "reasons",
    RefusalCode.MONEY_UNDECIDED: "money",
    RefusalCode.MONEY_REASON_MISSING: "money_why",
    RefusalCode.EVIDENCE_MISSING: "evidence",
    RefusalCode.ACCOUNT_UNKNOWN: "to",
    RefusalCode.ACCOUNT_BUSY: "to",
    RefusalCode.OTHER_PERSON: "to",
}
"""Refusals that belong to a field of a form; the others stand above the case."""

TEXTS: Final = frozenset(
    {RefusalCode.REASON_TEXT_MISSING, RefusalCode.TEXT_TOO_LONG, RefusalCode.TEXT_UNREADABLE}
)
"""Refusals of a text: they belong to the field of the form in which one is written."""


def refused(registration: UUID, typed: Typed, refusal: Refusal, text: str = "case") -> Answer:
    """The case as it now stands, with what was typed and why it is not done; `text` is the field of a refused text."""
    place = text if refusal.code in TEXTS else FIELD_OF.get(refusal.code, "case")
    faulty = replace(typed, faults={place: refusal_text(refusal)})
    return case_page(registration, faulty), int(STATUS[refusal.code])


def fits(reason: str) -> bool:
    """Whether nothing is wrong with the first of two texts, so that it is the second one."""
    try:
        require_text(reason, LONGEST_NOTE)
    except Refusal:
        return False
    return bool(reason.strip())


def back_to(registration: UUID) -> Answer:
    """To the case as it now stands; whoever had opened it goes on with it."""
    go_on(at_my_sites(registration), PURPOSE)
    return redirect(url_for("review.case", registration=registration), 303)


def with_faults(registration: UUID, faults: Mapping[str, str], receipt: str = "", amount: str = "") -> str:
    """The case with what the form of the counter held and what was wrong with it."""
    return case_page(registration, Typed(receipt=receipt, amount=amount, faults=faults))
