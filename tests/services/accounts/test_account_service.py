"""Joining, recovering, changing and closing: what is proved, what ends, what is recorded, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.state import registration_id
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.events.account import account_stream
from ncre.events.base import Fact
from ncre.identity.account_refusals import PasswordRefused
from ncre.identity.accounts import Account
from ncre.identity.sessions import Session
from ncre.services.accounts.account_service import RegistrationUnderWay
from tests.handlers.ground import Walker, history_of, refusal
from tests.support.people import ROUND, SITE, Clock, bundled_round

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What conflicts on either database stands in `test_sign_ins.py`."""


OLD, NEW = "a password of somebody", "quite another password"
MAIL, PHONE, HERE = "wenjing@example.com", "+8613800138000", "203.0.113.0/24"


class Address:
    """Where a link leads; keeps the secret part of the newest."""

    token = ""

    def __call__(self, token: str) -> str:
        self.token = token
        return f"https://ncre.example/prove/{token}"


def letters(container: Container) -> list[tuple[str, str]]:
    """To whom and with which words, the newest first."""
    assert container.outbox is not None
    return [(letter.to, letter.text) for letter in container.outbox.newest()]


def recorded(container: Container, account: Account) -> list[Fact]:
    return list(history_of(container, account_stream(account.id)))


def joined(container: Container, email: str = MAIL) -> Account:
    address = Address()
    container.account_service.ask_to_join(email, address, "https://ncre.example/sign-in")
    account = container.account_service.join(address.token, OLD)
    assert account is not None
    return account


def session(container: Container, account: Account) -> Session:
    token = container.account_service.start_session(account, "password", HERE, "Firefox")
    found = container.account_service.sessions.find(token)
    assert found is not None
    return found


def signs_in(container: Container, password: str, name: str = MAIL) -> bool:
    return container.account_service.proved(name, password, HERE) is not None


def test_who_reads_an_address_joins_with_it_once(container: Container) -> None:
    address = Address()
    container.account_service.ask_to_join(MAIL, address, "https://ncre.example/sign-in", "/onward")
    ((to, text),) = letters(container)
    assert to == MAIL
    assert f"https://ncre.example/prove/{address.token}" in text
    with pytest.raises(PasswordRefused):
        container.account_service.join(address.token, "123456")
    with pytest.raises(PasswordRefused):
        container.account_service.join(address.token, "wenjing12")
    account = container.account_service.join(address.token, OLD)
    assert account is not None
    assert (account.email, account.phone, account.role) == (MAIL, "", Role.CANDIDATE)
    assert recorded(container, account) == [facts.AccountOpened(account.id, "email", "candidate")]
    assert signs_in(container, OLD)
    assert container.account_service.join(address.token, OLD) is None
    assert container.account_service.join("nothing", OLD) is None


def test_who_has_an_account_is_told_so_and_from_outside_it_looks_the_same(container: Container) -> None:
    joined(container)
    again = Address()
    container.account_service.ask_to_join(MAIL, again, "https://ncre.example/sign-in")
    to, text = letters(container)[0]
    assert to == MAIL
    assert again.token
    assert "https://ncre.example/sign-in" in text
    assert again.token not in text


def test_a_phone_joins_by_its_code(container: Container) -> None:
    token = container.account_service.ask_to_join_by_phone(PHONE, "https://ncre.example/sign-in")
    to, text = letters(container)[0]
    code = next(word for word in text.replace("，", " ").replace("：", " ").split() if word.isdigit())
    assert to == PHONE
    assert container.account_service.join(token, OLD, "000000" if code != "000000" else "1") is None
    account = container.account_service.join(token, OLD, code)
    assert account is not None
    assert (account.email, account.phone) == ("", PHONE)
    assert recorded(container, account) == [facts.AccountOpened(account.id, "phone", "candidate")]
    container.account_service.ask_to_join_by_phone(PHONE, "https://ncre.example/sign-in")
    assert "https://ncre.example/sign-in" in letters(container)[0][1]


def test_a_failure_is_recorded_where_there_is_an_account_and_delays_in_either_case(
    container: Container,
) -> None:
    account = joined(container)
    before = container.command_handler.store.newest()
    assert not signs_in(container, "guess", "nobody@example.com")
    assert container.command_handler.store.newest() == before
    assert not signs_in(container, "guess")
    failed = recorded(container, account)[-1]
    assert failed == facts.SignInFailed(account.id, "password", HERE)


def test_a_session_begins_for_nobody_whose_account_is_disabled(container: Container) -> None:
    account = joined(container)
    one = session(container, account)
    assert recorded(container, account)[-1] == facts.SignedIn(account.id, "password", HERE)
    (place,) = container.account_service.sessions.of(account.id)
    assert (place.place, place.browser, one.account.id) == (HERE, "Firefox", account.id)
    disabled = Account(account.id, account.name, account.role, account.sites, is_disabled=True)
    begin = container.account_service.start_session
    assert refusal(begin, disabled, "password", HERE, "") is RefusalCode.ACCOUNT_DISABLED


def test_a_mailed_link_sets_a_new_password_and_ends_every_session(container: Container) -> None:
    account = joined(container)
    session(container, account)
    address = Address()
    container.account_service.ask_to_recover(MAIL, address, "/onward")
    to, text = letters(container)[0]
    assert (to, address.token in text) == (MAIL, True)
    with pytest.raises(PasswordRefused):
        container.account_service.recover(address.token, "wenjing12")
    done = container.account_service.recover(address.token, NEW)
    assert done is not None
    assert done.id == account.id
    assert (signs_in(container, NEW), signs_in(container, OLD)) == (True, False)
    assert container.account_service.sessions.of(account.id) == []
    assert recorded(container, account)[-3:-1] == [
        facts.PasswordChanged(account.id, "recovered"),
        facts.SessionsEnded(account.id, 1, "recovered"),
    ]
    assert letters(container)[0][0] == MAIL
    assert container.account_service.recover(address.token, OLD) is None
    assert container.account_service.recover("nothing", OLD) is None


def test_an_address_without_an_account_is_told_that_there_is_none(container: Container) -> None:
    address = Address()
    container.account_service.ask_to_recover("nobody@example.com", address)
    to, text = letters(container)[0]
    assert (to, address.token in text) == ("nobody@example.com", False)
    assert container.account_service.recover(address.token, NEW) is None


def test_who_knows_the_password_changes_it_and_stays_alone_signed_in(container: Container) -> None:
    account = joined(container)
    mine = session(container, account)
    session(container, account)
    change = container.account_service.change_password
    assert not change(mine, "guess", NEW)
    assert recorded(container, account)[-1] == facts.SignInFailed(account.id, "password", "")
    with pytest.raises(PasswordRefused):
        change(mine, OLD, "wenjing12")
    assert change(mine, OLD, NEW)
    assert signs_in(container, NEW)
    assert [one.key for one in container.account_service.sessions.of(account.id)] == [mine.key]
    assert recorded(container, account)[-2:] == [
        facts.PasswordChanged(account.id, "changed"),
        facts.SessionsEnded(account.id, 1, "changed"),
    ]
    assert letters(container)[0][0] == MAIL


def test_sessions_are_ended_one_by_one_or_all_others(container: Container) -> None:
    account = joined(container)
    mine, second, _ = (session(container, account) for _ in range(3))
    service = container.account_service
    service.end_session(account, second.key)
    service.end_session(account, second.key)
    assert recorded(container, account)[-1] == facts.SessionsEnded(account.id, 1, "owner")
    assert len(recorded(container, account)) == 5
    assert (service.end_others(mine), service.end_others(mine)) == (1, 0)
    assert [one.key for one in service.sessions.of(account.id)] == [mine.key]
    assert [type(fact) for fact in recorded(container, account)[5:]] == [facts.SessionsEnded]
    assert recorded(container, account)[-1].metadata.actor == str(account.id)


def test_a_closed_account_is_over_with_its_sessions_and_its_owner_is_told(container: Container) -> None:
    account = joined(container)
    mine = session(container, account)
    assert not container.account_service.close(mine, "guess")
    assert container.account_service.close(mine, OLD)
    assert container.accounts.is_closed(account.id)
    assert not signs_in(container, OLD)
    assert container.account_service.sessions.of(account.id) == []
    assert facts.AccountClosed(account.id) in recorded(container, account)
    assert letters(container)[0][0] == MAIL


def test_while_a_registration_may_still_be_needed_an_account_is_not_closed(
    container: Container, clock: Clock
) -> None:
    account = joined(container)
    _of(container, account).filled()
    with pytest.raises(RegistrationUnderWay):
        container.account_service.close(session(container, account), OLD)
    closes = bundled_round()[0].plan.windows.printing.closes
    clock.now = closes
    with pytest.raises(RegistrationUnderWay):
        container.account_service.close(session(container, account), OLD)
    clock.now = closes + timedelta(seconds=1)
    assert container.account_service.close(session(container, account), OLD)


def test_a_registration_that_was_given_up_keeps_no_account_open(container: Container) -> None:
    account = joined(container)
    walker = _of(container, account)
    walker.submitted()
    walker.withdraws()
    assert container.account_service.close(session(container, account), OLD)


def test_the_last_account_of_the_office_stays(container: Container) -> None:
    boss = container.accounts.add("kaowu", OLD, Role.OFFICE)
    close = container.account_service.close
    assert refusal(close, session(container, boss), OLD) is RefusalCode.LAST_OFFICE
    assert not container.accounts.is_closed(boss.id)
    container.accounts.add("second", OLD, Role.OFFICE)
    assert close(session(container, boss), OLD)
    reviewer = container.accounts.add("shenhe", OLD, Role.REVIEWER, frozenset({SITE}))
    assert close(session(container, reviewer), OLD)


def _of(container: Container, account: Account) -> Walker:
    walker = Walker(container)
    walker.account = account
    walker.id = registration_id(ROUND, account.id, 1)
    return walker
