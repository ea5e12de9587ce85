"""The paths of pages, kept by endpoint: they are the same for every reader, and a page has twenty of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote_plus
from uuid import UUID

from flask import Flask, has_request_context

STAND_IN: Final = "a5a55a5a-a5a5-4a5a-a5a5-5a5aa5a55a5a"
"""Stands for the id of a case or an account while the path around it is built."""

NAMED: Final = frozenset({"static", "language.choose", "appearance.choose"})
"""Pages of a file, a language, an appearance: as many as these there are, for templates alone name them."""

UNQUOTED: Final = "!$'()*,/:;?@"
"""What Werkzeug leaves as it is in an argument."""

Build = Callable[..., str]


class Paths:
    """Paths that `build` made once within a request: of pages without values, of files, and what stands around an id.

    As many as there are endpoints and files, however many cases there are.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._kept: dict[tuple[str, str, str], str] = {}

    def of(self, endpoint: str, values: dict[str, Any]) -> str | None:
        """None for any other address, which is built anew."""
        if not values:
            return self._once(endpoint, "", "")
        if len(values) > 1:
            return self._with_next(endpoint, values)
        ((name, value),) = values.items()
        if type(value) is UUID:
            around = self._once(endpoint, name, STAND_IN)
            return around.replace(STAND_IN, str(value)) if around else None
        if endpoint in NAMED and type(value) is str:
            return self._once(endpoint, name, value)
        return None

    def _with_next(self, endpoint: str, values: dict[str, Any]) -> str | None:
        """Of a choice that leads back to a page; as Werkzeug writes it."""
        if len(values) > 2 or endpoint not in NAMED or type(back := values.get("next")) is not str:
            return None
        path = self.of(endpoint, {name: value for name, value in values.items() if name != "next"})
        return f"{path}?next={quote_plus(back, safe=UNQUOTED)}" if path and "?" not in path else None

    def _once(self, endpoint: str, name: str, value: str) -> str | None:
        key = (endpoint, name, value)
        found = self._kept.get(key)
        if found is None and not endpoint.startswith("."):  # which depends on the page
            found = self._kept[key] = self._build(endpoint, **({name: value} if name else {}))
        return found


class WithPaths(Flask):
    """Flask whose `url_for` keeps the paths that it built: our pages stand at the root of their host."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._paths = Paths(super().url_for)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Flask's own, with its options, which begin with an underscore, among the values."""
        if has_request_context():
            path = self._paths.of(endpoint, values if len(values) < 2 else _without_options(values))
            if path is not None:
                return path
        return super().url_for(endpoint, **values)


def _without_options(values: dict[str, Any]) -> dict[str, Any]:
    """Less the options that are not taken."""
    return {name: value for name, value in values.items() if value is not None or not name.startswith("_")}
