"""One address among many in the waiting room: a school behind one is served like others, a machine that draws tickets is not.

The first tickets of a block of addresses stand where they came. Beyond that many within ten minutes, the block's next
ones stand as if it came at a quarter of the rate, one after the other, wherever nobody waits as soon as before.
"""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

FREE: Final = 1_000
"""Tickets of one block within `WINDOW_MS` that stand where they came: a large school hall by hall."""

WINDOW_MS: Final = 600_000
SHARE: Final = 0.25
"""Of the rate, for one block beyond that."""

BLOCKS_KNOWN: Final = 20_000


class AddressShares:
    """Counts tickets by block in this process; what it forgets is the block that came longest ago."""

    def __init__(self, per_minute: int) -> None:
        self._gap = 60_000 / max(1.0, SHARE * per_minute)
        self._known: OrderedDict[str, tuple[int, int, float]] = OrderedDict()

    def stands_at(self, address: str, now: int) -> int:
        """From when on the next ticket of this address counts, in ms since 1970; never earlier than now."""
        block = block_of(address)
        began, given, last = self._known.pop(block, (now, 0, 0.0))
        if now - began > WINDOW_MS:
            began, given = now, 0
        at = float(now) if given < FREE else max(float(now), last + self._gap)
        self._known[block] = (began, given + 1, at)
        if len(self._known) > BLOCKS_KNOWN:
            self._known.popitem(last=False)
        return int(at)


def block_of(address: str) -> str:
    """A /24, or a /56 of IPv6; whatever is no address counts as one block."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    parsed = mapped or parsed
    return str(ip_network((parsed, 56 if parsed.version == 6 else 24), strict=False))
