"""ncre user disable, enable, factor, confirm, decline, list: the same rules at the command line."""

from __future__ import annotations

import pyotp
import pytest

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from tests.cli.conftest import Run
from tests.support.people import begun


def named(container: Container, name: str) -> Account:
    found = container.accounts.named(name)
    assert found is not None
    return found


def enrolled(container: Container, name: str) -> None:
    known = named(container, name)
    secret = container.second_factor_service.to_enrol(known).secret
    assert (
        container.second_factor_service.confirm(known, pyotp.TOTP(secret).at(container.clock())) is not None
    )


@pytest.mark.parametrize("who", [(), ("--as", "kaowu")])
def test_a_second_factor_is_reset_with_its_reason(
    container: Container, ncre: Run, who: tuple[str, ...]
) -> None:
    enrolled(container, "shenhe")
    token = begun(container, named(container, "shenhe"))
    said = ncre("user", "factor", "shenhe", "--reset", "--why", "手机丢失", *who)
    assert said.code == 0, said
    assert not container.second_factor_service.asked_of(named(container, "shenhe"))
    assert container.account_service.sessions.find(token) is None
    assert "两步验证已由考务办公室重置（手机丢失）" in ncre("user", "history", "shenhe", "--as", "shenji").out


def test_an_account_is_disabled_and_enabled(container: Container, ncre: Run) -> None:
    assert ncre("user", "disable", "Shenhe", "--why", "已调离", "--as", "kaowu").code == 0
    assert named(container, "shenhe").is_disabled
    assert "停用" in ncre("user", "list", "--as", "kaowu").out
    assert ncre("review", "list", "--as", "shenhe").code == 2
    assert ncre("user", "enable", "shenhe", "--why", "已调回", "--as", "kaowu").code == 0
    assert ncre("review", "list", "--as", "shenhe").code == 1, "nothing waits"


def test_the_office_s_own_take_two_and_its_last_stays(container: Container, ncre: Run) -> None:
    made = ncre("user", "add", "second", "--role", "office", "--why", "新任", "--as", "kaowu")
    assert made.code == 0
    assert "ncre user confirm second" in made.out
    assert named(container, "second").is_disabled
    assert ncre("user", "confirm", "second", "--as", "kaowu").code != 0
    assert ncre("user", "disable", "kaowu", "--why", "x").code != 0, "the last of the office"
    assert ncre("user", "enable", "second", "--why", "只有一个人").code == 0
    args = ncre("user", "role", "second", "--role", "auditor", "--why", "调岗", "--as", "kaowu")
    assert "ncre user confirm second" in args.out
    assert named(container, "second").role is Role.OFFICE
    assert ncre("user", "decline", "second", "--as", "kaowu").code == 0
    assert ncre("user", "password", "second", "--as", "kaowu").code == 2
    assert ncre("user", "disable", "kaowu", "--why", "x", "--as", "second").code == 0
    assert ncre("user", "confirm", "kaowu", "--as", "second").code != 0
    assert not named(container, "kaowu").is_disabled


@pytest.mark.parametrize(
    "args",
    [
        ("disable", "shenhe", "--why", " "),
        ("disable", "nobody", "--why", "x"),
        ("factor", "shenhe", "--why", "x"),
        ("disable", "shenhe", "--why", "x", "--as", "shenji"),
        ("disable", "kaosheng", "--why", "x"),
        ("confirm", "shenhe", "--as", "kaowu"),
        ("disable", "shenhe", "--why", "长" * 501),
    ],
)
def test_what_cannot_be_done_ends_with_words_and_changes_nothing(
    container: Container, ncre: Run, args: tuple[str, ...]
) -> None:
    said = ncre("user", *args)
    assert said.code == 2
    assert "Traceback" not in said.err
    assert not named(container, "shenhe").is_disabled
