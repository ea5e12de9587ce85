"""A refusal shows its code where it is logged or traced, and nothing of what was refused."""

from __future__ import annotations

from ncre.domain.refusals import Refusal, RefusalCode


def test_a_refusal_shows_its_code_alone() -> None:
    refused = Refusal(RefusalCode.STAFF_SITE_UNKNOWN, site="420019")
    assert str(refused) == RefusalCode.STAFF_SITE_UNKNOWN.value
    assert (refused.code, refused.particulars) == (RefusalCode.STAFF_SITE_UNKNOWN, {"site": "420019"})
