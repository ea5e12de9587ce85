"""What a test process makes once for all of its tests: each is made anew in the service, and none changes an answer.

Every test has a database, a site and a photo of its own; without this most of the suite's time goes into compiling the
same statements, addresses and measures again, and into waiting for disks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Any, Final

import pytest
from sqlalchemy import Engine
from werkzeug.routing import Rule

from ncre.photo.lab import measuring
from ncre.store.engines import postgresql, sqlite_file


class Compiled(dict[Any, Any]):
    """SQL by the kind of database instead of by the engine, which is the first part of SQLAlchemy's key."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


STATEMENTS: Final = Compiled()


@pytest.fixture(scope="session", autouse=True)
def made_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (sqlite_file, postgresql):
            patch.setattr(module, "create_engine", _sharing_statements(module.create_engine))
        patch.setattr(sqlite_file, "_prepare", _without_waiting_for_the_disk(sqlite_file._prepare))
        patch.setattr(Rule, "_compile_builder", _compiled_once(Rule._compile_builder))
        patch.setattr(measuring, "measure", cache(measuring.measure))
        yield


def _sharing_statements(create: Callable[..., Engine]) -> Callable[..., Engine]:
    def sharing(*args: Any, **options: Any) -> Engine:
        engine = create(*args, **options)
        engine._compiled_cache = STATEMENTS
        return engine

    return sharing


def _without_waiting_for_the_disk(prepare: Callable[[Any], None]) -> Callable[[Any], None]:
    """What must outlive a power cut is tested on processes of their own, which are killed and know nothing of this."""

    @wraps(prepare)
    def prepared(connection: Any) -> None:
        prepare(connection)
        connection.execute("PRAGMA synchronous=OFF")

    return prepared


def _compiled_once(compiling: Callable[..., Any]) -> Callable[..., Any]:
    """How the address of a rule is built takes the rule as an argument and knows nothing else of it."""
    compiled: dict[Any, Any] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), tuple(sorted((rule.defaults or {}).items())), append_unknown)
        if key not in compiled:
            compiled[key] = compiling(rule, append_unknown)
        return compiled[key]

    return once
