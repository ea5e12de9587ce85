"""Where "back" leads from a case: to the list that the visitor came from, on the page where they left it."""

from __future__ import annotations

from typing import Any, Final

from flask import session, url_for

from ncre.web.shared.language import lazy_gettext as later

KEY: Final = "list"

LISTS: Final = {
    "review.queue": later("返回待审核"),
    "review.sheet": later("返回照片墙"),
    "desk.search": later("返回查找"),
    "second_looks.home": later("返回复核抽查"),
    "round.home": later("返回考务概况"),
    "halls.site": later("返回考场座位表与门贴"),
    "staff_work.page": later("返回工作记录"),
}
"""The pages that list cases, and what the way back to each is called."""


def remember_list(endpoint: str, **values: Any) -> None:
    """The visitor is on this list now."""
    session[KEY] = [endpoint, {name: value for name, value in values.items() if value}]


def way_back() -> tuple[str, str]:
    """(address, label); the queue where the visitor was on no list yet."""
    endpoint, values = session.get(KEY) or ("review.queue", {})
    if endpoint not in LISTS:
        endpoint, values = "review.queue", {}
    return url_for(endpoint, **values), str(LISTS[endpoint])


def came_from(endpoint: str) -> bool:
    """Whether the visitor was last on this list."""
    return bool(session.get(KEY)) and session[KEY][0] == endpoint
