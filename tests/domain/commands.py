"""Asking for steps in tests: the commands of the named people, and what they are answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.decision_context import DecisionContext
from ncre.domain.registration.decisions import decide
from ncre.domain.registration.state import Registration, replay
from ncre.events.base import Fact
from tests.support import people


def asks(command: type[c.Command], actor: Actor = people.CANDIDATE, **particulars: Any) -> c.Command:
    return command(registration=people.REGISTRATION, actor=actor, **particulars)


def after(history: Iterable[Fact]) -> Registration:
    return replay(people.REGISTRATION, history)


def answer(history: Iterable[Fact], command: c.Command, context: DecisionContext | None = None) -> list[Fact]:
    return decide(after(history), command, context or people.context())


def refused(history: Iterable[Fact], command: c.Command, context: DecisionContext | None = None) -> Refusal:
    """The refusal with which the command is answered; fails where it is not refused."""
    with pytest.raises(Refusal) as raised:
        answer(history, command, context)
    return raised.value


def refusal(
    history: Iterable[Fact], command: c.Command, context: DecisionContext | None = None
) -> RefusalCode:
    return refused(history, command, context).code


def agree(**changed: Any) -> c.Command:
    said = {"round": "78", "candidate": people.CANDIDATE_ID, "ordinal": 1, "agreement": "2027-03"}
    return asks(c.Agree, **{**said, **changed})


def submit(*subjects: str, **changed: Any) -> c.Command:
    said = {"site": people.SITE, "declared": True, "declaration": people.DECLARATION, "number": people.NUMBER}
    return asks(c.Submit, subjects=subjects, **{**said, **changed})


def change(*subjects: str, site: str = people.SITE, number: str = "78429901000009") -> c.Command:
    return asks(c.ChangeSubjects, subjects=subjects, site=site, number=number)


def settle(**changed: Any) -> c.Command:
    """The right money for APPROVED, unless changed."""
    said = {
        "order": people.ORDER,
        "channel": "till",
        "trade": "T1",
        "amount": people.AMOUNT,
        "paid_at": people.NOW,
    }
    return asks(c.Settle, c.PAYMENT_ACTOR, **{**said, **changed})


def expire() -> c.Command:
    return asks(c.Expire, c.CLOCK_ACTOR)


def lapse() -> c.Command:
    return asks(c.Lapse, c.CLOCK_ACTOR)
