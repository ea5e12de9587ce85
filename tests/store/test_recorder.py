"""The eventsourcing library's own cases for a recorder of an application, on both databases.

Left out is NonInterleavingNotificationIDsBaseCase: it asks that two large appends never interleave
their positions, which takes a lock on the whole table for the length of each transaction. What that
lock is for, that no reader of the log misses a fact, is ensured on the readers' side (test_tail.py).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from ncre.store.database import Database
from ncre.store.recorder import FactRecorder

if TYPE_CHECKING:
    from eventsourcing.tests import persistence as library
else:

    def _library_cases() -> ModuleType:
        """The cases, without the cipher tested beside them: it needs pycryptodome, which nobody here uses."""
        cipher: Any = ModuleType("eventsourcing.cipher")
        cipher.AESCipher = object
        absent = sys.modules.setdefault("eventsourcing.cipher", cipher) is cipher
        try:
            return import_module("eventsourcing.tests.persistence")
        finally:
            if absent:
                del sys.modules["eventsourcing.cipher"]

    library = _library_cases()


class _RecorderCase(library.ApplicationRecorderTestCase[FactRecorder]):
    database: Database

    def create_recorder(self) -> FactRecorder:
        return FactRecorder(self.database)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestRecorderOnSQLite(_RecorderCase):
    @pytest.fixture(autouse=True)
    def _open(self, sqlite_url: str) -> Iterator[None]:
        self.database = Database(sqlite_url)
        yield
        self.database.close()


class TestRecorderOnPostgreSQL(_RecorderCase):
    @pytest.fixture(autouse=True)
    def _open(self, postgres_url: str) -> Iterator[None]:
        self.database = Database(postgres_url)
        yield
        self.database.close()


del _RecorderCase  # pytest would collect it under its own name, without a database
