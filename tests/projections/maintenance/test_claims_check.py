"""What is worked out from rows is what the rules say a registration holds."""

from __future__ import annotations

from uuid import UUID

import pytest

from ncre.domain.claims import SeatClaim, held_by
from ncre.domain.registration.state import replay
from ncre.events.base import Fact
from ncre.projections.maintenance.claims_check import of_rows
from tests.projections.rows import row_after
from tests.support import people

NAMED = {
    name: history
    for name, history in vars(people).items()
    if isinstance(history, tuple) and history and all(isinstance(fact, Fact) for fact in history)
}


def test_the_named_histories_are_found() -> None:
    assert {"AGREED", "WAITING", "APPROVED", "PAID", "LAPSED", "WITHDRAWN", "CANCELLED"} <= NAMED.keys()


@pytest.mark.parametrize("name", NAMED)
def test_a_row_holds_what_its_registration_holds(name: str) -> None:
    held = of_rows([row_after(NAMED[name])], [], [])
    claims = held_by(replay(people.REGISTRATION, people.recorded(NAMED[name])))
    assert held.taken == {claim.key: 1 for claim in claims if isinstance(claim, SeatClaim)}
    others = [claim.key for claim in claims if not isinstance(claim, SeatClaim)]
    assert held.holders == {key: [people.REGISTRATION] for key in others}


def test_whatever_their_order_both_who_lead_to_one_claim_are_told() -> None:
    mine, theirs = row_after(NAMED["PAID"]), row_after(NAMED["PAID"]) | {"id": UUID(int=1)}
    for rows in ([mine, theirs], [theirs, mine]):
        told = of_rows(rows, [{"registration": row["id"], "hall": 1, "seat": 7} for row in rows], []).holders
        assert len(told) == 2, "a place and a chair"
        assert all(sorted(holders) == sorted([mine["id"], theirs["id"]]) for holders in told.values())
