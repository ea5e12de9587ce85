"""How passwords are kept: argon2id at the profile of today, and an older hash renewed when its owner comes."""

from __future__ import annotations

from argon2 import PasswordHasher
from sqlalchemy import select, update

from ncre.bootstrap import House
from ncre.domain.lifecycle import Role
from ncre.passport.accounts import accounts
from ncre.passport.passwords import Passwords

PASSWORD = "a password of wenjing"


def kept(house: House) -> str:
    with house.database.reading() as connection:
        return str(connection.execute(select(accounts.c.password)).scalar_one())


def test_a_hash_is_argon2id_at_the_profile_of_today(house: House) -> None:
    house.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    assert kept(house).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not Passwords().outdated(kept(house))


def test_a_hash_of_an_older_profile_is_renewed_at_sign_in(house: House) -> None:
    house.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with house.database.transaction() as connection:
        connection.execute(update(accounts).values(password=older))
    assert house.accounts.check("wenjing", "not it") is None
    assert kept(house) == older
    assert house.accounts.check("wenjing", PASSWORD) is not None
    assert kept(house).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
