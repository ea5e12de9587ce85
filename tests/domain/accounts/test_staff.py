"""Changes of accounts of staff: who may make them, and which are made already."""

from __future__ import annotations

import pytest

from ncre.domain.accounts.staff import (
    LONGEST_WHY,
    AccountState,
    StaffChange,
    Wanted,
    assert_explained,
    assert_may_change,
    is_so_already,
    needs_two,
)
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role

OFFICE = Actor("o-1", Role.OFFICE)
OF_420019 = Actor("s-1", Role.SITE_ADMIN, sites=frozenset({"420019"}))
HERE, THERE = frozenset({"420019"}), frozenset({"420020"})


def account(
    role: Role, sites: frozenset[str] = frozenset(), *, off: bool = False, factor: bool = False
) -> AccountState:
    return AccountState("a-1", role, sites, off, factor)


def becomes(role: Role, sites: frozenset[str] = frozenset(), why: str = "岗位调整") -> Wanted:
    return Wanted(StaffChange.ROLE, why, role, sites)


def refused(state: AccountState, wanted: Wanted, by: Actor = OFFICE, offices: int = 2) -> RefusalCode | None:
    try:
        assert_may_change(state, wanted, by, offices)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("state", "wanted", "by", "offices", "code"),
    [
        (account(Role.CANDIDATE), becomes(Role.REVIEWER, HERE), OFFICE, 2, None),
        (account(Role.CANDIDATE), becomes(Role.REVIEWER, HERE), OF_420019, 2, None),
        (account(Role.REVIEWER, HERE), becomes(Role.CANDIDATE), OF_420019, 2, None),
        (account(Role.REVIEWER, HERE | THERE), becomes(Role.REVIEWER, THERE), OF_420019, 2, None),
        (account(Role.CANDIDATE), becomes(Role.REVIEWER, THERE), OF_420019, 2, RefusalCode.NOT_YOUR_ROLE),
        (account(Role.CANDIDATE), becomes(Role.REVIEWER, HERE | THERE), OF_420019, 2, RefusalCode.NOT_YOUR_ROLE),
        (account(Role.CANDIDATE), becomes(Role.SITE_ADMIN, HERE), OF_420019, 2, RefusalCode.NOT_YOUR_ROLE),
        (account(Role.SITE_ADMIN, HERE), becomes(Role.CANDIDATE), OF_420019, 2, RefusalCode.NOT_YOUR_ROLE),
        (
            account(Role.REVIEWER, HERE), Wanted(StaffChange.DISABLE, "离职", Role.REVIEWER, HERE), OF_420019, 2,
            RefusalCode.NOT_YOUR_ROLE,
        ),
        (
            account(Role.CANDIDATE), becomes(Role.REVIEWER, HERE), Actor("r-1", Role.REVIEWER, sites=HERE), 2,
            RefusalCode.NOT_YOUR_ROLE,
        ),
        (account(Role.OFFICE), becomes(Role.CANDIDATE), Actor("a-1", Role.OFFICE), 2, RefusalCode.OWN_ACCOUNT),
        (account(Role.REVIEWER, HERE), becomes(Role.CANDIDATE, why=""), OFFICE, 2, RefusalCode.WHY_MISSING),
        (account(Role.CANDIDATE), becomes(Role.REVIEWER), OFFICE, 2, RefusalCode.SITES_MISSING),
        (account(Role.CANDIDATE), becomes(Role.SITE_ADMIN), OFFICE, 2, RefusalCode.SITES_MISSING),
        (account(Role.CANDIDATE), Wanted(StaffChange.DISABLE, "离职"), OFFICE, 2, RefusalCode.NOT_STAFF),
        (account(Role.OFFICE), becomes(Role.AUDITOR), OFFICE, 1, RefusalCode.LAST_OFFICE),
        (account(Role.OFFICE), Wanted(StaffChange.DISABLE, "离职"), OFFICE, 1, RefusalCode.LAST_OFFICE),
        (account(Role.OFFICE), Wanted(StaffChange.DISABLE, "离职"), OFFICE, 2, None),
        (account(Role.OFFICE), becomes(Role.OFFICE), OFFICE, 1, None),
        (account(Role.OFFICE), Wanted(StaffChange.PASSWORD, "忘记密码"), OFFICE, 1, None),
        (account(Role.OFFICE, off=True), Wanted(StaffChange.DISABLE, "离职"), OFFICE, 1, None),
        (account(Role.AUDITOR), Wanted(StaffChange.DISABLE, "离职"), OFFICE, 1, None),
    ],
)  # fmt: skip
def test_who_may_change_what(
    state: AccountState, wanted: Wanted, by: Actor, offices: int, code: RefusalCode | None
) -> None:
    assert refused(state, wanted, by, offices) is code


@pytest.mark.parametrize(
    ("state", "wanted", "so"),
    [
        (account(Role.REVIEWER, HERE), becomes(Role.REVIEWER, HERE), True),
        (account(Role.REVIEWER, HERE), becomes(Role.REVIEWER, THERE), False),
        (account(Role.REVIEWER, HERE), becomes(Role.SITE_ADMIN, HERE), False),
        (account(Role.OFFICE, HERE), becomes(Role.OFFICE), True),
        (account(Role.AUDITOR), becomes(Role.OFFICE), False),
        (account(Role.REVIEWER, off=True), Wanted(StaffChange.DISABLE, "离职"), True),
        (account(Role.REVIEWER), Wanted(StaffChange.DISABLE, "离职"), False),
        (account(Role.REVIEWER), Wanted(StaffChange.ENABLE, "返岗"), True),
        (account(Role.REVIEWER, off=True), Wanted(StaffChange.ENABLE, "返岗"), False),
        (account(Role.REVIEWER), Wanted(StaffChange.FACTOR, "换手机"), True),
        (account(Role.REVIEWER, factor=True), Wanted(StaffChange.FACTOR, "换手机"), False),
        (account(Role.REVIEWER), Wanted(StaffChange.PASSWORD, "忘记密码"), False),
    ],
)
def test_what_is_so_already(state: AccountState, wanted: Wanted, so: bool) -> None:
    assert is_so_already(state, wanted) is so


def test_accounts_of_the_office_take_two() -> None:
    assert needs_two(Role.OFFICE)
    assert needs_two(Role.AUDITOR, Role.OFFICE)
    assert not needs_two(Role.AUDITOR, Role.REVIEWER)


def test_a_reason_has_an_end() -> None:
    assert_explained("理" * LONGEST_WHY, None, frozenset())
    with pytest.raises(Refusal) as said:
        assert_explained("理" * (LONGEST_WHY + 1), None, frozenset())
    assert said.value.code is RefusalCode.TEXT_TOO_LONG
