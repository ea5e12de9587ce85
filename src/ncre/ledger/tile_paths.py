"""How addresses name tiles (C2SP tlog-tiles): 1234067 is x001/x234/067, and .p/N a partial one."""

from __future__ import annotations

import re
from typing import Final

from ncre.ledger.tree import WIDTH

LONGEST: Final = 40
"""Characters of the name of a tile."""

_NAME: Final = re.compile(r"((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)


def written(index: int, width: int = WIDTH) -> str:
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03}")
    return "/".join(parts) + (f".p/{width}" if width < WIDTH else "")


def read(name: str) -> tuple[int, int] | None:
    """Index and width; None for a name that is not written as it must be."""
    found = _NAME.fullmatch(name) if len(name) <= LONGEST else None
    if found is None:
        return None
    above, last, part = found.groups()
    index, width = int(above.replace("x", "").replace("/", "") + last), int(part or WIDTH)
    return (
        (index, width) if index < 1 << 62 and 0 < width <= WIDTH and written(index, width) == name else None
    )
