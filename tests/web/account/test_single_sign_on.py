"""统一身份登录 of staff in pages, against a certified provider that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pyotp
import pytest
from sqlalchemy import select

from ncre.bootstrap import Container
from ncre.clients.openid import Issuer, OpenIDClient, Post
from ncre.config import Misconfigured, read_settings
from ncre.domain.registration.vocabulary import Role
from ncre.identity.one_time_tokens import redeemed
from ncre.identity.proofs import proofs
from ncre.services.accounts.single_sign_on import Provider
from ncre.web import create_site
from tests.support.containers import development
from tests.support.openid import issuer_at, log_in, needs_provider, openid_provider
from tests.support.people import SITE, Clock
from tests.web.visitor import Visitor

pytestmark = needs_provider


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with openid_provider() as address:
        yield address


@pytest.fixture
def issuer(provider: str) -> Issuer:
    return issuer_at(provider)


@pytest.fixture
def visitor(container: Container, issuer: Issuer) -> Iterator[Visitor]:
    """Somebody at a house with a provider; what its people may do depends on their groups."""
    use(container, issuer, provision=True)
    return Visitor(create_site(container))


def use(container: Container, issuer: Issuer, *, provision: bool, **posts: Post) -> None:
    known = posts or {"ncre-reviewers": Post(Role.REVIEWER, frozenset({SITE}))}
    sign_on = OpenIDClient(replace(issuer, posts=known), lambda: datetime.now(UTC))
    vars(container)["providers"] = (Provider("office", "考试院统一登录", sign_on, provision),)


def comes_back(visitor: Visitor, who: str = "li", start: str = "/sso/office", **changed: str) -> str:
    """The path with which the provider sends the browser back."""
    address = visitor.get(start, 302).location
    said = log_in(str(address), who)
    return f"/sso/office/back?{urlencode({**said, **changed})}"


def test_staff_sign_in_with_the_role_that_their_group_gives(container: Container, visitor: Visitor) -> None:
    visitor.get("/sign-in")
    assert "考试院统一登录" in visitor.text()
    visitor.get(comes_back(visitor), 303)
    visitor.get("/staff/queue")
    account = container.accounts.named("李雷 (li)")
    assert account is not None
    assert (account.role, account.sites) == (Role.REVIEWER, frozenset({SITE}))
    visitor.get("/passport")
    assert "登录成功（统一身份登录）" in visitor.text()


def test_beginning_at_a_provider_leaves_no_row(container: Container, visitor: Visitor) -> None:
    for _ in range(3):
        visitor.get("/sso/office", 302)
    with container.database.reading() as connection:
        assert connection.execute(select(proofs)).first() is None
        assert connection.execute(select(redeemed)).first() is None


def test_whoever_comes_again_is_the_same_account_and_gets_the_role_of_today(
    container: Container,
    visitor: Visitor,
    issuer: Issuer,
) -> None:
    visitor.get(comes_back(visitor), 303)
    first = container.accounts.named("李雷 (li)")
    use(container, issuer, provision=True, **{"ncre-reviewers": Post(Role.AUDITOR, frozenset())})
    visitor.get(comes_back(visitor), 303)
    again = container.accounts.named("李雷 (li)")
    assert first is not None
    assert again is not None
    assert (again.id, again.role) == (first.id, Role.AUDITOR)
    visitor.get("/audit")


@pytest.fixture
def elsewhere(container: Container, issuer: Issuer) -> Visitor:
    """Somebody at a house whose passport is elsewhere: whoever signs in there is a candidate here."""
    sign_on = OpenIDClient(replace(issuer, posts={}, everybody=True), lambda: datetime.now(UTC))
    vars(container)["providers"] = (
        Provider("office", "ETEST 通行证", sign_on, provision=True, everybody=True),
    )
    vars(container)["settings"] = replace(container.settings, passport="elsewhere")
    return Visitor(create_site(container))


def test_a_passport_elsewhere_takes_the_place_of_ours(container: Container, elsewhere: Visitor) -> None:
    elsewhere.get("/sign-in")
    assert "ETEST 通行证" in elsewhere.text()
    assert "用户注册" not in elsewhere.text()
    for page in ("/register", "/recover"):
        elsewhere.get(page, 404)
    assert elsewhere.get(comes_back(elsewhere, "zhang"), 303).location == "/welcome"
    elsewhere.get("/welcome")
    assert "开始报名" in elsewhere.text()
    known = container.accounts.named("张三 (zhang)")
    assert known is not None
    assert (known.role, known.has_password) == (Role.CANDIDATE, False)
    elsewhere.get("/agreement")
    begun = elsewhere.post("/agreement", answer="agree", agreed="yes").location
    elsewhere.get(str(begun))


def test_who_has_no_password_here_is_never_asked_for_one(container: Container, elsewhere: Visitor) -> None:
    elsewhere.get(comes_back(elsewhere, "zhang"), 303)
    elsewhere.get("/passport")
    assert 'name="present"' not in elsewhere.page
    elsewhere.get("/passport/confirm?next=/passport/email")
    assert 'name="password"' not in elsewhere.page
    assert 'href="/sign-in?next=/passport/email"' in elsewhere.page
    for guess in ("", "nobody signs in with this"):
        assert container.accounts.check("张三 (zhang)", guess) is None
    elsewhere.get("/passport/close")
    elsewhere.post("/passport/close")
    assert container.accounts.named("张三 (zhang)") is None


def test_a_mailed_link_makes_no_password_where_there_is_none(
    container: Container, elsewhere: Visitor
) -> None:
    """Whoever lost the provider's account would keep a way in that nobody there can close."""
    elsewhere.get(comes_back(elsewhere, "zhang"), 303)
    known = container.accounts.named("张三 (zhang)")
    assert known is not None
    with container.database.transaction() as connection:
        container.accounts.set_contact(connection, known, "email", "zhang@example.com")
    container.account_service.ask_to_recover(
        "zhang@example.com", lambda token: f"https://ncre.example/{token}"
    )
    assert container.outbox is not None
    assert "没有账号使用它" in container.outbox.newest()[0].text


def test_nobody_new_comes_where_the_provider_brings_no_accounts(
    container: Container,
    visitor: Visitor,
    issuer: Issuer,
) -> None:
    use(container, issuer, provision=False)
    visitor.get(comes_back(visitor), 403)
    assert container.accounts.named("李雷 (li)") is None


def test_a_group_without_a_role_opens_nothing(visitor: Visitor) -> None:
    visitor.get(comes_back(visitor, "zhang"), 403)
    assert "没有本系统的权限" in visitor.text()


@pytest.mark.parametrize("changed", [{"iss": "https://evil.example"}, {"state": "wrong"}, {"code": "wrong"}])
def test_a_reply_that_does_not_fit_signs_nobody_in(visitor: Visitor, changed: dict[str, str]) -> None:
    visitor.get(comes_back(visitor, **changed), 403)
    visitor.get("/staff/queue", 302)


def test_the_same_reply_counts_once_and_for_the_browser_that_began(visitor: Visitor) -> None:
    reply = comes_back(visitor)
    Visitor(visitor._client.application).get(reply, 403)
    visitor.get(reply, 303)
    visitor.get(reply, 403)


def test_whoever_was_on_the_way_somewhere_comes_there_and_nowhere_else(visitor: Visitor) -> None:
    visitor.get("/sign-in?next=/staff/desk")
    assert 'href="/sso/office?next=/staff/desk"' in visitor.page
    there = comes_back(visitor, start="/sso/office?next=/staff/desk")
    assert visitor.get(there, 303).location == "/staff/desk"
    for evil in ("//evil.example", "https://evil.example"):
        assert visitor.get(comes_back(visitor, start=f"/sso/office?next={evil}"), 303).location == "/welcome"


def test_an_unknown_provider_has_no_page(visitor: Visitor) -> None:
    visitor.get("/sso/nowhere", 404)


def with_factor(container: Container, name: str) -> str:
    """The secret of the second factor that somebody has here."""
    known = container.accounts.named(name)
    assert known is not None
    secret = container.second_factor_service.to_enrol(known).secret
    assert (
        container.second_factor_service.confirm(known, pyotp.TOTP(secret).at(container.clock())) is not None
    )
    return secret


def test_staff_whose_provider_shows_no_second_factor_pass_the_one_here(
    container: Container, visitor: Visitor, clock: Clock
) -> None:
    """Once nobody asked: whoever had a password at the provider was in."""
    visitor.get(comes_back(visitor), 303)
    secret = with_factor(container, "李雷 (li)")
    there = visitor.get(comes_back(visitor, start="/sso/office?next=/staff/desk"), 303).location
    assert there == "/sign-in/code?next=/staff/desk"
    Visitor(visitor._client.application).get("/staff/queue", 302)
    clock.advance(seconds=60)
    visitor.get(there)
    code = pyotp.TOTP(secret).at(clock())
    assert visitor.post(there, code=code).location == "/staff/desk"
    visitor.get("/staff/queue")


def test_staff_without_a_factor_here_are_led_to_enrolling_one(container: Container, visitor: Visitor) -> None:
    vars(container)["settings"] = replace(container.settings, staff_factor="required")
    assert visitor.get(comes_back(visitor), 303).location == "/passport/factor"
    assert visitor.get("/staff/queue", 303).location == "/passport/factor?next=/staff/queue"


def test_a_second_factor_that_the_provider_shows_is_enough(
    container: Container, visitor: Visitor, issuer: Issuer
) -> None:
    vars(container)["settings"] = replace(container.settings, staff_factor="required")
    use(container, replace(issuer, acr=("mfa",), amr=("otp",)), provision=True)
    assert visitor.get(comes_back(visitor, "han"), 303).location == "/welcome"
    visitor.get("/staff/queue")
    other = Visitor(visitor._client.application)
    assert other.get(comes_back(other, "li"), 303).location == "/passport/factor"


def test_who_has_no_password_proves_it_anew_at_the_provider(
    container: Container, elsewhere: Visitor, clock: Clock
) -> None:
    """Once they had to sign out and in again."""
    elsewhere.get(comes_back(elsewhere, "zhang"), 303)
    clock.advance(minutes=11)
    there = elsewhere.get("/passport/close", 302).location
    assert there == "/passport/confirm?next=/passport/close"
    elsewhere.get(there)
    again = "/sso/office/again?next=/passport/close"
    assert f'href="{again}"' in elsewhere.page
    assert "prompt=login" in str(elsewhere.get(again, 302).location)
    assert elsewhere.get(comes_back(elsewhere, "zhang", again), 303).location == "/passport/close"
    elsewhere.get("/passport/close")


def test_nobody_else_proves_it_for_them(container: Container, elsewhere: Visitor, clock: Clock) -> None:
    elsewhere.get(comes_back(elsewhere, "zhang"), 303)
    clock.advance(minutes=11)
    again = "/sso/office/again?next=/passport/close"
    elsewhere.get(comes_back(elsewhere, "han", again), 403)
    elsewhere.get("/passport/close", 302)
    reply = comes_back(elsewhere, "zhang", again)
    elsewhere.get("/passport")
    elsewhere.page = "<main" + elsewhere.page
    elsewhere.post("/sign-out")
    elsewhere.get(reply, 403)
    elsewhere.get("/passport/close", 302)


@pytest.mark.parametrize("wrong", ['acr = "mfa"', "amr = [1]", 'amr = [""]'])
def test_what_shows_a_second_factor_is_a_list_of_values(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "secret").write_text("s3cret")
    (tmp_path / "sign-on.toml").write_text(
        f"""
[office]
issuer = "https://login.example"
client_id = "ncre"
client_secret_file = "{tmp_path / "secret"}"
candidates = true
{wrong}
"""
    )
    environment = {
        **development(tmp_path),
        "NCRE_SIGN_ON": str(tmp_path / "sign-on.toml"),
        "NCRE_PUBLIC_URL": "https://ncre.example",
    }
    with pytest.raises(Misconfigured, match="a list of values"):
        read_settings(environment)


def test_providers_are_a_file_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    file = tmp_path / "sign-on.toml"
    file.write_text(
        f"""
[office]
label = "考试院统一登录"
issuer = "https://login.example"
client_id = "ncre"
client_secret_file = "{tmp_path / "secret"}"
claim = "groups"
[office.posts.ncre-reviewers]
role = "reviewer"
sites = ["420019"]
"""
    )
    environment = {
        **development(tmp_path),
        "NCRE_SIGN_ON": str(file),
        "NCRE_PUBLIC_URL": "https://ncre.example/",
    }
    (terms,) = read_settings(environment).providers
    assert terms.issuer.redirect_uri == "https://ncre.example/sso/office/back"
    with pytest.raises(Misconfigured, match="candidates = true"):
        read_settings({**environment, "NCRE_PASSPORT": "elsewhere"})
    assert terms.issuer.posts["ncre-reviewers"] == Post(Role.REVIEWER, frozenset({"420019"}))
    assert "s3cret" not in repr(terms)
    for wrong in ('issuer = "http://login.example"', "issuer = 7"):
        file.write_text(file.read_text().replace('issuer = "https://login.example"', wrong))
        with pytest.raises(Misconfigured, match="cannot be used"):
            read_settings(environment)
        file.write_text(file.read_text().replace(wrong, 'issuer = "https://login.example"'))


def test_a_passport_elsewhere_is_a_provider_that_makes_candidates(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    (tmp_path / "sign-on.toml").write_text(
        f"""
[etest]
label = "ETEST 通行证"
issuer = "https://passport.example"
client_id = "ncre"
client_secret_file = "{tmp_path / "secret"}"
candidates = true
"""
    )
    environment = {
        **development(tmp_path),
        "NCRE_SIGN_ON": str(tmp_path / "sign-on.toml"),
        "NCRE_PUBLIC_URL": "https://ncre.example",
        "NCRE_PASSPORT": "elsewhere",
    }
    settings = read_settings(environment)
    (terms,) = settings.providers
    assert (terms.provision, terms.issuer.everybody, settings.passport) == (True, True, "elsewhere")
    with pytest.raises(Misconfigured, match="'here' or 'elsewhere'"):
        read_settings({**environment, "NCRE_PASSPORT": "nowhere"})
