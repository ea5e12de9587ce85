"""The exam office keeps the accounts of staff: each change with its reason, its own only by two, its last never."""

from __future__ import annotations

import re
from threading import Barrier, Thread

import pyotp
import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.accounts.staff import StaffChange, Wanted
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import account_stream
from ncre.identity.accounts import Account
from ncre.services.accounts.staff_provisioning import SHELL
from tests.support.people import SITE, Clock
from tests.web.staff_members import PASSWORD, Visitor, visitor

WHY = "手机丢失，已当面核对证件"


def account(container: Container, name: str) -> Account:
    found = container.accounts.named(name)
    assert found is not None, name
    return found


def path(container: Container, name: str) -> str:
    return f"/office/accounts/{account(container, name).id}"


def asks(container: Container, one: Visitor, name: str, change: str, expect: int = 303, **form: str) -> str:
    page = path(container, name)
    answer = one.post(f"{page}/{change}", page, **{"why": WHY, **form})
    assert answer.status_code == expect, answer.text
    return answer.text


def told(container: Container, name: str) -> list[tuple[str, str]]:
    """What the history says and by whom."""
    with container.database.reading() as connection:
        history = container.command_handler.store.history(
            connection, account_stream(account(container, name).id)
        )
    return [(fact.TOPIC.removeprefix("passport."), fact.metadata.actor) for fact in history]


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return visitor(container, site, "kaowu", Role.OFFICE)


@pytest.fixture
def second(container: Container, site: Flask) -> Visitor:
    return visitor(container, site, "second", Role.OFFICE)


def enrolled(container: Container, name: str, clock: Clock) -> None:
    known = account(container, name)
    secret = container.second_factor_service.to_enrol(known).secret
    assert container.second_factor_service.confirm(known, pyotp.TOTP(secret).at(clock())) is not None


def test_staff_who_lost_phone_and_codes_come_in_again(
    container: Container, site: Flask, kaowu: Visitor, clock: Clock
) -> None:
    """Once they were out for good."""
    li = visitor(container, site, "shenhe", Role.REVIEWER, SITE)
    enrolled(container, "shenhe", clock)
    asks(container, kaowu, "shenhe", "factor")
    li.get("/staff/queue", 302)
    li.signs_in()
    li.get("/staff/queue")
    assert not container.second_factor_service.asked_of(account(container, "shenhe"))
    done = dict(told(container, "shenhe"))
    assert done["factor_reset"] == done["factor_changed"] == str(account(container, "kaowu").id)
    assert f"两步验证已由考务办公室重置（{WHY}）" in kaowu.get(
        f"/audit/accounts/{account(container, 'shenhe').id}"
    )


def test_a_disabled_account_is_out_at_once_and_in_again_once_enabled(
    container: Container, site: Flask, kaowu: Visitor
) -> None:
    li = visitor(container, site, "shenhe", Role.REVIEWER, SITE)
    asks(container, kaowu, "shenhe", "disable")
    assert li.client.get("/staff/queue", base_url="https://localhost").status_code == 302
    refused = li.post("/sign-in", "/sign-in", name="shenhe", password=PASSWORD)
    assert refused.status_code == 403
    assert "这个账号已停用" in refused.text
    wrong = li.post("/sign-in", "/sign-in", name="shenhe", password="guess")
    assert wrong.status_code == 422, "only who knows the password learns that it is disabled"
    assert "已停用" in kaowu.get("/office/accounts")
    asks(container, kaowu, "shenhe", "enable")
    li.signs_in()
    li.get("/staff/queue")
    assert [what for what, _ in told(container, "shenhe") if what.startswith("account_")] == [
        "account_disabled",
        "account_enabled",
    ]


def test_an_account_is_made_and_its_password_shown_once(
    container: Container, site: Flask, kaowu: Visitor
) -> None:
    page = "/office/accounts"
    form = {"name": " Xin  Li ", "role": "reviewer", "sites": f"{SITE}，429901", "why": "新任"}
    made = kaowu.post(page, page, **form)
    assert made.status_code == 200
    password = re.search(r"<code>([^<]+)</code>", made.text)
    assert password
    known = account(container, "xin li")
    assert (known.name, known.role, known.sites) == ("Xin Li", Role.REVIEWER, {SITE, "429901"})
    assert container.accounts.check("Xin li", password[1]) is not None
    assert password[1] not in kaowu.get(path(container, "xin li"))
    assert [what for what, _ in told(container, "xin li")] == ["account_opened", "role_changed"]
    again = kaowu.post(page, page, **form)
    assert again.status_code == 409
    assert "已有人使用" in again.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"why": " \u200b"}, "请写明原因"),
        ({"why": "长" * 501}, "文字太长"),
        ({"sites": ""}, "须至少指定一个考点"),
        ({"sites": "999999"}, "没有考点 999999"),
        ({"name": "\u200b "}, "请填写账号名"),
    ],
)
def test_what_is_missing_is_told_at_its_field(
    container: Container, kaowu: Visitor, form: dict[str, str], words: str
) -> None:
    page = "/office/accounts"
    given = {"name": "xin", "role": "reviewer", "sites": SITE, "why": "新任", **form}
    answer = kaowu.post(page, page, **given)
    assert answer.status_code == 422
    assert words in answer.text
    assert container.accounts.named("xin") is None


def test_a_role_is_changed_with_its_sites_and_ends_the_sessions(
    container: Container, site: Flask, kaowu: Visitor
) -> None:
    li = visitor(container, site, "shenhe", Role.REVIEWER, SITE)
    asks(container, kaowu, "shenhe", "role", role="reviewer", sites="429901")
    assert account(container, "shenhe").sites == {"429901"}
    li.get("/staff/queue", 302)
    li.signs_in()
    asks(container, kaowu, "shenhe", "role", role="auditor")
    asks(container, kaowu, "shenhe", "role", 422, role="reviewer", sites=" ")
    asks(container, kaowu, "shenhe", "role", 422, role="reviewer", sites=SITE, why="")
    assert account(container, "shenhe").role is Role.AUDITOR


def test_a_new_password_is_shown_once(container: Container, site: Flask, kaowu: Visitor) -> None:
    visitor(container, site, "shenhe", Role.REVIEWER, SITE)
    text = asks(container, kaowu, "shenhe", "password", 200)
    password = re.search(r"<code>([^<]+)</code>", text)
    assert password
    assert container.accounts.check("shenhe", password[1]) is not None
    assert container.accounts.check("shenhe", PASSWORD) is None


# two persons, and the last


@pytest.mark.parametrize(
    ("change", "form"),
    [("disable", {}), ("factor", {}), ("password", {}), ("role", {"role": "auditor"})],
)
def test_an_account_of_the_office_takes_two(
    container: Container,
    site: Flask,
    clock: Clock,
    kaowu: Visitor,
    second: Visitor,
    change: str,
    form: dict[str, str],
) -> None:
    visitor(container, site, "third", Role.OFFICE)
    enrolled(container, "third", clock)
    before = account(container, "third")
    asks(container, kaowu, "third", change, **form)
    assert account(container, "third") == before
    assert container.accounts.check("third", PASSWORD) is not None
    page = path(container, "third")
    refused = kaowu.post(f"{page}/confirm", page)
    assert refused.status_code == 403
    assert "申请人不能自己确认" in refused.text
    assert "待确认" in second.get("/office/accounts")
    confirmed = second.post(f"{page}/confirm", page)
    assert confirmed.status_code == (200 if change == "password" else 303)
    assert account(container, "third") != before or change in ("factor", "password")
    assert container.second_factor_service.asked_of(account(container, "third")) is (change != "factor")
    actors = dict(told(container, "third"))
    assert actors["staff_change_requested"] == str(account(container, "kaowu").id)
    assert str(account(container, "second").id) in actors.values()
    assert second.post(f"{page}/confirm", page).status_code == 409


def test_nobody_becomes_the_office_by_one_person(
    container: Container, site: Flask, kaowu: Visitor, second: Visitor
) -> None:
    visitor(container, site, "shenhe", Role.REVIEWER, SITE)
    asks(container, kaowu, "shenhe", "role", role="office")
    assert account(container, "shenhe").role is Role.REVIEWER
    page = "/office/accounts"
    made = kaowu.post(page, page, name="new", role="office", why="新任")
    password = re.search(r"<code>([^<]+)</code>", made.text)
    assert password
    stranger = Visitor(site, None)
    assert stranger.post("/sign-in", "/sign-in", name="new", password=password[1]).status_code == 403
    asks(container, kaowu, "new", "enable")
    assert account(container, "new").is_disabled
    assert second.post(f"{path(container, 'new')}/confirm", path(container, "new")).status_code == 303
    assert stranger.post("/sign-in", "/sign-in", name="new", password=password[1]).status_code == 303


def test_a_request_is_declined_or_over_after_a_week(
    container: Container, site: Flask, clock: Clock, kaowu: Visitor, second: Visitor
) -> None:
    visitor(container, site, "third", Role.OFFICE)
    page = path(container, "third")
    asks(container, kaowu, "third", "disable")
    assert kaowu.post(f"{page}/decline", page).status_code == 303
    assert second.post(f"{page}/confirm", page).status_code == 409
    asks(container, kaowu, "third", "disable")
    clock.advance(days=7, seconds=1)
    second.signs_in()
    assert second.post(f"{page}/confirm", page).status_code == 409
    assert not account(container, "third").is_disabled


def test_nobody_changes_their_own_account(container: Container, kaowu: Visitor, second: Visitor) -> None:
    assert "不能修改自己的账号" in kaowu.get(path(container, "kaowu"))
    for change in ("disable", "factor", "password"):
        asks(container, kaowu, "kaowu", change, 403)
    asks(container, second, "kaowu", "disable")
    assert kaowu.post(f"{path(container, 'kaowu')}/confirm", path(container, "kaowu")).status_code == 403


def test_the_last_account_of_the_office_stays(
    container: Container, site: Flask, kaowu: Visitor, second: Visitor
) -> None:
    """Where two were asked about while both signed in, the second confirmation finds that one is left."""
    visitor(container, site, "third", Role.OFFICE)
    asks(container, kaowu, "second", "disable")
    asks(container, second, "third", "disable")
    third, kaowu_, second_ = (account(container, name) for name in ("third", "kaowu", "second"))
    container.staff_accounts.confirm(second_.id, third.actor)
    container.staff_accounts.confirm(third.id, kaowu_.actor)
    shell = container.staff_accounts
    for wanted in (
        Wanted(StaffChange.DISABLE, WHY),
        Wanted(StaffChange.ROLE, WHY, Role.REVIEWER, frozenset({SITE})),
    ):
        with pytest.raises(Refusal) as refused:
            shell.change(kaowu_.id, wanted, SHELL)
        assert refused.value.code is RefusalCode.LAST_OFFICE
    kaowu.get("/passport/close")
    closed = kaowu.post("/passport/close", "/passport/close", password=PASSWORD)
    assert closed.status_code == 409
    assert "最后一个能登录的账号" in closed.text
    assert not account(container, "kaowu").is_disabled


def test_two_who_disable_each_other_at_once_leave_one(container: Container, site: Flask) -> None:
    names = ("one", "two")
    for name in names:
        visitor(container, site, name, Role.OFFICE)
    start, outcomes = Barrier(2), list[str]()

    def disable(name: str) -> None:
        start.wait()
        try:
            container.staff_accounts.change(
                account(container, name).id, Wanted(StaffChange.DISABLE, WHY), SHELL
            )
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code.value)

    threads = [Thread(target=disable, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "last_office"]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.CANDIDATE])
def test_others_keep_no_accounts(container: Container, site: Flask, role: Role) -> None:
    one = visitor(container, site, "somebody", role, *([SITE] if role is Role.REVIEWER else []))
    visitor(container, site, "shenhe", Role.REVIEWER, SITE)
    for page in ("/office/accounts", path(container, "shenhe")):
        one.get(page, 403)
    for change in ("disable", "factor", "password", "role", "enable", "confirm", "decline"):
        assert one.post(f"{path(container, 'shenhe')}/{change}", "/passport", why=WHY).status_code == 403


def test_it_asks_for_the_password_again_after_a_while(
    container: Container, kaowu: Visitor, clock: Clock
) -> None:
    clock.advance(minutes=11)
    assert "/passport/confirm" in kaowu.client.get("/office/accounts", base_url="https://localhost").location


def test_the_owner_is_told(container: Container, site: Flask, kaowu: Visitor) -> None:
    visitor(container, site, "shenhe", Role.REVIEWER, SITE)
    with container.database.transaction() as connection:
        container.accounts.set_contact(
            connection, account(container, "shenhe"), "email", "shenhe@example.com"
        )
    asks(container, kaowu, "shenhe", "disable")
    assert container.outbox is not None
    assert container.outbox.newest()[0].to == "shenhe@example.com"
    assert "考务办公室刚刚更改了您的工作账号" in container.outbox.newest()[0].text
