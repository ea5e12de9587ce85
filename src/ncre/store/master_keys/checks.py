"""Whether the secret is the one of this database: check values of it and of each derived key stand with the data."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Connection, delete, insert, inspect, select

from ncre.store.columns import ONE
from ncre.store.database import Database, DatabaseUnusable
from ncre.store.keys import Keys
from ncre.store.schema import facts, key_checks, person_keys
from ncre.store.sealing import PersonKeys

Checks = Mapping[tuple[str, int], str]


class WrongSecret(DatabaseUnusable):
    """The secret, or a key that derives from it, is not the one of the data."""


def is_empty(database: Database) -> bool:
    """Whether nothing was recorded yet, so that a new secret can do no harm. A missing SQLite file stays missing."""
    if not database.exists():
        return True
    with database.explained(), database.reading() as connection:
        return _is_empty(connection)


class KeyChecks:
    """The check values in table `key_checks`, compared with those of the keys in use."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def migrate(self) -> None:
        """Bring the tables to this release, and leave the check values of the keys. Raises WrongSecret."""
        self.assert_not_wrong()
        self._database.migrate()
        self.record()

    def assert_right(self) -> None:
        """Raises WrongSecret; also where there are no check values, which `ncre migrate` leaves."""
        with self._database.reading() as connection:
            stored = _stored(connection)
        if not stored:
            raise WrongSecret(
                "数据库中没有密钥的校验值，请执行 ncre migrate / the database has no check values of its keys; "
                "run: ncre migrate"
            )
        self._compare(stored)

    def assert_not_wrong(self) -> None:
        """Before a migration: raises WrongSecret where the data are known to be another secret's."""
        if is_empty(self._database):
            return
        with self._database.reading() as connection:
            stored = _stored(connection)
            self._compare(stored)
            if not stored:
                self._assert_opens(connection)

    def record(self) -> None:
        """Leave the check values with the data. Raises WrongSecret where the data are another secret's."""
        with self._database.transaction() as connection:
            if _is_empty(connection):
                connection.execute(delete(key_checks))
            stored = _stored(connection)
            self._compare(stored)
            if not stored:
                self._assert_opens(connection)
            rows = [
                {"purpose": purpose, "version": version, "value": value}
                for (purpose, version), value in self._keys.checks.items()
                if (purpose, version) not in stored
            ]
            if rows:
                connection.execute(insert(key_checks), rows)

    def foreign(self) -> list[UUID]:
        """The people whose keys do not open under this secret."""
        with self._database.reading() as connection:
            return PersonKeys(self._keys).foreign(connection)

    def retire(self, number: int) -> None:
        """A master key that wraps nothing any more is asked for no more."""
        gone = delete(key_checks).where(key_checks.c.purpose == "master", key_checks.c.version == number)
        with self._database.transaction() as connection:
            connection.execute(gone)

    def _compare(self, stored: Checks) -> None:
        lost = sorted(number for purpose, number in stored if purpose == "master" and number > 1)
        lost = [number for number in lost if ("master", number) not in self._keys.checks]
        if lost:
            numbers = ", ".join(map(str, lost))
            raise WrongSecret(
                f"缺少主密钥 {numbers}：请放回主密钥文件（NCRE_MASTER_KEYS），见 docs/erasure.md / the master key "
                f"{numbers} is missing: put the file of master keys back (NCRE_MASTER_KEYS); see docs/erasure.md"
            )
        differing = [name for name, value in self._keys.checks.items() if stored.get(name, value) != value]
        if differing:
            names = ", ".join(sorted(purpose for purpose, _ in differing))
            raise WrongSecret(
                f"密钥不是这个数据库的（不符：{names}）。请放回原来的密钥（NCRE_SECRET_FILE 或 NCRE_SECRET），"
                f"见 docs/operations.md / the secret is not the one of this database (differing: {names}). Put its "
                "own secret back (NCRE_SECRET_FILE or NCRE_SECRET); see docs/operations.md"
            )

    def _assert_opens(self, connection: Connection) -> None:
        """Data of an earlier release have no check values: their sealed keys tell."""
        kept = select(person_keys.c.subject).where(person_keys.c.wrapped.is_not(None))
        people = connection.execute(kept).scalars().all()
        if people and len(PersonKeys(self._keys).foreign(connection)) == len(people):
            raise WrongSecret(
                "密钥打不开这个数据库中的任何一份资料，请放回原来的密钥 / the secret opens nothing in this database; "
                "put its own secret back (NCRE_SECRET_FILE or NCRE_SECRET)"
            )


def _stored(connection: Connection) -> dict[tuple[str, int], str]:
    if not inspect(connection).has_table(key_checks.name):
        return {}
    rows = connection.execute(select(key_checks.c.purpose, key_checks.c.version, key_checks.c.value))
    return {(purpose, version): value for purpose, version, value in rows}


def _is_empty(connection: Connection) -> bool:
    known = inspect(connection)
    return not any(
        known.has_table(table.name) and connection.execute(select(table).limit(ONE)).first()
        for table in (facts, person_keys)
    )
