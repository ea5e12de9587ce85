"""What two people made of one part of a round, put together; and why a site cannot take a registration over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from ncre.domain.exam.plan import Site
from ncre.domain.refusals import RefusalCode
from ncre.projections.rows import RegistrationRow
from ncre.services.exam.calling_off_request import hindrance
from ncre.services.exam.draft_merge import merged
from tests.support.people import SITE, bundled_round

BASE = {"site.name": "甲", "site.notice": "", "rooms.1.name": "A", "rooms.1.seats": "9", "rooms.2.name": "B"}


@pytest.mark.parametrize(
    ("mine", "theirs", "result", "both"),
    [
        ({}, {}, {}, []),
        ({"site.name": "乙"}, {}, {"site.name": "乙"}, []),
        ({}, {"site.name": "丙"}, {"site.name": "丙"}, []),
        ({"site.name": "乙"}, {"site.notice": "明天"}, {"site.name": "乙", "site.notice": "明天"}, []),
        ({"site.name": "乙"}, {"site.name": "乙"}, {"site.name": "乙"}, []),
        ({"site.name": "乙"}, {"site.name": "丙"}, {"site.name": "乙"}, ["site.name"]),
        (
            {"rooms.1.seats": "8", "site.name": "乙"},
            {"rooms.2.name": "C", "site.name": "丙"},
            {"rooms.1.seats": "8", "site.name": "乙"},
            ["rooms", "site.name"],
        ),
        ({}, {"rooms.3.name": "C"}, {"rooms.3.name": "C"}, []),
        ({"rooms.1.seats": " "}, {"site.notice": "明天"}, {"rooms.1.seats": "", "site.notice": "明天"}, []),
    ],
)
def test_changes_of_both_stand_where_they_did_not_change_the_same(
    mine: dict[str, str], theirs: dict[str, str], result: dict[str, str], both: list[str]
) -> None:
    found, named = merged(BASE, BASE | mine, BASE | theirs)
    assert named == both
    assert found == {name: cell for name, cell in (BASE | result).items() if cell}


def test_what_one_took_out_is_gone_and_what_the_other_took_out_too() -> None:
    less = {name: cell for name, cell in BASE.items() if name != "rooms.2.name"}
    assert merged(BASE, less, BASE)[0] == merged(BASE, BASE, less)[0]
    assert "rooms.2.name" not in merged(BASE, less, BASE)[0]


def there(**changed: Any) -> Site:
    site = bundled_round()[1][SITE]
    return replace(site, **changed)


def test_a_site_that_is_gone_closed_or_lacks_a_subject_takes_nobody_over() -> None:
    row = cast(RegistrationRow, {"site": SITE, "lines": [{"subject": "66"}, {"subject": "67"}]})
    assert hindrance(row, there(), "79") is None
    for gone in (None, there(closed=True)):
        told = hindrance(row, gone, "79")
        assert told is not None
        assert (told.code, told.particulars) == (
            RefusalCode.ROUND_TO_LACKS_SITE,
            {"to": "79", "site": SITE},
        )
    nowhere = hindrance(cast(RegistrationRow, {"site": None, "lines": []}), None, "79")
    assert nowhere is not None
    assert nowhere.particulars == {"to": "79", "site": ""}
    plan = bundled_round()[1][SITE].plan
    fewer = there(plan=replace(plan, offers=tuple(one for one in plan.offers if one.subject != "67")))
    told = hindrance(row, fewer, "79")
    assert told is not None
    assert (told.code, told.particulars) == (
        RefusalCode.ROUND_TO_LACKS_SUBJECT,
        {"to": "79", "subject": "67"},
    )
