"""What people type as an account: one phone, one address, one name is one account, wherever it is typed."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import create_engine, text

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.identity.account_refusals import NameTaken
from ncre.identity.accounts import Accounts
from ncre.store.database import Database
from ncre.store.migrated import MIGRATIONS
from tests.support.people import NOW, SITE
from tests.web.account.test_passport import EMAIL, PASSWORD, PHONE, code, joins, letters
from tests.web.visitor import Visitor

PHONES = [
    "13800138000",
    "+8613800138000",
    "0086 138 0013 8000",
    "138.0013.8000",
    "138–0013–8000",
    "１３８００１３８０００",
]


@pytest.fixture
def visitor(site: Flask) -> Visitor:
    return Visitor(site)


def before(revision: str) -> str:
    """The migration that this one follows."""
    found = ScriptDirectory(str(MIGRATIONS)).get_revision(revision)
    return str(found.down_revision)


def joins_by_phone(container: Container, visitor: Visitor, typed: str) -> None:
    visitor.get("/register?by=phone")
    visitor.post("/register", phone=typed)
    visitor.get("/register/code")
    visitor.post("/register/code", code=code(container, PHONE), password=PASSWORD, again=PASSWORD)


@pytest.mark.parametrize("typed", PHONES[1:])
def test_phone_of_an_account_in_another_spelling_is_no_second_account(
    container: Container, site: Flask, visitor: Visitor, typed: str
) -> None:
    joins_by_phone(container, visitor, PHONES[0])
    other = Visitor(site)
    other.get("/register?by=phone")
    other.post("/register", phone=typed)
    assert "已有账号" in letters(container, PHONE)[0]
    other.get("/sign-in")
    other.post("/sign-in", name=typed, password=PASSWORD)
    other.get("/passport")
    assert "138 0013 8000" in other.text()
    assert PHONE not in other.text()


def test_letters_to_one_phone_are_counted_together_however_it_is_spelled(
    container: Container, site: Flask
) -> None:
    for number, typed in enumerate([*PHONES, "(+86) 138 0013 8000"]):
        visitor = Visitor(site)
        visitor.get("/register?by=phone")
        visitor.post("/register", 303 if number < 5 else 429, phone=typed)
    assert "发送次数过多" in visitor.text()


def test_a_phone_of_another_country_is_refused_in_words_and_taken_where_it_was_chosen(
    container: Container, visitor: Visitor
) -> None:
    visitor.get("/register?by=phone")
    visitor.post("/register", 422, phone="+852 9123 4567")
    assert "这里只能使用 +86 的手机号" in visitor.text()
    joins(container, visitor)
    visitor.get("/passport/phone")
    visitor.post("/passport/phone", 422, target="+852 9123 4567", present=PASSWORD)
    assert "这里只能使用 +86 的手机号" in visitor.text()
    vars(container.sending_limits)["terms"] = type(container.sending_limits.terms)(("CN", "HK"))
    visitor.post("/passport/phone", target="00852 9123 4567", present=PASSWORD)
    visitor.get("/passport/prove-code")
    visitor.post("/passport/prove-code", code=code(container, "+85291234567"))
    visitor.get("/passport")
    assert "+852 9123 4567" in visitor.text()


@pytest.mark.parametrize("typed", ["Shenhe", "SHENHE", " shenhe", "ｓｈｅｎｈｅ", "shen\u200bhe"])
def test_account_name_as_a_phone_capitalises_it(container: Container, visitor: Visitor, typed: str) -> None:
    """account name: Shenhe for shenhe (phones capitalise)."""
    container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({SITE}))
    visitor.get("/sign-in")
    assert 'autocapitalize="none"' in visitor.page
    visitor.post("/sign-in", name=typed, password="a password of shenhe")
    visitor.get("/staff/queue")
    with pytest.raises(NameTaken):
        container.accounts.add(typed, PASSWORD, Role.CANDIDATE)


def test_an_address_is_no_name_of_another_account(container: Container, visitor: Visitor) -> None:
    joins(container, visitor)
    for name in (EMAIL, EMAIL.upper(), f" {EMAIL}\u200b"):
        with pytest.raises(NameTaken):
            container.accounts.add(name, PASSWORD, Role.CANDIDATE)


def test_accounts_of_before_are_found_in_every_spelling(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Rows as the release before wrote them: names as typed, numbers without their country."""
    url = f"sqlite:///{tmp_path_factory.mktemp('before')}/ncre.sqlite"
    database = Database(url)
    database.migrate(before("0017"))
    rows = [
        ("Shenhe", None, None),
        ("Kaowu", None, None),
        ("kaowu", None, None),
        ("13800138000", None, "13800138000"),
        ("a@müller.de", "a@müller.de", None),
        ("closed:7", None, None),
    ]
    engine = create_engine(url)
    with engine.begin() as connection:
        for number, (name, email, phone) in enumerate(rows):
            connection.execute(
                text(
                    "INSERT INTO accounts (id, name, role, sites, password, created_at, email, phone) "
                    "VALUES (:id, :name, 'candidate', '[]', '', :at, :email, :phone)"
                ),
                {"id": f"{number:032x}", "name": name, "at": NOW, "email": email, "phone": phone},
            )
    engine.dispose()
    database.migrate()
    accounts = Accounts(database, lambda: NOW)
    found = {typed: accounts.named(typed) for typed in ("shenhe", "SHENHE", "Kaowu", "kaowu", "KAOWU")}
    assert [known.name if known else "" for known in found.values()] == [
        "Shenhe",
        "Shenhe",
        "Kaowu",
        "kaowu",
        "kaowu",
    ]
    for typed in PHONES:
        known = accounts.named(typed)
        assert known is not None
        assert (known.name, known.phone) == ("138 0013 8000", "+8613800138000")
    known = accounts.named("A@Müller.de")
    assert known is not None
    assert known.email == "a@xn--mller-kva.de"
    database.close()
