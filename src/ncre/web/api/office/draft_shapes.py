"""What drafts of rounds are sent, and how they are answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from ncre.services.exam.drafts import LONGEST_CELL, MOST_CELLS
from ncre.web.api.bodies import Asked, SiteCode, Text
from ncre.web.api.models import Answered

CellName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.]{1,80}$")]
Cell = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$", max_length=LONGEST_CELL)
]
Cells = Annotated[dict[CellName, Cell], Field(max_length=MOST_CELLS)]
Day = Annotated[date, Field(strict=False, ge=date(2000, 1, 1), le=date(2099, 12, 31))]
RoundCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]


class NextRoundAsked(Asked):
    """A new round, from the plan of `source` ("": the sample), moved so that registration opens on `begins`."""

    source: Annotated[str, StringConstraints(pattern=r"^([0-9]{2})?$")] = ""
    code: RoundCode
    begins: Day


class CellsAsked(Asked):
    """The whole part, as the files of a round name its cells: `windows.register.opens`, `rooms.1.seats`."""

    cells: Cells


class DraftSiteAsked(Asked):
    """One more site, with rules, offers, rooms and sittings like those of another where one is named."""

    site: SiteCode
    like: Annotated[str, StringConstraints(pattern=r"^([0-9]{6})?$")] = ""


class WhyAsked(Asked):
    why: Text


class CellFaultShape(Answered):
    """What is wrong; `name` is "" where it is the part as a whole."""

    part: str
    name: str
    says: str


class DraftInListShape(Answered):
    id: UUID
    round: str
    made_from: int
    state: str
    author: str
    made_at: datetime


class DraftsShape(Answered):
    items: list[DraftInListShape]


class DraftPartInListShape(Answered):
    name: str
    version: int
    removed: bool
    changed_at: datetime


class DraftShape(Answered):
    """`faults` hinder publishing, `cautions` are to be read before. Its version is the ETag that publishing asks for."""

    id: UUID
    round: str
    made_from: int
    state: str
    version: int
    parts: list[DraftPartInListShape]
    faults: list[CellFaultShape]
    cautions: list[CellFaultShape]


class DraftPartShape(Answered):
    """Its cells as they were typed; its version is the ETag that changing it asks for."""

    name: str
    version: int
    removed: bool
    cells: dict[str, str]
    faults: list[CellFaultShape]


class RoundChangeShape(Answered):
    """`outcome`: refused, follow-up or fine, in words in `says`; `touches` are people or seats, by status."""

    kind: str
    site: str
    outcome: str
    changes: str
    says: str
    touches: int
    statuses: dict[str, int]


class RoundChangesShape(Answered):
    """What publishing would change; `outdated`: the round was revised since the draft was made, catch up first."""

    round: str
    made_from: int
    outdated: bool
    items: list[RoundChangeShape]


class PublishedShape(Answered):
    round: str
    revision: int
    changes: int


class CaughtUpShape(Answered):
    """`both` names the cells that both sides changed; they stay as in the draft."""

    both: dict[str, list[str]]
    version: int
