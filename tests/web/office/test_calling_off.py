"""The page on which a site is called off: what is missing is said at its field, and what was typed stays."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.web.site import create_site
from tests.support.people import ROUND, SITE
from tests.web.staff_members import Visitor, office

PAGE = f"/office/rounds/{ROUND}/called-off/{SITE}"


@pytest.fixture
def kaowu(container: Container) -> Visitor:
    site: Flask = create_site(container)
    return office(container, site)


@pytest.mark.parametrize(
    ("typed", "faulty", "right"),
    [
        ({}, ("way", "why"), ("to",)),
        ({"way": "postpone", "to": ""}, ("to", "why"), ("way",)),
        ({"way": "postpone", "to": "", "why": "封闭管理"}, ("to",), ("way", "why")),
        ({"way": "refund", "why": "   "}, ("why",), ("way", "to")),
    ],
)
def test_all_that_is_missing_is_said_at_once_each_at_its_field(
    kaowu: Visitor, typed: dict[str, str], faulty: tuple[str, ...], right: tuple[str, ...]
) -> None:
    answer = kaowu.post(PAGE, page=PAGE, **typed)
    assert answer.status_code == 422
    for name in faulty:
        assert f'href="#{name}"' in answer.text, name
    for name in right:
        assert f'href="#{name}"' not in answer.text, name
    assert typed.get("why", "") in answer.text
