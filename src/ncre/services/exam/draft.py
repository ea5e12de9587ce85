"""A draft of a round as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from ncre.operational.round_drafts import DraftPart, DraftRow, DraftState
from ncre.rounds.book import CellFault, CellsRead, read_cells
from ncre.rounds.cells import SITE


@dataclass(frozen=True)
class RoundDraft:
    """A draft with its parts as they are now."""

    row: DraftRow
    parts: Mapping[str, DraftPart]
    today: date

    @property
    def id(self) -> UUID:
        """The draft's own."""
        return self.row.id

    @property
    def code(self) -> str:
        """That of the round."""
        return self.row.round

    @property
    def is_open(self) -> bool:
        """Whether it was neither published nor discarded."""
        return self.row.state == DraftState.OPEN

    @property
    def version(self) -> int:
        """Grows with every change of any part."""
        return sum(one.version for one in self.parts.values())

    @cached_property
    def sites(self) -> list[DraftPart]:
        """The parts of sites, by code, also of those that were taken out."""
        return [one for name, one in sorted(self.parts.items()) if name.startswith(SITE)]

    @cached_property
    def read(self) -> CellsRead:
        """What the draft says as a round, or everything that is wrong with it."""
        cells = {name: dict(one.fields) for name, one in self.parts.items() if not one.removed}
        return read_cells(self.code, cells, self.today)

    def faults_of(self, part: str) -> list[CellFault]:
        """What is wrong with a part."""
        return [one for one in self.read.faults if one.part == part]

    def cautions_of(self, part: str) -> list[CellFault]:
        """What in a part can be published and hardly can be meant."""
        return [one for one in self.read.cautions if one.part == part]
