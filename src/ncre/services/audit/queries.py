"""What pages ask about the ledger and about what staff did; what witnesses send goes in here too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ncre.events.account import account_stream
from ncre.handlers.command_handler import CommandHandler
from ncre.ledger import checkpoints
from ncre.ledger.checkpoints import Sealed
from ncre.ledger.signing import cosigned_by
from ncre.ledger.tree import HASH, StoredTree
from ncre.ledger.verifier import Checkpoint, VerifierKey
from ncre.projections.audit import activity
from ncre.services.audit.growth import LedgerState, ledger_state

LogKeys = Sequence[tuple[int, VerifierKey, str | None]]
"""Public keys of the ledger, each with the size from which on it signs, and the handover to it."""


@dataclass(frozen=True)
class LedgerPage:
    """How the ledger stands, checkpoints of it, the newest first, and its keys."""

    state: LedgerState
    listed: Sequence[Sealed]
    keys: LogKeys


class AuditQueries:
    """The signed tree over the log, and the record of what staff did."""

    def __init__(self, command_handler: CommandHandler, witnesses: Collection[VerifierKey]) -> None:
        self._command_handler = command_handler
        self._database = command_handler.database
        self._witnesses = [*witnesses]

    def checkpoint(self) -> str | None:
        """The newest signed note with the cosignatures that came for it; None before there is any."""
        with self._database.reading() as connection:
            newest = checkpoints.newest(connection)
            return checkpoints.cosigned(connection, newest) if newest else None

    def keys(self) -> LogKeys:
        """Every key that ever signed, the oldest first."""
        with self._database.reading() as connection:
            return checkpoints.keys(connection)

    def tile(self, level: int, index: int, width: int) -> bytes | None:
        """The first `width` hashes of a tile; None where there are not that many yet."""
        with self._database.reading() as connection:
            hashes = StoredTree(connection).tile(level, index)[: width * HASH]
        return hashes if len(hashes) == width * HASH else None

    def page(self, most: int, before: int | None) -> LedgerPage:
        """The ledger with `most` checkpoints, those before a number where one is named."""
        newest_fact = self._command_handler.store.newest()
        with self._database.reading() as connection:
            return LedgerPage(
                ledger_state(connection, newest_fact, self._witnesses),
                checkpoints.latest(connection, most, before),
                checkpoints.keys(connection),
            )

    def cosign(self, note: str) -> bool:
        """Keep the cosignatures of witnesses that we know; False where there is none among them.

        Raises ValueError for what is no checkpoint, LookupError for one that is not of this ledger.
        """
        told = Checkpoint.read(note)
        with self._database.reading() as connection:
            ours = checkpoints.at_size(connection, told.size)
        if ours is None or told.note.text != (text := Checkpoint.read(ours.note).note.text):
            raise LookupError("the ledger has no such checkpoint")
        lines = [f"{line}\n" for line in note[len(text) + 1 :].split("\n") if line]
        known = [(cosigned_by(line, text, self._witnesses), line) for line in lines]
        found = [(witness.name, line) for witness, line in known if witness is not None]
        with self._database.transaction() as connection:
            for name, line in found:
                checkpoints.add_cosignature(connection, told.size, name, line, self._command_handler.clock())
        return bool(found)

    def staff_activity(self, account: UUID, first: datetime, end: datetime) -> activity.Activity:
        """What an account did in office from `first` until before `end`."""
        with self._database.reading() as connection:
            return activity.of_staff(
                connection, self._command_handler.store, account, account_stream(account), first, end
            )
