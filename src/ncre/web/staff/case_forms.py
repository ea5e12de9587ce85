"""The forms of a case at the desk: what they ask, handed over, and the case again where it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from flask import redirect, url_for

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Cancel, Command
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE, require_text
from ncre.domain.registration.vocabulary import Step
from ncre.web.shared.auth import Answer, account, container
from ncre.web.shared.disclosure import go_on
from ncre.web.shared.errors import STATUS, refusal_text
from ncre.web.shared.forms import command_id, seen
from ncre.web.shared.registration_view import at_my_sites
from ncre.web.staff.case_page import PURPOSE, Typed, case_page

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
LONG_TEXT: Final = {
    Step.REJECT: "note",
    Step.CANCEL: "why",
    Step.MOVE: "evidence",
    Step.SUSPEND: "suspend_why",
}
"""Refusals of a text, and the field of each step in which one is written."""


def asked_of(registration: UUID) -> dict[str, Any]:
    return {
        "registration": registration,
        "actor": account().actor,
        "seen": seen(),
        "command_id": command_id(),
    }


def carry_out(command: Command, typed: Typed) -> Answer | None:
    """None when it is done; else the case as it now stands, with what was typed and why it is not done."""
    try:
        if isinstance(command, Cancel):
            container().changes.carry_out(command)
        else:
            container().command_handler.handle(command)
    except Refusal as refusal:
        faulty = replace(typed, faults={_place(command, refusal): refusal_text(refusal)})
        return case_page(command.registration, faulty), int(STATUS[refusal.code])
    return None


def _place(command: Command, refusal: Refusal) -> str:
    """The field of the form that a refusal belongs to."""
    if refusal.code not in TEXTS:
        return FIELD_OF.get(refusal.code, "case")
    if isinstance(command, Cancel) and _fits(command.reason):
        return "money_why"
    return LONG_TEXT[command.step]


def _fits(reason: str) -> bool:
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
