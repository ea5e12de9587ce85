"""A form is read in one place, each field by its kind, and no view takes a field past it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import ncre.web
from ncre.web.shared import forms

WEB = Path(ncre.web.__file__).parent
READS_FORMS = {
    WEB / "shared" / "forms.py",
    WEB / "shared" / "edge.py",  # what may come in at all, before any view
}


@pytest.mark.parametrize(
    ("read", "typed", "taken"),
    [
        (forms.typed_field, "  p\u200bw ", "  p\u200bw "),
        (forms.trimmed_field, "  王 五 \n", "王 五"),
        (forms.line_field, " 王\u3000\u3000五\u200b\n", "王 五"),
        (forms.code_field, " ４４ 00-01\u200b", "440001"),
        (forms.text_field, "\r\n一\r\n二\r\n", "一\n二"),
        (forms.code_list_field, "440001，４４0002 440001;", ["440001", "440002", "440001"]),
        (forms.field_values, "a", ["a"]),
        (forms.has_field, "", True),
    ],
)
def test_a_field_is_read_by_its_kind(read: Callable[[str], Any], typed: str, taken: object) -> None:
    with Flask("forms").test_request_context(method="POST", data={"field": typed}):
        assert read("field") == taken


@pytest.mark.parametrize(
    ("read", "taken"),
    [
        (forms.typed_field, ""),
        (forms.line_field, ""),
        (forms.code_field, ""),
        (forms.text_field, ""),
        (forms.code_list_field, []),
        (forms.field_values, []),
        (forms.has_field, False),
    ],
)
def test_a_field_that_was_not_sent_is_empty(read: Callable[[str], Any], taken: object) -> None:
    with Flask("forms").test_request_context(method="POST"):
        assert read("field") == taken


def test_no_view_takes_a_field_past_the_one_reader() -> None:
    past = [
        f"{path.relative_to(WEB)}:{node.lineno}: read it by ncre.web.shared.forms, as typed_field(name)"
        for path in sorted(WEB.rglob("*.py"))
        if path not in READS_FORMS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "request.form"
    ]
    assert past == []
