"""Every act of the pages of staff and office has an operation of the interface, or a stated reason why it has none."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from ncre.web.api.spec import OPERATIONS

TABLE = Path(__file__).parents[3] / "docs" / "api-acts.md"
ROW = re.compile(r"^\| `(/[^`]+)` \| (.+) \|$", re.MULTILINE)
REASON = "reason: "


def acts(site: Flask) -> set[str]:
    """The addresses below /staff and /office that change or record something, kinds of arguments left out."""
    return {
        re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"<\1>", str(rule))
        for rule in site.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and str(rule).startswith(("/staff", "/office"))
    }


def rows() -> dict[str, str]:
    return dict(ROW.findall(TABLE.read_text(encoding="utf-8")))


def test_every_act_of_staff_stands_in_the_table_and_no_other(site: Flask) -> None:
    assert rows().keys() == acts(site)


def test_each_has_operations_that_there_are_or_a_reason() -> None:
    for act, said in rows().items():
        if said.startswith(REASON):
            assert len(said) > len(REASON) + 10, act
        else:
            named = re.findall(r"`(\w+)`", said)
            assert named, act
            assert OPERATIONS.keys() >= set(named), act
            assert all(OPERATIONS[one].scope is not None for one in named), act
