"""docs/manual.md: every step of the manual names pages that there are."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

MANUAL = Path(__file__).parents[2] / "docs" / "manual.md"
ROWS = re.findall(
    r"^\| (?!step|---)(.+?) \| (.+?) \| (.+?) \|$", MANUAL.read_text(encoding="utf-8"), re.MULTILINE
)


def test_every_step_names_a_route_that_exists(site: Flask) -> None:
    routes = {rule.rule for rule in site.url_map.iter_rules()}
    named = {page for _, page, differs in ROWS for page in re.findall(r"`(/[^`]*)`", f"{page} {differs}")}
    assert len(ROWS) >= 20
    assert named <= routes, named - routes
    assert all(page.startswith("`/") for _, page, _ in ROWS)


def test_all_ten_steps_of_the_manual_are_there() -> None:
    numbers = {found[1] for step, _, _ in ROWS if (found := re.match(r"(\d+)\.", step))}
    assert numbers == {str(number) for number in range(1, 11)}
