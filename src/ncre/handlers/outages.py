"""What a person is told when the database fails: one refusal for each kind of outage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.refusals import RefusalCode
from ncre.store.outages import Outage

OUTAGES: Final[Mapping[Outage, RefusalCode]] = {
    Outage.BUSY: RefusalCode.BUSY,
    Outage.FULL: RefusalCode.STORE_FULL,
    Outage.READ_ONLY: RefusalCode.STORE_READ_ONLY,
    Outage.AWAY: RefusalCode.STORE_AWAY,
    Outage.BROKEN: RefusalCode.STORE_BROKEN,
}
"""What is said where the database fails: nothing is wrong with what was asked, and it can be asked again."""
