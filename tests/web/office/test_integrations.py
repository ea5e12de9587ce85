"""The exam office keeps other systems in the browser: each act with its reason, each secret shown once."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert

from ncre.bootstrap import Container
from ncre.operational.webhooks import webhook_deliveries
from tests.support.people import CANDIDATE_ID, NOW, SITE
from tests.web.staff_members import Visitor, office, reviewer

HOME = "/office/integrations"


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return office(container, site)


def made(kaowu: Visitor) -> tuple[str, str]:
    """The path of its page, and its secret."""
    form = {
        "name": "省平台",
        "scopes": ["registrations:read", "events:read"],
        "sites": SITE,
        "why": "公函 31",
    }
    page = kaowu.post(HOME, HOME, **form)
    assert page.status_code == 200, page.text
    secret = re.search(r"<code>(ncre_[\w-]{43})</code>", page.text)
    path = re.search(r'action="(/office/integrations/[0-9a-f-]{36})/scope"', page.text)
    assert secret is not None
    assert path is not None
    return path[1], secret[1]


def known(container: Container, secret: str) -> bool:
    return container.integrations.integrations.by_secret(secret) is not None


def test_it_is_made_and_its_secret_is_shown_once(container: Container, kaowu: Visitor) -> None:
    path, secret = made(kaowu)
    assert known(container, secret)
    page = kaowu.get(path)
    assert secret not in page
    assert secret[:12] in page
    assert "省平台" in kaowu.get(HOME)


def test_rotating_two_are_valid_at_once_then_the_new_one_alone(container: Container, kaowu: Visitor) -> None:
    path, old = made(kaowu)
    page = kaowu.post(f"{path}/issue", path).text
    found = re.search(r"<code>(ncre_[\w-]{43})</code>", page)
    assert found is not None
    new = found[1]
    assert known(container, old)
    assert known(container, new)
    assert kaowu.post(f"{path}/issue", path).status_code == 409
    assert kaowu.post(f"{path}/revoke_secret", path, prefix=old[:12], why="已更换").status_code == 303
    assert (known(container, old), known(container, new)) == (False, True)


def test_each_act_is_in_its_history_with_who_did_it(container: Container, kaowu: Visitor) -> None:
    path, _ = made(kaowu)
    kaowu.post(f"{path}/scope", path, scopes=["events:read"], sites="*", why="公函 32")
    kaowu.post(f"{path}/webhook", path, url="https://portal.example.org/hook", why="公函 33")
    kaowu.post(f"{path}/pause", path)
    kaowu.post(f"{path}/resume", path)
    kaowu.post(f"{path}/rotate", path)
    kaowu.post(f"{path}/revoke", path, why="系统下线")
    page = kaowu.get(path)
    for said in (
        "建立了接入",
        "公函 32",
        "https://portal.example.org/hook",
        "暂停了推送",
        "继续推送",
        "签名密钥",
        "停用了接入",
    ):
        assert said in page, said
    assert "kaowu" in page


def test_a_dead_letter_is_shown_and_sent_again(container: Container, kaowu: Visitor) -> None:
    path, _ = made(kaowu)
    kaowu.post(f"{path}/webhook", path, url="https://portal.example.org/hook", why="公函 33")
    dead = {
        "integration": UUID(path.rpartition("/")[2]), "position": 7, "about": CANDIDATE_ID,
        "topic": "registration.approved", "state": "dead", "tries": 10, "next_at": NOW, "answer": "HTTP 503",
    }  # fmt: skip
    with container.database.transaction() as connection:
        connection.execute(insert(webhook_deliveries), dead)
    assert "HTTP 503" in kaowu.get(path)
    kaowu.post(f"{path}/resend", path, position="7")
    assert container.webhooks.of(dead["integration"])[2] == {"waiting": 1}  # type: ignore[arg-type]
    assert "重新推送了事件 7" in kaowu.get(path)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"why": ""}, "why"),
        ({"scopes": []}, "scopes"),
        ({"sites": "999999"}, "sites"),
        ({"name": " "}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(
    container: Container, kaowu: Visitor, wrong: dict[str, object], field: str
) -> None:
    form: dict[str, object] = {
        "name": "省平台",
        "scopes": ["events:read"],
        "sites": SITE,
        "why": "公函",
        **wrong,
    }
    page = kaowu.post(HOME, HOME, **form)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert container.integrations.integrations.all() == []


def test_a_private_address_is_refused_at_its_field(kaowu: Visitor) -> None:
    path, _ = made(kaowu)
    page = kaowu.post(f"{path}/webhook", path, url="https://127.0.0.1/hook", why="x")
    assert page.status_code == 422
    assert 'href="#url"' in page.text


def test_it_is_the_office_alone(container: Container, site: Flask) -> None:
    reviewer(container, site).get(HOME, 403)
