"""ncre user role and history: who may do what changes with who gave it and why, and is read by those who may."""

from __future__ import annotations

from ncre.bootstrap import House
from ncre.domain.lifecycle import Role
from ncre.passport.accounts import Account
from tests.shell.conftest import Run


def named(house: House, name: str) -> Account:
    account = house.accounts.named(name)
    assert account is not None
    return account


def test_a_role_is_given_with_its_reason_and_ends_the_sessions(house: House, ncre: Run) -> None:
    token = house.passports.sessions.begin(named(house, "shenhe").id)
    said = ncre(
        "user", "role", "shenhe", "--role", "reviewer", "--site", "429901", "--why", "调岗", "--as", "kaowu"
    )
    assert said.code == 0
    assert named(house, "shenhe").sites == frozenset({"429901"})
    assert house.passports.sessions.find(token) is None
    told = ncre("user", "history", "shenhe", "--as", "shenji")
    assert "权限改为考点审核员，考点 429901（调岗）" in told.out
    assert str(named(house, "kaowu").id) in told.out


def test_only_the_office_gives_roles_and_nobody_to_themselves(house: House, ncre: Run) -> None:
    for name in ("shenhe", "shenji"):
        asked = ("user", "role", "shenji", "--role", "office", "--why", "x", "--as", name)
        assert ncre(*asked).code == 2
    assert ncre("user", "role", "kaowu", "--role", "auditor", "--why", "x", "--as", "kaowu").code == 2
    assert named(house, "shenji").role is Role.AUDITOR


def test_a_role_needs_a_reason_and_a_reviewer_a_site(ncre: Run) -> None:
    assert ncre("user", "role", "shenhe", "--role", "auditor", "--why", " ", "--as", "kaowu").code == 2
    assert ncre("user", "role", "shenhe", "--role", "reviewer", "--why", "x", "--as", "kaowu").code == 2
    assert ncre("user", "role", "nobody", "--role", "auditor", "--why", "x", "--as", "kaowu").code == 2


def test_a_reviewer_reads_no_history(ncre: Run) -> None:
    assert ncre("user", "history", "kaowu", "--as", "shenhe").code == 2
