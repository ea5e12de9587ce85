"""ncre user role and history: who may do what changes with who gave it and why, and is read by those who may."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.clients.identity_provider import Identity
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from tests.cli.conftest import Run
from tests.support.people import begun

PROVIDER = """
[office]
issuer = "https://login.example"
client_id = "ncre"
client_secret_file = "{secret}"
claim = "groups"
[office.posts.ncre-reviewers]
role = "reviewer"
sites = ["420019"]
"""


def named(container: Container, name: str) -> Account:
    account = container.accounts.named(name)
    assert account is not None
    return account


def test_a_role_is_given_with_its_reason_and_ends_the_sessions(container: Container, ncre: Run) -> None:
    token = begun(container, named(container, "shenhe"))
    said = ncre(
        "user", "role", "shenhe", "--role", "reviewer", "--site", "429901", "--why", "调岗", "--as", "kaowu"
    )
    assert said.code == 0
    assert named(container, "shenhe").sites == frozenset({"429901"})
    assert container.account_service.sessions.find(token) is None
    told = ncre("user", "history", "shenhe", "--as", "shenji")
    assert "权限改为考点审核员，考点 429901（调岗）" in told.out
    assert str(named(container, "kaowu").id) in told.out


def test_only_the_office_gives_roles_and_nobody_to_themselves(container: Container, ncre: Run) -> None:
    for name in ("shenhe", "shenji"):
        args = ("user", "role", "shenji", "--role", "office", "--why", "x", "--as", name)
        assert ncre(*args).code == 2
    assert ncre("user", "role", "kaowu", "--role", "auditor", "--why", "x", "--as", "kaowu").code == 2
    assert named(container, "shenji").role is Role.AUDITOR


def test_a_role_needs_a_reason_and_a_reviewer_a_site(ncre: Run) -> None:
    assert ncre("user", "role", "shenhe", "--role", "auditor", "--why", " ", "--as", "kaowu").code == 2
    assert ncre("user", "role", "shenhe", "--role", "reviewer", "--why", "x", "--as", "kaowu").code == 2
    assert ncre("user", "role", "nobody", "--role", "auditor", "--why", "x", "--as", "kaowu").code == 2


def test_a_reviewer_reads_no_history(ncre: Run) -> None:
    assert ncre("user", "history", "kaowu", "--as", "shenhe").code == 2


def test_what_the_shell_does_to_an_account_is_in_its_history(container: Container, ncre: Run) -> None:
    assert ncre("user", "add", "xinren", "--role", "auditor", "--why", "新任", "--as", "kaowu").code == 0
    token = begun(container, named(container, "xinren"))
    assert ncre("user", "password", "xinren").code == 0
    assert container.account_service.sessions.find(token) is None
    told = ncre("user", "history", "xinren", "--as", "shenji").out.splitlines()
    assert "账号开通（账号名）" in told[0]
    assert str(named(container, "kaowu").id) in told[0]
    assert "（新任）" in told[1]
    assert "密码已修改（由考务办公室设置）" in told[2]
    assert told[2].endswith("shell")
    assert ncre("user", "add", "another", "--role", "auditor", "--as", "kaowu").code == 2, "no reason"
    assert ncre("user", "add", "another", "--role", "auditor", "--why", "x", "--as", "shenhe").code == 2


def test_staff_are_tied_to_who_they_are_at_a_provider_by_the_office(
    container: Container, ncre: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("s" * 32)
    (tmp_path / "providers.toml").write_text(PROVIDER.format(secret=tmp_path / "secret"))
    monkeypatch.setenv("NCRE_SIGN_ON", str(tmp_path / "providers.toml"))
    monkeypatch.setenv("NCRE_PUBLIC_URL", "https://ncre.example")
    args = ("user", "link", "shenhe", "--provider", "office", "--subject", "u-17")
    assert ncre(*args, "--as", "shenji").code == 2
    assert ncre(*args, "--as", "kaowu").code == 0
    identity = Identity("https://login.example", "u-17", "")
    assert container.single_sign_on.known(identity) == named(container, "shenhe")
    assert ncre("user", "link", "shenji", *args[3:], "--as", "kaowu").code == 2
    assert ncre("user", "link", "shenhe", "--provider", "x", "--subject", "y", "--as", "kaowu").code == 2
