"""The page of duplicates across provinces: without a key it says so; others than the office see nothing."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.duplicates.exchange_file import ExchangedPerson, key_of, written
from ncre.projections.duplicates.duplicates import ExchangeKeys
from tests.support.people import ROUND, WENJING, somebody
from tests.web.staff_members import Visitor, auditor, hidden, office, reviewer

HOME = "/office/duplicates"
SHARED = bytes(range(100, 132))


@pytest.fixture
def sharing(container: Container) -> Container:
    """As with NCRE_EXCHANGE_KEY set."""
    container.duplicates._secret = SHARED
    for projection in container.command_handler.listeners.all:
        if isinstance(projection, ExchangeKeys):
            projection._secret = SHARED
    somebody(container).until_waiting()
    return container


def sends(kaowu: Visitor, raw: bytes):  # type: ignore[no-untyped-def]
    form = hidden(kaowu.get(HOME), f"{HOME}/file")
    return kaowu.send(f"{HOME}/file", {**form, "file": (BytesIO(raw), "43.txt")})


def test_without_a_key_the_page_says_so(container: Container, site: Flask) -> None:
    text = office(container, site).get(HOME)
    assert "还没有设置各省共用的比对密钥" in text
    assert f'action="{HOME}/file"' not in text


def test_a_file_goes_out_one_comes_in_and_a_hit_is_dealt_with(sharing: Container, site: Flask) -> None:
    kaowu = office(sharing, site)
    out = kaowu.post(f"{HOME}/export", HOME, province="42")
    assert out.status_code == 200
    assert out.get_data().startswith(b"ncre-duplicates 1\nround 78\nprovince 42\n")
    assert "不能使用" in sends(kaowu, b"x").text
    key = key_of(SHARED, WENJING.document_type, WENJING.document_number)
    raw = b"".join(written(SHARED, ROUND, "43", 1, [ExchangedPerson(key, ("24",))]))
    assert sends(kaowu, raw).status_code == 303
    text = kaowu.get(HOME)
    assert "新发现 1 份重复报名" in text
    path = next(one for one in re.findall(r'action="([^"]+)"', text) if one.endswith("/43"))
    assert kaowu.post(path, HOME, why="x").status_code == 422
    assert kaowu.post(path, HOME, outcome="kept", why="").status_code == 422
    assert kaowu.post(path, HOME, outcome="kept", why="该省已取消").status_code == 303
    assert "没有待处理的重复报名" in kaowu.get(HOME)


def test_it_is_the_offices_alone(sharing: Container, site: Flask) -> None:
    for one in (reviewer(sharing, site), auditor(sharing, site)):
        one.get(HOME, 403)
        for path in (f"{HOME}/export", f"{HOME}/file"):
            assert one.post(path, "/passport").status_code == 403
