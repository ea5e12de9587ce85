"""How passwords are kept: argon2id at the profile of today, and an older hash renewed when its owner comes."""

from __future__ import annotations

from threading import Thread
from time import monotonic, sleep
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select, update

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.identity import passwords
from ncre.identity.accounts import accounts
from ncre.identity.passwords import PROFILE, Passwords
from ncre.store.fair_lock import FairLock

PASSWORD = "a password of wenjing"


@pytest.fixture(autouse=True)
def at_full_cost(cheap_hashes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests compute as an installation does; all others at a cheaper profile."""
    monkeypatch.setattr(passwords, "PROFILE", PROFILE)


def kept(container: Container) -> str:
    with container.database.reading() as connection:
        return str(connection.execute(select(accounts.c.password)).scalar_one())


def test_a_hash_is_argon2id_at_the_profile_of_today(container: Container) -> None:
    container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    assert kept(container).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not Passwords().outdated(kept(container))


def test_where_there_is_no_password_one_is_compared_with_at_the_same_profile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What takes as long tells nobody which names have an account; nothing is hashed to make ready for it."""
    hashed: list[str] = []
    monkeypatch.setattr(PasswordHasher, "hash", lambda _, password: hashed.append(password))
    nobody = Passwords()._nobody
    assert hashed == []
    assert extract_parameters(nobody) == PROFILE
    assert Passwords()._nobody != nobody
    assert not Passwords().outdated(nobody)
    assert not Passwords().right(None, PASSWORD)


def test_a_hash_of_an_older_profile_is_renewed_at_sign_in(container: Container) -> None:
    container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with container.database.transaction() as connection:
        connection.execute(update(accounts).values(password=older))
    assert container.accounts.check("wenjing", "not it") is None
    assert kept(container) == older
    assert container.accounts.check("wenjing", PASSWORD) is not None
    assert kept(container).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_hashes_are_computed_in_the_order_in_which_they_were_asked_for() -> None:
    passwords = Passwords()
    turn = passwords._turn = FairLock(1)
    done: list[str] = []
    passwords._hasher = SimpleNamespace(hash=done.append)  # type: ignore[assignment]
    threads = []
    with turn:
        for number in range(8):
            threads.append(Thread(target=passwords.hash, args=(str(number),)))
            threads[-1].start()
            deadline = monotonic() + 10
            while len(turn._waiting) <= number:
                assert monotonic() < deadline, "it never waited"
                sleep(0.001)
    passwords.hash("last")
    for thread in threads:
        thread.join()
    assert done == [*(str(number) for number in range(8)), "last"]


def test_the_turn_of_a_service_is_a_fair_one() -> None:
    assert isinstance(Passwords()._turn, FairLock)
