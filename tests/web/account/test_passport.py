"""The passport in pages: joining by a proved address, recovering, changing, and the sessions of an account."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.event import listens_for, remove

from ncre.bootstrap import Container
from ncre.clients.messages import Mailer
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import account_stream
from ncre.identity.accounts import Account
from ncre.web import create_site
from tests.support.people import OFFICE, Clock, begun, somebody
from tests.web.visitor import ORIGIN, Visitor

EMAIL, PASSWORD = "wenjing@example.com", "correct horse battery"
PHONE = "+8613800138000"
TOKEN = re.compile(r"/(register|recover|passport/prove)/([\w-]{20,})")


@pytest.fixture
def visitor(site: Flask) -> Visitor:
    return Visitor(site)


def letters(container: Container, to: str) -> list[str]:
    assert container.outbox is not None
    return [letter.text for letter in container.outbox.newest() if letter.to == to]


def link(container: Container, to: str) -> str:
    """The path of the link in the newest letter to an address."""
    found = TOKEN.search(letters(container, to)[0])
    assert found, letters(container, to)
    return found[0]


def code(container: Container, to: str) -> str:
    found = re.search(r"\b\d{6}\b", letters(container, to)[0])
    assert found
    return found[0]


def joins(container: Container, visitor: Visitor, email: str = EMAIL, password: str = PASSWORD) -> Account:
    visitor.get("/register")
    visitor.post("/register", 200, email=email)
    path = link(container, email)
    visitor.get(path)
    visitor.post(path, password=password, again=password)
    account = container.accounts.named(email)
    assert account is not None
    return account


def topics(container: Container, account: Account) -> list[str]:
    with container.database.reading() as connection:
        history = container.command_handler.store.history(
            connection, account_stream(account.id), opened=False
        )
    return [fact.TOPIC.removeprefix("passport.") for fact in history]


def test_a_mailed_link_and_a_password_make_an_account(container: Container, visitor: Visitor) -> None:
    account = joins(container, visitor)
    assert (account.role, account.email) == (Role.CANDIDATE, EMAIL)
    visitor.get("/welcome")
    assert EMAIL in visitor.text()
    assert topics(container, account) == ["account_opened", "signed_in"]


def test_a_letter_is_in_both_languages_and_as_text_and_html(container: Container, visitor: Visitor) -> None:
    visitor.get("/register")
    visitor.post("/register", 200, email=EMAIL)
    (text,) = letters(container, EMAIL)
    assert "设置密码完成注册" in text
    assert "choose a password" in text
    raw = next(container.settings.outbox.glob("*.eml")).read_text()
    assert "text/plain" in raw
    assert "text/html" in raw


def test_registering_an_address_that_has_an_account_looks_the_same_and_tells_its_owner(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    stranger = Visitor(site)
    stranger.get("/register")
    stranger.post("/register", 200, email=EMAIL)
    known = stranger.text().replace(EMAIL, "")
    stranger.get("/register")
    stranger.post("/register", 200, email="nobody@example.com")
    assert stranger.text().replace("nobody@example.com", "") == known
    assert "已有账号" in letters(container, EMAIL)[0]


def test_nobody_has_an_address_before_proving_it(container: Container, visitor: Visitor) -> None:
    """Whoever registers the victim's address first gets nothing: there is no account to wait in."""
    visitor.get("/register")
    visitor.post("/register", 200, email=EMAIL)
    assert container.accounts.named(EMAIL) is None


@pytest.mark.parametrize("typed", ["", "wenjing", "a@b", "two@at@example.com", "x" * 250 + "@example.com"])
def test_what_is_no_address_is_told(visitor: Visitor, typed: str) -> None:
    visitor.get("/register")
    visitor.post("/register", 422, email=typed)
    assert "请填写有效的邮箱地址" in visitor.text()


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "密码至少 8 个字符"),
        ("12345678", "这个密码太常见"),
        ("Password123", "这个密码太常见"),
        ("aaaaaaaaaaaa", "这个密码太常见"),
        ("wenjing2027", "密码不能由账号"),
        ("x" * 1025, "密码太长"),
    ],
)
def test_a_weak_password_is_refused_and_the_link_stays_good(
    container: Container, visitor: Visitor, password: str, said: str
) -> None:
    visitor.get("/register")
    visitor.post("/register", 200, email=EMAIL)
    path = link(container, EMAIL)
    visitor.get(path)
    visitor.post(path, 422, password=password, again=password)
    assert said in visitor.text()
    visitor.post(path, password=PASSWORD, again=PASSWORD)
    assert container.accounts.check(EMAIL, PASSWORD) is not None


def test_a_long_password_of_any_characters_in_any_spelling_signs_in(
    container: Container, visitor: Visitor
) -> None:
    password = "密码 ｆｕｌｌ width 🔑" * 8
    joins(container, visitor, password=password)
    assert container.accounts.check(EMAIL, password.replace("ｆｕｌｌ", "full")) is not None


def test_a_phone_account_is_told_that_it_cannot_be_recovered_and_how_to_mend_that(
    container: Container, visitor: Visitor
) -> None:
    visitor.get("/register?by=phone")
    assert "不能找回密码，除非注册后再绑定邮箱" in visitor.text()
    visitor.post("/register", phone="138 0013 8000")
    visitor.get("/register/code")
    wrong = "000000" if code(container, PHONE) != "000000" else "111111"
    visitor.post("/register/code", 422, code=wrong, password=PASSWORD, again=PASSWORD)
    assert "验证码不正确或已过期" in visitor.text()
    visitor.post("/register/code", code=code(container, PHONE), password=PASSWORD, again=PASSWORD)
    account = container.accounts.named("138-0013-8000")
    assert account is not None
    assert account.phone == PHONE
    visitor.get("/passport")
    assert "没有邮箱的账号不能找回密码。" in visitor.text()


def test_where_no_message_reaches_a_phone_no_number_is_asked_for(
    container: Container, visitor: Visitor
) -> None:
    vars(container)["mailer"] = Mailer(container.mailer, None)
    visitor.get("/register?by=phone")
    assert "手机号注册" not in visitor.text()
    assert 'name="email"' in visitor.page
    joins(container, visitor)
    visitor.get("/passport")
    assert "/passport/phone" not in visitor.page
    visitor.get("/passport/phone", 404)


@pytest.mark.parametrize("spelled", ["{0} {1}", "{0}-{1}", "\u3000{0}\u200b{1}", "wide"])
def test_a_code_sent_to_a_phone_is_taken_as_it_was_meant(
    container: Container, visitor: Visitor, spelled: str
) -> None:
    """code sent to a phone: 539 367, full-width digits."""
    visitor.get("/register?by=phone")
    visitor.post("/register", phone="+86 138-0013-8000")
    right = code(container, PHONE)
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in right)
    typed = wide if spelled == "wide" else spelled.format(right[:3], right[3:])
    visitor.get("/register/code")
    visitor.post("/register/code", code=typed, password=PASSWORD, again=PASSWORD)
    assert container.accounts.named("138 0013 8000") is not None


def test_the_rules_of_a_password_are_said_beforehand_and_are_the_same_everywhere(
    container: Container, visitor: Visitor
) -> None:
    rule = "不能是常见的密码，也不能由您的账号、邮箱或手机号组成"
    visitor.get("/register?by=phone")
    visitor.post("/register", phone="13800138000")
    visitor.get("/register/code")
    assert visitor.text().count(rule) == 1
    visitor.get("/register")
    visitor.post("/register", 200, email=EMAIL)
    visitor.get(link(container, EMAIL))
    assert visitor.text().count(rule) == 1
    visitor.post(link(container, EMAIL), password=PASSWORD, again=PASSWORD)
    visitor.get("/passport")
    assert visitor.text().count(rule) == 1
    visitor.get("/recover")
    visitor.post("/recover", 200, email=EMAIL)
    visitor.get(link(container, EMAIL))
    assert visitor.text().count(rule) == 1


def test_five_wrong_codes_end_the_code(container: Container, visitor: Visitor) -> None:
    visitor.get("/register?by=phone")
    visitor.post("/register", phone="13800138000")
    right = code(container, PHONE)
    visitor.get("/register/code")
    for guess in range(5):
        wrong = f"{(int(right) + guess + 1) % 1_000_000:06}"
        visitor.post("/register/code", 422, code=wrong, password=PASSWORD, again=PASSWORD)
    visitor.post("/register/code", 422, code=right, password=PASSWORD, again=PASSWORD)
    assert container.accounts.named("13800138000") is None


def test_a_forgotten_password_is_replaced_by_a_mailed_link_and_every_session_ends(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    account = joins(container, visitor)
    other = Visitor(site)
    other.get("/recover")
    other.post("/recover", 200, email=EMAIL)
    path = link(container, EMAIL)
    other.get(path)
    other.post(path, password="another good password", again="another good password")
    visitor.get("/welcome", 302)
    assert container.accounts.check(EMAIL, PASSWORD) is None
    assert container.accounts.check(EMAIL, "another good password") is not None
    assert "密码刚刚修改" in letters(container, EMAIL)[0]
    assert topics(container, account)[-3:] == ["password_changed", "sessions_ended", "signed_in"]


def test_a_link_works_once_and_for_half_an_hour(
    container: Container, site: Flask, clock: Clock, visitor: Visitor
) -> None:
    joins(container, visitor)
    visitor.get("/recover")
    visitor.post("/recover", 200, email=EMAIL)
    path = link(container, EMAIL)
    visitor.get(path)
    visitor.post(path, password="another good password", again="another good password")
    visitor.get(path, 410)
    assert "链接已失效" in visitor.text()
    visitor.get("/recover")
    visitor.post("/recover", 200, email=EMAIL)
    path = link(container, EMAIL)
    clock.advance(minutes=31)
    Visitor(site).get(path, 410)


def test_the_page_of_a_link_sends_no_referer_and_is_not_kept(container: Container, visitor: Visitor) -> None:
    joins(container, visitor)
    visitor.get("/recover")
    visitor.post("/recover", 200, email=EMAIL)
    answer = visitor.get(link(container, EMAIL))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_recovering_an_unknown_address_looks_the_same_and_tells_its_owner(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, Visitor(site))
    visitor.get("/recover")
    visitor.post("/recover", 200, email=EMAIL)
    known = visitor.text().replace(EMAIL, "")
    visitor.get("/recover")
    visitor.post("/recover", 200, email="nobody@example.com")
    assert visitor.text().replace("nobody@example.com", "") == known
    assert "没有账号使用它" in letters(container, "nobody@example.com")[0]


def test_nobody_is_flooded_with_letters(container: Container, site: Flask, clock: Clock) -> None:
    """Whether the address has an account or not, whoever asks, and from wherever."""
    joins(container, Visitor(site))
    for page, to in (
        ("/recover", EMAIL),
        ("/recover", "nobody@example.com"),
        ("/register", "new@example.com"),
    ):
        before = len(letters(container, to))
        for turn in range(8):
            visitor = Visitor(site)
            visitor.get(page)
            visitor.post(page, 429 if turn >= 5 - before else 200, email=to)
        assert len(letters(container, to)) == 5
        assert "发送次数过多" in visitor.text()
    clock.advance(minutes=1)
    visitor.get("/recover")
    visitor.post("/recover", 200, email=EMAIL)


def test_a_link_to_join_recovers_nothing(container: Container, visitor: Visitor) -> None:
    visitor.get("/register")
    visitor.post("/register", 200, email=EMAIL)
    visitor.get(link(container, EMAIL).replace("register", "recover"), 410)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    other = Visitor(site)
    other.get("/sign-in")
    other.post("/sign-in", name=EMAIL, password=PASSWORD)
    visitor.get("/passport")
    new = {"password": "another good password", "again": "another good password"}
    visitor.post("/passport/password", 422, present="wrong", **new)
    assert "当前密码不正确" in visitor.text()
    visitor.post("/passport/password", present=PASSWORD, **new)
    visitor.get("/passport")
    assert "其他登录已全部退出" in visitor.text()
    other.get("/passport", 302)


def test_a_new_address_counts_once_proved_and_the_old_one_is_told(
    container: Container, visitor: Visitor
) -> None:
    account = joins(container, visitor)
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target="New@Example.com", present=PASSWORD)
    assert container.accounts.named("new@example.com") is None
    path = link(container, "new@example.com")
    visitor.get(path)
    visitor.post(path)
    changed = container.accounts.find(account.id)
    assert changed is not None
    assert changed.email == "new@example.com"
    assert "刚刚改为 n***@example.com" in letters(container, EMAIL)[0]
    assert container.accounts.check(EMAIL, PASSWORD) is None
    assert container.accounts.check("new@example.com", PASSWORD) is not None
    assert topics(container, account)[-1] == "contact_changed"


def test_a_link_mailed_to_an_address_that_was_given_up_recovers_nothing(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    thief = Visitor(site)
    thief.get("/recover")
    thief.post("/recover", 200, email=EMAIL)
    mailed = link(container, EMAIL)
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target="new@example.com", present=PASSWORD)
    path = link(container, "new@example.com")
    visitor.get(path)
    visitor.post(path)
    thief.get(mailed, 410)
    thief.get("/recover")
    thief.post(mailed, 410, password="a password of thieves", again="a password of thieves")
    assert container.accounts.check("new@example.com", PASSWORD) is not None


def test_nobody_takes_as_an_address_what_another_signs_in_with(
    container: Container, visitor: Visitor
) -> None:
    container.accounts.add("office@example.com", PASSWORD, Role.OFFICE)
    joins(container, visitor)
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target="office@example.com", present=PASSWORD)
    path = link(container, "office@example.com")
    visitor.get(path)
    visitor.post(path, 409)


def test_whoever_sits_at_an_open_session_guesses_its_password_slowly(
    container: Container, clock: Clock, visitor: Visitor
) -> None:
    joins(container, visitor)
    visitor.get("/passport/confirm")
    for _ in range(5):
        visitor.post("/passport/confirm", 422, password="guess")
    visitor.post("/passport/confirm", 429, password=PASSWORD)
    assert "秒后再试" in visitor.text()
    clock.advance(seconds=10)
    visitor.post("/passport/confirm", password=PASSWORD)


def test_a_phone_is_added_by_its_code(container: Container, visitor: Visitor) -> None:
    account = joins(container, visitor)
    visitor.get("/passport/phone")
    visitor.post("/passport/phone", target="13800138000", present=PASSWORD)
    visitor.get("/passport/prove-code")
    visitor.post("/passport/prove-code", code=code(container, PHONE))
    changed = container.accounts.find(account.id)
    assert changed is not None
    assert changed.phone == PHONE


def test_an_address_of_somebody_else_is_not_taken(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    other = Visitor(site)
    joins(container, other, "other@example.com")
    other.get("/passport/email")
    other.post("/passport/email", 200, target=EMAIL, present=PASSWORD)
    path = link(container, EMAIL)
    other.get(path)
    other.post(path, 409)
    assert "已属于另一个账号" in other.text()


def test_a_link_for_one_account_proves_nothing_for_another(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    visitor.get("/passport/email")
    visitor.post("/passport/email", 200, target="new@example.com", present=PASSWORD)
    path = link(container, "new@example.com")
    other = Visitor(site)
    account = joins(container, other, "other@example.com")
    other.get(path)
    other.post(path, 422)
    changed = container.accounts.find(account.id)
    assert changed is not None
    assert changed.email == "other@example.com"


def test_what_guards_the_account_asks_for_the_password_again_after_a_while(
    container: Container, clock: Clock, visitor: Visitor
) -> None:
    joins(container, visitor)
    clock.advance(minutes=11)
    answer = visitor.get("/passport/close", 302)
    assert answer.location == "/passport/confirm?next=/passport/close"
    before = cookie(visitor)
    visitor.get(answer.location)
    visitor.post(answer.location, 422, password="wrong")
    visitor.post(answer.location, password=PASSWORD)
    assert cookie(visitor) != before
    visitor.get("/passport/close")


def test_sessions_are_listed_and_ended(container: Container, site: Flask, visitor: Visitor) -> None:
    account = joins(container, visitor)
    other = Visitor(site)
    other.get("/sign-in")
    other.post("/sign-in", name=EMAIL, password=PASSWORD)
    visitor.get("/passport")
    assert "（当前）" in visitor.text()
    (key,) = re.findall(r'name="key" value="([0-9a-f]{64})"', visitor.page)
    assert key in {one.key for one in container.account_service.sessions.of(account.id)}
    visitor.post("/passport/sessions/end", key=key)
    other.get("/passport", 302)
    visitor.get("/passport")


def test_an_account_is_closed_with_its_password_and_not_while_a_registration_is_under_way(
    container: Container, site: Flask, clock: Clock, visitor: Visitor
) -> None:
    candidate = somebody(container)
    candidate.agrees()
    busy = Visitor(site)
    busy.signs_in(candidate.account.name)
    busy.get("/passport/close")
    busy.post("/passport/close", 422, password=f"a password of {candidate.account.name}")
    assert "请先放弃报名" in busy.text()
    clock.advance(days=90)
    busy.signs_in(candidate.account.name)
    busy.get("/passport/close")
    busy.post("/passport/close", password=f"a password of {candidate.account.name}")
    account = joins(container, visitor)
    visitor.get("/passport/close")
    visitor.post("/passport/close", 422, password="wrong")
    visitor.post("/passport/close", password=PASSWORD)
    assert container.accounts.check(EMAIL, PASSWORD) is None
    assert topics(container, account)[-1] == "account_closed"
    joins(container, Visitor(site))


def test_the_owner_reads_what_happened_to_the_account(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    joins(container, visitor)
    thief = Visitor(site)
    thief.get("/sign-in")
    thief.post("/sign-in", 422, name=EMAIL, password="guess")
    visitor.get("/passport")
    assert "登录没有成功（密码）" in visitor.text()


def test_the_outbox_is_there_in_the_demo_alone(container: Container, visitor: Visitor) -> None:
    visitor.get("/outbox", 404)


# sessions


def cookie(visitor: Visitor) -> str:
    found = visitor._client.get_cookie("__Host-ncre", domain="localhost")
    assert found is not None
    return found.value


def test_a_session_is_carried_by_a_host_cookie_that_scripts_cannot_read(
    site: Flask, container: Container
) -> None:
    container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    client: FlaskClient = site.test_client()
    token = re.search(r'csrf_token" value="([^"]+)"', client.get("/sign-in", base_url=ORIGIN).text)
    assert token
    form = {"csrf_token": token[1], "name": "wenjing", "password": PASSWORD}
    answer = client.post("/sign-in", base_url=ORIGIN, data=form, headers={"Referer": ORIGIN})
    cookies = answer.headers.getlist("Set-Cookie")
    assert {one.partition("=")[0] for one in cookies} == {"__Host-ncre", "__Host-ncre-known"}
    for set_cookie in cookies:
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in set_cookie
        assert "Domain" not in set_cookie


def test_signing_in_changes_the_session_that_was_there_before(container: Container, visitor: Visitor) -> None:
    """Session fixation: what the browser carried before signing in is worth nothing afterwards."""
    container.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
    visitor.get("/sign-in")
    before = cookie(visitor)
    visitor.signs_in("wenjing")
    assert cookie(visitor) != before
    attacker = visitor._client.application.test_client()
    attacker.set_cookie("__Host-ncre", before, domain="localhost", secure=True)
    assert attacker.get("/welcome", base_url=ORIGIN).status_code == 302


def test_signing_in_needs_the_token_of_the_form(container: Container, site: Flask) -> None:
    """Login CSRF: another site cannot sign somebody in to the attacker's account."""
    container.accounts.add("attacker", PASSWORD, Role.CANDIDATE)
    client = site.test_client()
    form = {"name": "attacker", "password": PASSWORD}
    assert client.post("/sign-in", base_url=ORIGIN, data=form).status_code == 400


def test_signing_out_ends_the_session_for_good(container: Container, visitor: Visitor) -> None:
    container.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
    visitor.signs_in("wenjing")
    stolen = cookie(visitor)
    visitor.get("/welcome")
    visitor.page = "<main" + visitor.page
    visitor.post("/sign-out")
    thief = visitor._client.application.test_client()
    thief.set_cookie("__Host-ncre", stolen, domain="localhost", secure=True)
    assert thief.get("/welcome", base_url=ORIGIN).status_code == 302


@pytest.mark.parametrize(
    ("role", "idle", "longest"),
    [
        (Role.CANDIDATE, timedelta(hours=1), timedelta(hours=12)),
        (Role.REVIEWER, timedelta(minutes=30), timedelta(hours=10)),
    ],
)
def test_a_session_ends_when_idle_and_when_it_is_old(
    container: Container, clock: Clock, role: Role, idle: timedelta, longest: timedelta
) -> None:
    account = container.accounts.add("somebody", PASSWORD, role)
    sessions = container.account_service.sessions
    token = begun(container, account)
    clock.now += idle
    assert sessions.find(token) is not None
    clock.now += idle + timedelta(seconds=1)
    assert sessions.find(token) is None
    token, began = begun(container, account), clock.now
    while clock.now - began <= longest - idle / 2:
        assert sessions.find(token) is not None
        clock.now += idle / 2
    clock.now = began + longest + timedelta(seconds=1)
    assert sessions.find(token) is None


def test_the_database_knows_no_token(container: Container) -> None:
    account = container.accounts.add("somebody", PASSWORD, Role.CANDIDATE)
    token = begun(container, account)
    assert token.encode() not in container.settings.data.joinpath("ncre.sqlite").read_bytes()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil"])
def test_nobody_is_led_elsewhere_after_signing_in(
    container: Container, visitor: Visitor, target: str
) -> None:
    container.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
    visitor.get("/sign-in")
    answer = visitor.post(f"/sign-in?next={quote(target)}", name="wenjing", password="a password of wenjing")
    assert answer.location == "/welcome"


def test_a_name_that_does_not_exist_costs_the_same_hash(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enumeration by time: the number of hashes is compared, not the clock on the wall."""
    container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    hashed: list[str | None] = []
    right = container.accounts.passwords.right

    def noted(kept: str | None, password: str) -> bool:
        hashed.append(kept)
        return right(kept, password)

    monkeypatch.setattr(container.accounts.passwords, "right", noted)
    for name in ("wenjing", "nobody"):
        assert container.account_service.proved(name, "wrong", "") is None
    assert len(hashed) == 2


@pytest.mark.parametrize("page", ["/register", "/recover", "/sign-in"])
def test_an_address_that_has_no_account_is_as_much_work(
    container: Container, visitor: Visitor, page: str
) -> None:
    """Enumeration by time: what is written is counted, statement by statement."""
    container.accounts.add(EMAIL, PASSWORD, Role.CANDIDATE)
    account = container.accounts.named(EMAIL)
    assert account is not None
    with container.database.transaction() as connection:
        container.accounts.set_contact(connection, account, "email", EMAIL)
    container.account_service.proved(
        EMAIL, "wrong", ""
    )  # from here on the account has its key and its stream
    written: list[str] = []

    @listens_for(Engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and "person_keys" not in statement:
            written.append(statement.split("(")[0])

    said = []
    for to in (EMAIL, "nobody@example.com"):
        visitor.get(page)
        written.clear()
        visitor.post(page, 422 if page == "/sign-in" else 200, email=to, name=to, password="wrong")
        said.append(list(written))
    remove(Engine, "before_cursor_execute", note)
    assert said[0] == said[1] != []


def test_who_is_not_there_reads_what_a_wrong_password_reads(container: Container, visitor: Visitor) -> None:
    container.accounts.add("wenjing", PASSWORD, Role.CANDIDATE)
    said = []
    for name in ("wenjing", "nobody"):
        visitor.get("/sign-in")
        visitor.post("/sign-in", 422, name=name, password="wrong")
        said.append(visitor.text().replace(name, ""))
    assert said[0] == said[1]


def test_fields_that_are_not_on_the_form_change_nothing(container: Container, visitor: Visitor) -> None:
    visitor.get("/register")
    visitor.post("/register", 200, email=EMAIL, role="office", sites="*")
    path = link(container, EMAIL)
    visitor.get(path)
    visitor.post(path, password=PASSWORD, again=PASSWORD, role="office", name="admin", sites="*")
    account = container.accounts.named(EMAIL)
    assert account is not None
    assert (account.role, account.name, account.sites) == (Role.CANDIDATE, EMAIL, frozenset())


def test_what_ends_a_session_or_a_right_counts_at_once_in_every_process(
    container: Container, site: Flask, visitor: Visitor
) -> None:
    """Two sites over one database, as two processes have; both have seen the session before it ends."""
    elsewhere = create_site(container)
    staff = container.accounts.add("li", "a password of li", Role.REVIEWER, frozenset({"420019"}))
    visitor.signs_in("li")
    carried = cookie(visitor)

    def asked(path: str) -> int:
        other = elsewhere.test_client()
        other.set_cookie("__Host-ncre", carried, domain="localhost", secure=True)
        return other.get(path, base_url=ORIGIN).status_code

    assert asked("/staff/queue") == 200
    with container.database.transaction() as connection:
        container.accounts.set_role(connection, staff.id, Role.AUDITOR, frozenset())
    assert asked("/staff/queue") == 403
    assert asked("/passport") == 200
    visitor.get("/passport")
    visitor.post("/sign-out")
    assert asked("/passport") == 302


def test_an_erased_person_is_signed_out_at_once_in_every_process(container: Container, site: Flask) -> None:
    """Two sites over one database, as two processes have; both have seen the session before its owner is erased."""
    wenjing = somebody(container)
    visitor = Visitor(site)
    visitor.signs_in(wenjing.account.name)
    other = create_site(container).test_client()
    other.set_cookie("__Host-ncre", cookie(visitor), domain="localhost", secure=True)

    def asked() -> list[int]:
        paths = ("/welcome", "/passport")
        return [other.get(path, base_url=ORIGIN).status_code for path in paths]

    assert asked() == [200, 200]
    erasure = container.erasures.erasure
    erasure.erase(erasure.of_account(wenjing.account.id), "考生申请删除", OFFICE)
    assert asked() == [302, 302]
    assert container.account_service.sessions.of(wenjing.account.id) == []
