"""What a test process makes once for all of its tests: each is made anew in the service, and none changes an answer.

Every test has a database, a site and a photo of its own; without this most of the suite's time goes into compiling the
same statements, addresses and measures again, and into waiting for disks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache, wraps
from typing import Any, ClassVar, Final

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.routing import Map, Rule, RuleFactory

from ncre.photo.lab import measuring
from ncre.store.database import Database
from ncre.store.engines import postgresql, sqlite_file
from tests.support.once import migrations


class Compiled(dict[Any, Any]):
    """SQL by the kind of database instead of by the engine, which is the first part of SQLAlchemy's key."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


STATEMENTS: Final = Compiled()


class Address(Rule):
    """One address, the same object for every site that has it: it is bound to none, see `Addresses`."""

    known: ClassVar[dict[Any, Rule]] = {}
    __eq__, __hash__ = object.__eq__, object.__hash__

    @classmethod
    def of(cls, rule: str, *, methods: Any = None, **options: Any) -> Rule:
        key = (rule, frozenset(methods or ()), repr(sorted(options.items())))
        if key not in cls.known:
            cls.known[key] = cls(rule, methods=methods, **options)
        return cls.known[key]

    def get_rules(self, map: Map) -> Iterator[Rule]:
        """One of its own for a map that binds its rules to itself, as other servers have it."""
        yield self if isinstance(map, Addresses) else copy(self)


class Addresses(Map):
    """The addresses of a site, which are worked out when somebody first asks: those of the site before, where they are the same."""

    known: ClassVar[dict[Any, Map]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        self._added: list[Rule] = []
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        self._added += rulefactory.get_rules(self)
        self._remap = True

    def update(self) -> None:
        with self._remap_lock:
            if self._remap:
                known = self._known()
                self._matcher, self._rules_by_endpoint = known._matcher, known._rules_by_endpoint
                self._remap = False

    def _known(self) -> Map:
        key = (tuple(self._added), frozenset(self.converters.items()), self.host_matching)
        if key not in self.known:
            alike = Map(self._added, converters=self.converters, host_matching=self.host_matching)
            alike.update()
            self.known[key] = alike
        return self.known[key]


@pytest.fixture(scope="session", autouse=True)
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        for module in (sqlite_file, postgresql):
            patch.setattr(module, "create_engine", _sharing_statements(module.create_engine))
        patch.setattr(sqlite_file, "_prepare", _without_waiting_for_the_disk(sqlite_file._prepare))
        patch.setattr(Flask, "url_map_class", Addresses)
        patch.setattr(Flask, "url_rule_class", Address.of)
        patch.setattr(Database, "migrate", migrations.once(Database.migrate, folder))
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
