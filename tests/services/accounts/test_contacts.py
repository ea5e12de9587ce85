"""Addresses of an account are proved before they count, and the address before takes a change back."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.identity.accounts import Account
from ncre.services.accounts.contacts import ContactChange, kind_of_address
from tests.services.accounts.test_account_service import (
    MAIL,
    OLD,
    PHONE,
    Address,
    joined,
    letters,
    recorded,
    session,
)

OTHER = "another@example.com"


@pytest.fixture
def account(container: Container) -> Account:
    return joined(container)


def now(container: Container, account: Account) -> Account:
    found = container.accounts.find(account.id)
    assert found is not None
    return found


def test_a_new_address_is_proved_and_the_one_before_is_told_and_takes_it_back(
    container: Container, account: Account
) -> None:
    session(container, account)
    link, undo, contacts = Address(), Address(), container.contacts
    token = contacts.ask(account, OTHER, link)
    assert (link.token, letters(container)[0][0]) == (token, OTHER)
    assert contacts.waiting(account, token) == OTHER
    stranger = container.accounts.add("stranger", OLD, Role.CANDIDATE)
    assert contacts.waiting(stranger, token) == ""
    assert contacts.waiting(account, "nothing") == ""
    assert contacts.change(account, token, undo) == "email"
    assert now(container, account).email == OTHER
    assert recorded(container, account)[-1] == facts.ContactChanged(account.id, "email", MAIL, OTHER, False)
    to, text = letters(container)[0]
    assert (to, undo.token in text) == (MAIL, True)
    assert contacts.change(account, token, undo) is None
    changed = contacts.undoable(undo.token)
    assert changed == ContactChange(now(container, account), "email", MAIL, OTHER)
    assert contacts.undo(undo.token) is not None
    assert now(container, account).email == MAIL
    assert container.account_service.sessions.of(account.id) == []
    assert recorded(container, account)[-2:] == [
        facts.ContactChanged(account.id, "email", OTHER, MAIL, True),
        facts.SessionsEnded(account.id, 1, "undone"),
    ]
    assert (contacts.undo(undo.token), contacts.undoable(undo.token)) == (None, None)
    again = contacts.set_password_link(ContactChange(now(container, account), "email", MAIL, MAIL))
    assert again is not None
    assert container.account_service.recover(again, "quite another password") is not None


def test_a_phone_is_proved_by_its_code(container: Container, account: Account) -> None:
    token = container.contacts.ask(account, PHONE, Address())
    to, text = letters(container)[0]
    code = next(word for word in text.replace("，", " ").replace("：", " ").split() if word.isdigit())
    assert to == PHONE
    undo = Address()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert container.contacts.change(account, token, undo, wrong) is None
    assert container.contacts.change(account, token, undo, code) == "phone"
    assert (now(container, account).phone, now(container, account).email) == (PHONE, MAIL)
    assert recorded(container, account)[-1] == facts.ContactChanged(account.id, "phone", "", PHONE, False)
    changed = container.contacts.undoable(undo.token)
    assert changed is not None
    assert (changed.kind, changed.before, changed.now) == ("phone", "", PHONE)
    assert container.contacts.set_password_link(changed) is None
    assert [to for to, _ in letters(container)][0] == MAIL


def test_the_proof_of_another_account_changes_nothing(container: Container, account: Account) -> None:
    token = container.contacts.ask(account, OTHER, Address())
    stranger = container.accounts.add("stranger", OLD, Role.CANDIDATE)
    assert container.contacts.change(stranger, token, Address()) is None
    assert (now(container, account).email, now(container, stranger).email) == (MAIL, "")


def test_of_a_closed_account_nothing_is_undone(container: Container, account: Account) -> None:
    undo = Address()
    container.contacts.change(account, container.contacts.ask(account, OTHER, Address()), undo)
    container.account_service.close(session(container, now(container, account)), OLD)
    assert container.contacts.undoable(undo.token) is None
    assert container.contacts.undo(undo.token) is None


def test_what_kind_an_address_is_of() -> None:
    assert (kind_of_address(MAIL), kind_of_address(PHONE)) == ("email", "phone")
