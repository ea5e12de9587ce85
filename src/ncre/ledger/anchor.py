"""What this machine remembers of the ledger, away from the database: the newest checkpoint that it saw.

With it a database that was put back from an older backup, or exchanged for another history, is told at start.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ncre.ledger.verifier import Checkpoint
from ncre.operational import private_files


@dataclass(frozen=True)
class Anchor:
    file: Path

    def read(self) -> Checkpoint | None:
        """None where nothing was seen yet. Raises ValueError for what is no checkpoint, OSError."""
        try:
            return Checkpoint.read(self.file.read_text("utf-8"))
        except FileNotFoundError:
            return None

    def remember(self, note: str) -> None:
        """Keep a checkpoint instead of an older one. Raises OSError."""
        before = self.read()
        if before is None or before.size < Checkpoint.read(note).size:
            private_files.write(self.file, note.encode())
