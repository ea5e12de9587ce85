"""A registration with everything that its papers say, and the plans under which they were made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from ncre.domain.exam.plan import Round, Site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.lifecycle import PAID
from ncre.domain.registration.vocabulary import Status
from ncre.events.registration_values import Details
from ncre.projections.rows import RegistrationRow, SeatRow
from ncre.services.exam.plans_in_force import Rules


@dataclass(frozen=True)
class PrintedCase:
    """A registration with everything that its pages say.

    `round` and `site` are those in force, which say what may be printed now. `paid_under` and `seated_under`
    are those in force when it was paid and seated: its papers are drawn from them.
    """

    row: RegistrationRow
    seats: Sequence[SeatRow]
    round: Round
    site: Site
    details: Details
    paid_under: Rules
    seated_under: Rules

    @property
    def paid(self) -> bool:
        """Whether the fee was paid."""
        return Status(self.row["status"]) in PAID

    @property
    def seated(self) -> bool:
        """Whether every subject has its seat, and the registration stands."""
        return self.paid and len(self.seats) == len(self.row["lines"])

    @property
    def unconfirmed(self) -> bool:
        """Whether the site confirms in person and has not yet: the ticket says so, and is given all the same."""
        return self.site.confirms and Status(self.row["status"]) is Status.PAID

    @property
    def photo(self) -> str:
        """The digest of the photo in the photo store, "" where there is none."""
        return str(self.row["photo"]["digest"]) if self.row["photo"] else ""

    @property
    def digest(self) -> str:
        """16 hex digits over what the papers say: while it stays, a paper printed earlier is current."""
        row = self.row
        said = {
            "number": row["number"],
            "site": row["site"],
            "lines": row["lines"],
            "photo": self.photo,
            "person": row["person"],
            "details": row["details_version"],
            "seats": [
                (seat["ticket"], seat["room"], seat["starts_at"].isoformat(), seat["ends_at"].isoformat())
                for seat in self.seats
            ],
        }
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def whole_case(
    row: RegistrationRow,
    seats: Sequence[SeatRow],
    rules: Rules,
    under: tuple[Rules, Rules],
    details: Details | None,
) -> PrintedCase:
    """Raises Refusal where the person was erased."""
    if details is None:
        raise Refusal(RefusalCode.PERSON_ERASED)
    return PrintedCase(row, seats, rules.round, rules.site, details, *under)
