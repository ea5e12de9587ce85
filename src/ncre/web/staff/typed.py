"""What the forms of a case at the desk held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ncre.domain.registration.vocabulary import Step

PURPOSE: Final = "review"


@dataclass(frozen=True)
class Typed:
    """What a form held and what was wrong with it, so that nothing is lost; `resumed` where a draft of reasons goes on."""

    reasons: frozenset[str] = frozenset()
    note: str = ""
    why: str = ""
    money: str = ""
    money_why: str = ""
    receipt: str = ""
    amount: str = ""
    to: str = ""
    evidence: str = ""
    suspend_why: str = ""
    colleague: str = ""
    handover_note: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    resumed: bool = False

    def homeless(self, shown: frozenset[Step], takes_money: bool) -> Typed:
        """What was typed into forms that the page no longer has."""
        gone = replace(self, faults={})
        if Step.REJECT in shown:
            gone = replace(gone, reasons=frozenset(), note="")
        if Step.CANCEL in shown:
            gone = replace(gone, why="", money_why="")
        if Step.SUSPEND in shown:
            gone = replace(gone, suspend_why="")
        if Step.MOVE in shown:
            gone = replace(gone, to="", evidence="")
        return replace(gone, receipt="", amount="") if takes_money else gone
