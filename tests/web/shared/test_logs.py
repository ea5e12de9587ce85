"""Nothing private reaches a log, not even when something breaks."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from sqlalchemy import text

from ncre.bootstrap import Container
from tests.support.people import WENJING, form_of_details, portrait, somebody
from tests.web.visitor import Visitor, signed_in

PRIVATE = (
    WENJING.name,
    WENJING.document_number,
    WENJING.document_typed,
    WENJING.mobile,
    WENJING.email,
    WENJING.address,
    WENJING.remark,
    "a password of wenjing",
)


def leaked(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [private for private in PRIVATE if private in caplog.text]


def fill_in(visitor: Visitor, registration: object, status: int = 303) -> None:
    path = f"/registrations/{registration}/details"
    visitor.get(path)
    visitor.post(path, status, **form_of_details())


def test_a_whole_way_leaves_nothing_private_in_the_logs(
    container: Container, site: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("ncre").info("the log is read")
    wenjing = somebody(container)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    fill_in(visitor, wenjing.id)
    wenjing.submits()
    visitor.get(f"/registrations/{wenjing.id}/photo")
    visitor.post(f"/registrations/{wenjing.id}/photo", photo=portrait())
    wenjing.requests_review()
    visitor.get(f"/registrations/{wenjing.id}")
    assert "the log is read" in caplog.text
    assert leaked(caplog) == []


def test_an_unexpected_error_tells_the_log_what_broke_and_nothing_private(
    container: Container, site: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    wenjing = somebody(container)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    with container.database.transaction() as connection:
        connection.execute(text("ALTER TABLE registrations RENAME COLUMN name_masked TO gone"))
    visitor.get(f"/registrations/{wenjing.id}", 500)
    assert "系统出了问题" in visitor.page
    assert "name_masked" not in visitor.page
    assert "no such column" in caplog.text
    assert leaked(caplog) == []
