"""What a device sends that was without a network: acts, and the receipt of the list that they rest on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from ncre.domain.offline_acts import MOST_ACTS
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.scanned_code import LONGEST
from ncre.events.bounds import control_characters

KIND: Final = "ncre offline desk 1"

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Name = Annotated[str, msgspec.Meta(max_length=80)]
Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, kw_only=True)
class ListReceipt:
    """Which list was handed out to whom; signed, so that a device neither alters nor makes one."""

    account: Name
    round: Name
    site: Name
    made_at: Moment
    signature: Annotated[str, msgspec.Meta(max_length=200)] = ""

    @property
    def content(self) -> bytes:
        """What the signature is of."""
        return json.dumps([KIND, self.account, self.round, self.site, self.made_at.isoformat()]).encode()


@dataclass(frozen=True, kw_only=True)
class OfflineAct:
    """One thing that was done on the device.

    kind          confirm: seen in person; enter: let in; revoke: an entry taken back
    seen          the version on the list, for a confirmation
    done_at       when it was done, by the device's clock as it was set by ours
    code, room    what was scanned or typed at the door, and at which room's, for an entry
    by_a_person   the device left the entry to staff, who let the person in
    ticket        whose entry is taken back
    """

    command_id: UUID
    kind: Literal["confirm", "enter", "revoke"]
    registration: UUID
    done_at: Moment
    seen: Version
    code: Annotated[str, msgspec.Meta(max_length=LONGEST)] = ""
    room: Name = ""
    ticket: Annotated[str, msgspec.Meta(max_length=16)] = ""
    by_a_person: bool = False


@dataclass(frozen=True)
class OfflineActs:
    """Acts upon one list, in the order in which they were done."""

    receipt: ListReceipt
    acts: Annotated[tuple[OfflineAct, ...], msgspec.Meta(max_length=MOST_ACTS)]


def read_batch(body: bytes) -> OfflineActs:
    """What a device sent. Raises Refusal where it is no batch, is too large, or holds control characters in a name."""
    try:
        batch = msgspec.json.decode(body, type=OfflineActs)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Refusal(RefusalCode.OFFLINE_BATCH, most=MOST_ACTS) from None
    receipt = batch.receipt
    texts = [receipt.account, receipt.round, receipt.site, *(one.room + one.ticket for one in batch.acts)]
    if any(control_characters(text, "") for text in texts):
        raise Refusal(RefusalCode.OFFLINE_BATCH, most=MOST_ACTS)
    return batch
