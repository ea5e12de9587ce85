"""Scopes of an integration: known ones alone, in the order of the table."""

from __future__ import annotations

import pytest

from ncre.domain.integration.scopes import Scope, require_scopes
from ncre.domain.refusals import Refusal, RefusalCode


def test_scopes_come_in_the_order_of_the_table() -> None:
    assert require_scopes(["events:read", "exam:read"]) == ("exam:read", "events:read")
    assert require_scopes([*Scope]) == tuple(one.value for one in Scope)


@pytest.mark.parametrize("asked", [[], ["exam:all"], ["exam:read", "exam:all"]])
def test_none_and_unknown_ones_are_refused(asked: list[str]) -> None:
    with pytest.raises(Refusal) as said:
        require_scopes(asked)
    assert said.value.code is RefusalCode.SCOPE_UNKNOWN
