"""账号档案: the security history of any account, for auditors and the exam office alone."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.web.site import create_site
from tests.support.people import SITE, somebody
from tests.web import staff_members


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def shenji(container: Container, site: Flask) -> staff_members.Visitor:
    return staff_members.auditor(container, site)


def test_an_auditor_reads_who_gave_a_role_and_why(
    container: Container, site: Flask, shenji: staff_members.Visitor
) -> None:
    office, reviewer = staff_members.office(container, site), staff_members.reviewer(container, site)
    assert office.account is not None
    assert reviewer.account is not None
    container.staff_provisioning.give_role(
        reviewer.account, Role.REVIEWER, frozenset({SITE, "429901"}), "兼任", office.account.actor
    )
    found = shenji.post("/audit/accounts", page="/audit/accounts", name="shenhe")
    assert found.location == f"/audit/accounts/{reviewer.account.id}"
    text = shenji.get(found.location)
    assert "权限改为考点审核员，考点 420019, 429901（兼任）" in text
    assert "kaowu" in text
    assert "420019、429901" in text
    assert "未开启" in text


def test_a_registration_leads_to_its_account_whose_addresses_stay_private(
    container: Container, shenji: staff_members.Visitor
) -> None:
    candidate = somebody(container, "wenjing@example.com")
    candidate.agrees()
    address = f"/audit/accounts/{candidate.account.id}"
    assert f'href="{address}"' in shenji.get(f"/audit/{candidate.id}")
    container.account_service.start_session(candidate.account, "password", "203.0.113.0/24", "Chrome")
    text = shenji.get(address)
    assert "登录成功（密码）" in text
    for private in ("wenjing@example.com", "203.0.113"):
        assert private not in text


def test_a_name_that_is_not_there_is_said_so_and_kept(shenji: staff_members.Visitor) -> None:
    answer = shenji.post("/audit/accounts", page="/audit/accounts", name="nobody")
    assert answer.status_code == 422
    assert "没有这个账号" in answer.text
    assert 'value="nobody"' in answer.text
    shenji.get("/audit/accounts/99999999-9999-4999-8999-999999999999", 404)


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.REVIEWER])
def test_nobody_else_reads_it(container: Container, site: Flask, role: Role) -> None:
    other = staff_members.visitor(container, site, "other", role, SITE)
    assert other.account is not None
    for page in ("/audit/accounts", f"/audit/accounts/{other.account.id}"):
        other.get(page, 403)
