"""The paths of pages, kept by endpoint: they are the same for every reader, and a page has twenty of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import Flask, has_request_context

STAND_IN: Final = UUID(int=0xA5A5_5A5A_A5A5_5A5A_A5A5_5A5A_A5A5_5A5A)
"""Stands for the id of a case or an account while the path around it is built."""

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
            return None
        ((name, value),) = values.items()
        if type(value) is UUID:
            return self._once(endpoint, name, STAND_IN).replace(str(STAND_IN), str(value))
        if endpoint == "static" and type(value) is str:
            return self._once(endpoint, name, value)
        return None

    def _once(self, endpoint: str, name: str, value: str | UUID) -> str:
        key = (endpoint, name, str(value))
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._build(endpoint, **({name: value} if name else {}))
        return found


class WithPaths(Flask):
    """Flask whose `url_for` keeps the paths that it built: our pages stand at the root of their host."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._paths = Paths(super().url_for)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Flask's own, with its options, which begin with an underscore, among the values."""
        found = None
        if has_request_context() and not endpoint.startswith("."):
            options = [name for name in values if name.startswith("_")]
            if not any(values[name] for name in options):
                found = self._paths.of(
                    endpoint, {name: values[name] for name in values if name not in options}
                )
        return found if found is not None else super().url_for(endpoint, **values)
