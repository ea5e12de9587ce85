"""Erasures done again in a database that was restored from before them, before anything is served."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from ncre.domain.erasure import ErasureWay
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import CommandHandler
from ncre.operational.tombstones import Tombstone, Tombstones
from ncre.services.erasure.cleanup import Cleanup
from ncre.services.erasure.erasing import Erasure
from ncre.services.erasure.people import PersonFinder, PersonToErase
from ncre.store.outages import DatabaseUnusable

SHELL: Final = Actor("shell", Role.OFFICE, EVERY_SITE)
WHY: Final = "恢复的备份早于此次删除"


class ErasuresMissing(DatabaseUnusable):
    """The database is older than erasures on the list: it was restored, and they were not done again."""


class Reapplying:
    """Erases again who was erased, after an older backup was restored."""

    def __init__(
        self,
        command_handler: CommandHandler,
        tombstones: Tombstones,
        finder: PersonFinder,
        erasure: Erasure,
        cleanup: Cleanup,
    ) -> None:
        self._command_handler = command_handler
        self._tombstones = tombstones
        self._finder = finder
        self._erasure = erasure
        self._cleanup = cleanup

    def assert_applied(self) -> None:
        """The newest erasures on the list are those of the database. Raises ErasuresMissing."""
        if missing := list(self._missing(self._tombstones.newest())):
            raise ErasuresMissing(
                f"数据库早于 {len(missing)} 人的删除（见 {self._tombstones.file}），请先执行 ncre person reapply / the "
                f"database is older than the erasure of {len(missing)} people (see {self._tombstones.file}); run: "
                "ncre person reapply"
            )

    def missing(self) -> list[UUID]:
        """Whoever is on the whole list and not erased in the database. Raises TombstonesDamaged."""
        return list(dict.fromkeys(self._missing(self._tombstones.all())))

    def take_over(self, other: Path) -> None:
        """Add whoever is on another list of this installation to its own. Raises TombstonesDamaged, OSError."""
        known = {one.person for one in self._tombstones.all()}
        for one in list(self._tombstones.all(other)):
            if one.person not in known:
                self._tombstones.add([one.person], one.at)

    def apply(self, step: Callable[[], object] = lambda: None) -> int:
        """Erase everybody on the list who is not erased; how many. Again, nobody is left.

        Raises TombstonesDamaged before anybody is erased.
        """
        listed = self.missing()
        on_the_list = frozenset(listed)
        for account in listed:
            self._erase(account, on_the_list)
            step()
        self._cleanup.all()
        return len(listed)

    def _erase(self, account: UUID, on_the_list: frozenset[UUID]) -> None:
        """With what is sealed under keys of the list alone: nobody else is erased for the sake of a tie."""
        with self._command_handler.database.reading() as connection:
            found = self._finder.of(connection, account)
        theirs = tuple(row for row in found.registrations if row["sealed_for"] in on_the_list)
        person = PersonToErase(tuple(one for one in found.accounts if one in on_the_list), theirs)
        self._erasure.erase(person, WHY, SHELL, ErasureWay.RESTORED, clean=False)

    def _missing(self, listed: Iterable[Tombstone]) -> Iterator[UUID]:
        for one in listed:
            with self._command_handler.database.reading() as connection:
                if not self._command_handler.store.is_erased(connection, one.person):
                    yield one.person
