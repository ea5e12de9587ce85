"""What people and balancers see while the database is away, full or only to be read, and that it ends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from ncre.bootstrap import Container
from ncre.web.site import create_site
from tests.support.containers import container_on, open_round
from tests.support.outages import away, full, read_only
from tests.support.people import Clock, somebody
from tests.web.candidate.test_details import form_of_details
from tests.web.visitor import ORIGIN, Visitor, facts_of, signed_in


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_round(container)
    yield container
    container.close()


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


def test_every_page_is_a_kind_503_while_the_database_is_away_and_comes_back_by_itself(
    container: Container, site: Flask
) -> None:
    wenjing = somebody(container)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    pages = ["/", "/welcome", "/current", f"/registrations/{wenjing.id}", "/passport", "/sign-in"]
    with away(container.database):
        for path in pages:
            answer = visitor.get(path, 503)
            assert int(answer.headers["Retry-After"]) > 0
            assert "系统暂时不能读写报名数据" in visitor.page
    for path in pages[:-1]:
        answer = site.test_client().get(path, base_url=ORIGIN)
        assert answer.status_code in (200, 302)
    answer = visitor._client.get(f"/registrations/{wenjing.id}", base_url=ORIGIN)
    assert answer.status_code == 200, "the session is still there"


def test_a_notice_of_money_is_let_tell_again_while_the_database_is_away(
    container: Container, site: Flask
) -> None:
    with away(container.database):
        answer = site.test_client().post("/notices/till", data=b"x", base_url=ORIGIN)
    assert answer.status_code >= 400


def test_readiness_says_so_and_health_does_not(container: Container, site: Flask) -> None:
    def asked(path: str) -> tuple[int, str]:
        answer = site.test_client().get(path, base_url=ORIGIN)
        assert "Set-Cookie" not in answer.headers
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0
        return answer.status_code, answer.text.strip()

    assert asked("/healthz") == (200, "alive")
    assert asked("/readyz") == (200, "ready")
    with away(container.database):
        assert asked("/healthz") == (200, "alive")
        assert asked("/readyz") == (503, "no database")
    assert asked("/readyz") == (200, "ready")
    with container.database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert asked("/readyz") == (503, "not migrated")
    assert asked("/healthz") == (200, "alive")


def test_health_looks_up_no_session(
    container: Container, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = signed_in(site, somebody(container))
    monkeypatch.setattr(container.account_service.sessions, "find", lambda _token: 1 / 0)
    visitor.get("/healthz")
    visitor.get("/readyz")


@pytest.mark.parametrize(
    ("fails", "status", "words"), [(full, 507, "存储空间已满"), (read_only, 503, "现在只能查看")]
)
def test_pages_go_on_where_nothing_can_be_written_and_a_form_keeps_what_was_typed(
    container: Container, site: Flask, clock: Clock, fails: object, status: int, words: str
) -> None:
    wenjing = somebody(container)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    visitor.get(f"/registrations/{wenjing.id}/details")
    with fails(container.database):  # type: ignore[operator]
        clock.advance(minutes=5)  # a page would note that it was seen
        visitor.get(f"/registrations/{wenjing.id}")
        visitor.get("/")
        visitor.get(f"/registrations/{wenjing.id}/details")
        answer = visitor.post(
            f"/registrations/{wenjing.id}/details", status, **{**form_of_details(), "remark": "三班"}
        )
        assert int(answer.headers["Retry-After"]) > 0
        assert words in visitor.text()
        assert ">三班</textarea>" in visitor.page
    visitor.post(f"/registrations/{wenjing.id}/details", **{**form_of_details(), "remark": "三班"})
    assert facts_of(container, wenjing.id)[-1] == "registration.info_filled"


def test_a_row_table_that_is_gone_is_an_alarm_and_a_page_with_words(
    container: Container, site: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    wenjing = somebody(container)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    with container.database.transaction() as connection:
        connection.execute(text("DROP TABLE registrations"))
    visitor.get(f"/registrations/{wenjing.id}", 500)
    assert "系统出了故障" in visitor.text()
    assert "the database is broken" in caplog.text


def test_a_sign_in_that_cannot_be_written_is_told_in_words(container: Container, site: Flask) -> None:
    """It writes a session and a security fact: outside of commands, the same words and status."""
    somebody(container)
    visitor = Visitor(site)
    visitor.get("/sign-in")
    with full(container.database):
        visitor.post("/sign-in", 507, name="wenjing", password="a password of wenjing")
    assert "存储空间已满" in visitor.text()
