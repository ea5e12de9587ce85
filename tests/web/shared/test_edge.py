"""What no view has to expect: control characters, endless texts, numbers that nobody means."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, UnicodeConverter

from ncre.bootstrap import Container
from ncre.events.bounds import LARGEST_INTEGER
from ncre.web.shared.edge import LONGEST_FIELD, LONGEST_PART
from tests.support.people import SITE, somebody
from tests.web.staff_members import hidden, office, reviewer
from tests.web.visitor import ORIGIN, Visitor, facts_of, signed_in

CONTROLS = ["\x00", "\x1b[31m", "\x07", "\x7f", "\x85", "\u0000", "\x0b"]
ANONYMOUS = ("/sign-in", "/register", "/recover")


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("path", ANONYMOUS)
def test_control_characters_in_a_form_are_refused_before_any_view(
    site: Flask, path: str, control: str
) -> None:
    visitor = Visitor(site)
    visitor.get(path)
    for field in ("name", "email", f"field{control}"):
        visitor.post(path, 400, **{field: f"li{control}ming"})
        assert "隐藏字符" in visitor.text()


@pytest.mark.parametrize("control", [*CONTROLS, "\n", "\r\n", "\t"])
def test_control_characters_in_an_address_are_refused(site: Flask, control: str) -> None:
    visitor = Visitor(site)
    for path in ("/?a=", "/sign-in?next=/", "/qq/back?error=x", "/register/"):
        visitor.get(path + quote(control), 400)
        assert "隐藏字符" in visitor.text()


def test_lines_of_a_text_are_no_control_characters(container: Container, site: Flask) -> None:
    kaowu = office(container, site)
    notice = {
        "kind": "announcement",
        "title": "标题",
        "title_en": "title",
        "body": "一\r\n\t二",
        "body_en": "one\n\ttwo",
        "why": "更正",
        "replace": "1",
    }
    assert kaowu.post("/office/notices", page="/office/notices", **notice).status_code == 303


def test_the_name_of_a_file_is_text_too(site: Flask) -> None:
    answer = site.test_client().post(
        f"/registrations/{uuid4()}/photo",
        base_url=ORIGIN,
        data={"photo": (BytesIO(b"x"), "a\x07.jpg")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 400
    assert "隐藏字符" in answer.text


def test_a_text_longer_than_any_form_takes_is_refused(container: Container, site: Flask) -> None:
    wenjing = somebody(container)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    path = f"/registrations/{wenjing.id}/details"
    visitor.get(path)
    before = facts_of(container, wenjing.id)
    visitor.post(path, 422, name="x" * (LONGEST_FIELD + 1))
    visitor.get(f"/?q={'x' * 2001}", 422)
    assert facts_of(container, wenjing.id) == before


@pytest.mark.parametrize(
    "batch", ["0", "9999", str(LARGEST_INTEGER), str(LARGEST_INTEGER + 1), "9" * 19, "9" * 5000, "１"]
)
def test_a_batch_that_nobody_sits_is_not_found(container: Container, site: Flask, batch: str) -> None:
    li = reviewer(container, site)
    li.get(f"/staff/halls/{SITE}/{batch}/doors.pdf", expect=404)
    form = hidden(li.get("/staff/desk"), "/staff/desk")
    assert li.send(f"/staff/halls/{SITE}/{batch}/seats.pdf", form).status_code == 404


def test_every_part_of_an_address_is_bounded(site: Flask) -> None:
    """The default of the library is not: what a rule takes is put in by `edge.install`."""
    for rule in site.url_map.iter_rules():
        for name, converter in rule._converters.items():
            if isinstance(converter, IntegerConverter):
                assert converter.max is not None, rule
                assert converter.max <= LARGEST_INTEGER, rule
            if type(converter).__name__ not in ("UUIDConverter", "AnyConverter", "PathConverter", "Number"):
                assert isinstance(converter, UnicodeConverter), (rule, name)
                assert not converter.to_url("x").startswith("/")
                assert f"{{1,{LONGEST_PART}}}" in converter.regex, (rule, name)


@pytest.mark.parametrize(
    "at",
    ["0001-01-01 00:00", "9999-12-31 23:59", "9999-12-31T23:59:59-14:00", "v999999", "v" + "9" * 30, "v１"],
)
def test_a_version_or_moment_that_nobody_means_shows_nothing(
    container: Container, site: Flask, at: str
) -> None:
    wenjing = somebody(container)
    wenjing.until_waiting()
    kaowu = office(container, site)
    for page in ("", "/facts"):
        kaowu.get(f"/audit/{wenjing.id}{page}?at={quote(at)}", expect=422)
    for side in ("from", "to"):
        kaowu.get(f"/audit/{wenjing.id}/compare?{side}={quote(at)}", expect=422)


def test_ids_and_codes_that_nobody_has_are_not_found(container: Container, site: Flask) -> None:
    wenjing = somebody(container)
    wenjing.until_waiting()
    visitor = signed_in(site, wenjing)
    for path in (
        f"/registrations/{uuid4()}",
        f"/registrations/{wenjing.id}/pay/{'9' * 5000}",
        f"/registrations/{wenjing.id}/photo/draft/{'a' * 5000}.jpg",
        f"/notices/{'x' * 5000}",
        "/registrations/1",
    ):
        visitor.get(path, 404)


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW"])
def test_methods_that_no_page_offers_are_refused(site: Flask, method: str) -> None:
    for path in ("/", "/sign-in", "/static/style.css", f"/audit/{uuid4()}"):
        assert site.test_client().open(path, method=method, base_url=ORIGIN).status_code == 405, path
