"""Paths that are built once are those that Flask builds, each for its own case."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError, IntegerConverter

from ncre.web.addresses import STAND_IN, WithPaths


def flask_says(site: Flask, endpoint: str, **values: object) -> str:
    return Flask.url_for(site, endpoint, **values)


def test_every_page_has_the_path_that_flask_gives_it(site: Flask) -> None:
    """Twice, for the second time is the kept one; every page without values and every page about one id."""
    with site.test_request_context("/welcome"):
        for rule in site.url_map.iter_rules():
            names = rule.arguments - set(rule.defaults or ())
            if len(names) > 1 or any(isinstance(one, IntegerConverter) for one in rule._converters.values()):
                continue
            values = {name: uuid4() for name in names}
            try:
                expected = flask_says(site, rule.endpoint, **values)
            except (BuildError, ValueError):
                continue
            assert [url_for(rule.endpoint, **values) for _ in range(2)] == [expected] * 2


def test_two_cases_have_two_paths(site: Flask) -> None:
    first, second = uuid4(), uuid4()
    with site.test_request_context():
        paths = [url_for("registration.tasks", registration=one) for one in (first, second, first)]
    assert paths == [f"/registrations/{one}" for one in (first, second, first)]
    assert not any(STAND_IN in path for path in paths)


def test_options_arguments_and_files_are_not_lost(site: Flask) -> None:
    case = uuid4()
    asked = (
        ("registration.tasks", {"registration": case, "_anchor": "exam"}),
        ("registration.tasks", {"registration": case, "_external": True}),
        ("registration.tasks", {"registration": case, "draft": "x"}),
        ("home.welcome", {"_anchor": "top"}),
        ("home.welcome", {"next": "/somewhere?a=1"}),
        ("sign_in.page", {"next": None}),
        ("static", {"filename": "style.css"}),
        ("static", {"filename": "none.css"}),
        ("static", {"filename": "style.css", "next": "/x"}),
        ("language.choose", {"code": "en", "next": "/sites?q=a b&c=%E6%AD%A6 汉+1#x;/?:@!$'()*,~\"<"}),
        ("language.choose", {"code": "zh", "next": ""}),
        ("language.choose", {"code": "zh", "next": None}),
        ("appearance.choose", {"code": "dark", "next": "/welcome", "_external": True}),
        ("appearance.choose", {"code": "dark", "next": "/welcome"}),
    )
    with site.test_request_context("/welcome"):
        for endpoint, values in asked * 2:
            assert url_for(endpoint, **values) == flask_says(site, endpoint, **values), (endpoint, values)


def test_what_has_no_path_is_told_each_time(site: Flask) -> None:
    with site.test_request_context():
        for _ in range(2):
            with pytest.raises(BuildError):
                url_for("registration.tasks")


def test_a_page_beside_this_one_depends_on_this_one() -> None:
    pages = WithPaths(__name__)
    for name in ("first", "second"):
        pages.add_url_rule(f"/{name}", f"{name}.page", lambda: "")
    for name in ("first", "second", "first"):
        with pages.test_request_context(f"/{name}"):
            assert pages.url_for(".page") == f"/{name}"
