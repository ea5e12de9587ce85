"""What two people made of the same part of a round, put together where they did not change the same."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from ncre.rounds.cells import Cells

_ROW: Final = re.compile(r"^(\w+)\.\d+\.")


def merged(base: Cells, mine: Cells, theirs: Cells) -> tuple[Cells, list[str]]:
    """Their changes since `base` taken over into mine; what both changed stays mine and is named.

    The rows of a table are one thing: rows of two people are never mixed.
    """
    base, mine, theirs = (
        {name: cell for name, cell in one.items() if cell.strip()} for one in (base, mine, theirs)
    )
    groups: dict[str, set[str]] = defaultdict(set)
    for name in {*base, *mine, *theirs}:
        row = _ROW.match(name)
        groups[row[1] if row else name].add(name)
    result, both = Cells(), []
    for group, names in sorted(groups.items()):
        was, own, other = ({name: one[name] for name in names if name in one} for one in (base, mine, theirs))
        if own == was:
            result |= other
            continue
        result |= own
        if other not in (was, own):
            both.append(group)
    return result, both
