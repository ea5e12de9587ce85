"""Templates compiled for a language say what they said: in both languages, with every value escaped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask, render_template, render_template_string
from jinja2 import DictLoader, pass_context
from jinja2.runtime import Context

from ncre.web import site as pages
from ncre.web.page_templates import PageEnvironment

ONE = {
    "one": "{{ _('登录') }}|{{ _('第 %(n)s 页', n=name) }}|{{ _('报名') if name else '' }}|{{ _(name) }}|{% set a = _('退出') %}{{ a }}",
    "one.html": "{{ _('登录') }}|{{ _('第 %(n)s 页', n=name) }}|{{ _(name) }}|{% set a = _('退出') %}{{ a }}|{{ _('100%% 对') }}",
}
MO = Path(pages.__file__).parent / "translations"


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_folded_page_is_the_page_that_gettext_gives(site: Flask, code: str) -> None:
    site.jinja_loader = DictLoader(ONE)
    environment = site.jinja_env
    environment.loader = DictLoader(ONE)
    assert isinstance(environment, PageEnvironment)
    with site.test_request_context("/", headers={"Accept-Language": code}):
        folded = render_template("one.html", name="<b>登录</b>")
        asked = site.jinja_env.from_string(ONE["one.html"]).render(name="<b>登录</b>")
    assert folded == asked.replace("<b>登录</b>", "&lt;b&gt;登录&lt;/b&gt;") or folded == asked
    assert "<b>登录</b>|" not in folded.split("|")[1]
    assert folded.split("|")[0] == {"zh": "登录", "en": "Sign in"}[code]
    assert folded.endswith("100% 对")


def test_nothing_literal_is_looked_up_while_a_page_is_drawn(site: Flask) -> None:
    with site.test_request_context("/", headers={"Accept-Language": "en"}):
        site.jinja_env.get_template("shared/base.html")
        spoken = site.jinja_env._of("en")
    assert spoken.loader is not None
    for name in spoken.list_templates(extensions=["html"]):
        source = spoken.loader.get_source(spoken, name)[0]
        code = spoken.compile(source, name, raw=True)
        assert not re.search(r"""\(\w*_*l_\d+__?, '|gettext""", code) or "resolve('_')" not in code, name


def test_each_language_has_templates_of_its_own(site: Flask) -> None:
    client = site.test_client()
    for code, word in (("en", "Sign in"), ("zh", "登录"), ("en", "Sign in")):
        page = client.get("/", base_url="https://localhost", headers={"Accept-Language": code})
        assert f">{word}</a>" in page.get_data(as_text=True)


def test_each_cell_of_a_stacked_table_says_what_it_is() -> None:
    """On a phone the heading is not there: a value without its label is a riddle. Links, forms and names speak for themselves; the page of all sites is weighed, and goes without."""
    riddles = []
    for file in (Path(pages.__file__).parent).rglob("*.html"):
        for table in re.findall(
            r'<table class="[^"]*\bstack\b.*?</table>', file.read_text(encoding="utf-8"), re.DOTALL
        ):
            body = table.partition("</thead>")[2] if "</thead>" in table else ""
            for cell in re.findall(r"<td\b(?![^>]*(?:data-label|colspan))[^>]*>(.{12})", body, re.DOTALL):
                if not re.match(
                    r"\{\{ box|<a|<form|\{% if draft|</td>|\{\{ (?:row|line).name|\{\{ value|\{\{ offer|\{% if offer|\{% if now_|\{\{ counted",
                    cell,
                ):
                    riddles.append(f"{file.name}: {cell}")
    assert riddles == []


def test_what_is_called_in_a_page_gets_of_its_context_what_it_asks_for(site: Flask) -> None:
    """Macros are told whether to escape, functions nothing, and whoever asks for the context has it."""

    @pass_context
    def asks(context: Context, value: str) -> str:
        return f"{context['who']} {value}"

    site.jinja_env.globals.update(asks=asks, plain=lambda value: f"<{value}>", method="a,b".split)
    with site.test_request_context("/"):
        page = render_template_string(
            "{% macro shown(value, by='-') %}[{{ value }}{{ by }}]{% endmacro %}"
            "{% for one in method(',') %}{{ shown(one, by=plain(one)) }}{% endfor %} {{ asks('<b>') }}",
            who="li",
        )
    assert page == "[a&lt;a&gt;][b&lt;b&gt;] li &lt;b&gt;"
