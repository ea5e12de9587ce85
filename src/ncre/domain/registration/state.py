"""A registration as decisions see it, folded from its history.

Only what a later decision asks is kept here; what people look at belongs to the projections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.lifecycle import HOLD_FACTS
from ncre.domain.registration.machine import arrival
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Details, Photo, SubjectFee

NAMESPACE: Final = UUID("6f5d2a6e-2f0b-5c5e-9a52-6e6372653031")
"""The root of every id that is made from a natural key."""


def registration_id(round_code: str, account: UUID, ordinal: int) -> UUID:
    """The id of an account's n-th registration in a round (n > 1 only after one was given up)."""
    return uuid5(NAMESPACE, f"registration:{round_code}:{account}:{ordinal}")


@dataclass(frozen=True)
class Registration:
    """State for deciding. `version` counts the facts taken in; amounts are fen, moments UTC.

    `candidate` is the account it belongs to; `sealed_for` the one under whose key its private fields
    are sealed, the first. `settled` is the payment that settled it. `owed` are trades whose money goes
    back, with the reason. `chairs` are hall and seat of each subject in `seated`. `suspended_from` and `suspended_at` tell of the last time it was suspended.
    """

    id: UUID
    version: int = 0
    status: Status = Status.NEW
    round: str = ""
    candidate: UUID | None = None
    sealed_for: UUID | None = None
    agreement: str = ""
    person: str = ""
    holder: str = ""
    details: Details | None = None
    number: str = ""
    site: str = ""
    lines: tuple[SubjectFee, ...] = ()
    student: str = ""
    photo: Photo | None = None
    rejected: facts.Rejected | None = None
    pay_by: datetime | None = None
    order_version: int = 0
    lapsed_from: Status = Status.NEW
    suspended_from: Status = Status.NEW
    suspended_at: datetime | None = None
    settled: facts.PaymentSettled | None = None
    owed: Mapping[str, str] = field(default_factory=dict)
    returned: frozenset[str] = frozenset()
    seated: frozenset[str] = frozenset()
    chairs: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The codes of the subjects, in the order of the choice."""
        return tuple(line.subject for line in self.lines)

    @property
    def settled_trade(self) -> str:
        """The number of the payment that settled it, else an empty text."""
        return self.settled.trade if self.settled else ""

    @property
    def amount(self) -> int:
        """What the registration costs, in fen."""
        return sum(line.fee for line in self.lines)


def replay(identity: UUID, history: Iterable[Fact]) -> Registration:
    """The registration after its history."""
    registration = Registration(identity)
    for fact in history:
        registration = evolve(registration, fact)
    return registration


def evolve(registration: Registration, fact: Fact) -> Registration:
    """Take a fact in. It never argues and asks nothing: what happened, happened."""
    change = _CHANGES.get(type(fact))
    changed = change(registration, fact) if change else {}
    changed["version"] = registration.version + 1
    changed["status"] = arrival(registration.status, fact)
    # dataclasses.replace would set all fields one by one, and a command takes in a whole history.
    after = object.__new__(Registration)
    after.__dict__.update(registration.__dict__, **changed)
    return after


def _agreed(_: Registration, accepted: facts.AgreementAccepted) -> dict[str, Any]:
    begun = {"round": accepted.round, "agreement": accepted.agreement}
    return {**begun, "candidate": accepted.candidate, "sealed_for": accepted.candidate}


def _informed(_: Registration, filled: facts.InfoFilled | facts.InfoAmended) -> dict[str, Any]:
    details = filled.details if isinstance(filled.details, Details) else None
    return {"person": filled.person, "holder": filled.holder, "details": details}


def _chose(registration: Registration, chosen: facts.Submitted | facts.SubjectsChanged) -> dict[str, Any]:
    return {
        "number": chosen.number,
        "site": chosen.site,
        "lines": chosen.lines,
        "student": chosen.student if isinstance(chosen.student, str) else "",
        "pay_by": chosen.pay_by,
        "order_version": registration.version + 1,
    }


def _pictured(_: Registration, taken: facts.PhotoUploaded | facts.PhotoReplaced) -> dict[str, Any]:
    return {"photo": taken.photo}


def _approved(registration: Registration, approved: facts.Approved) -> dict[str, Any]:
    return {"pay_by": approved.pay_by, "order_version": registration.version + 1}


def _rejected(_: Registration, rejected: facts.Rejected) -> dict[str, Any]:
    return {"rejected": rejected}


def _lapsed(registration: Registration, _: facts.PaymentLapsed | facts.WindowLapsed) -> dict[str, Any]:
    return {"lapsed_from": registration.status}


def _settled(registration: Registration, settled: facts.PaymentSettled) -> dict[str, Any]:
    """Money that comes while it is on hold changes where it goes back to."""
    if registration.status in HOLDS:
        return {"settled": settled, "suspended_from": Status.PAID}
    return {"settled": settled}


def _released(registration: Registration, released: facts.SeatReleased) -> dict[str, Any]:
    chairs = {subject: chair for subject, chair in registration.chairs.items() if subject != released.subject}
    return {"seated": registration.seated - {released.subject}, "chairs": chairs}


def _postponed(_: Registration, postponed: facts.Postponed) -> dict[str, Any]:
    return {"round": postponed.to}


def _suspended(_: Registration, suspended: facts.Suspended) -> dict[str, Any]:
    return {"suspended_from": Status(suspended.was), "suspended_at": suspended.since}


def _resumed(_: Registration, resumed: facts.Resumed) -> dict[str, Any]:
    return {"pay_by": resumed.pay_by}


def _owed(registration: Registration, unusable: facts.PaymentUnusable) -> dict[str, Any]:
    return {"owed": {**registration.owed, unusable.trade: unusable.reason}}


def _returned(registration: Registration, returned: facts.PaymentReturned) -> dict[str, Any]:
    return {
        "owed": {trade: why for trade, why in registration.owed.items() if trade != returned.trade},
        "returned": registration.returned | {returned.trade},
    }


def _seated(registration: Registration, seated: facts.SeatAssigned) -> dict[str, Any]:
    chairs = {**registration.chairs, seated.subject: (seated.hall, seated.seat)}
    return {"seated": registration.seated | {seated.subject}, "chairs": chairs}


def _moved(_: Registration, moved: facts.Moved) -> dict[str, Any]:
    return {"candidate": moved.to}


_CHANGES: Final[dict[type[Fact], Callable[[Registration, Any], dict[str, Any]]]] = {
    facts.AgreementAccepted: _agreed,
    facts.InfoFilled: _informed,
    facts.InfoAmended: _informed,
    facts.Submitted: _chose,
    facts.SubjectsChanged: _chose,
    facts.PhotoUploaded: _pictured,
    facts.PhotoReplaced: _pictured,
    facts.Approved: _approved,
    facts.Rejected: _rejected,
    facts.PaymentLapsed: _lapsed,
    facts.WindowLapsed: _lapsed,
    facts.PaymentSettled: _settled,
    facts.PaymentUnusable: _owed,
    facts.PaymentReturned: _returned,
    facts.SeatAssigned: _seated,
    facts.Moved: _moved,
    facts.SeatReleased: _released,
    facts.Postponed: _postponed,
    **dict.fromkeys(HOLD_FACTS.values(), _suspended),
    facts.Resumed: _resumed,
}
