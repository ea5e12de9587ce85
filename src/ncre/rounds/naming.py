"""Names and numbers that must be there once."""

from __future__ import annotations

from collections.abc import Iterable

from ncre.events.exam import Batch
from ncre.rounds.checks import TimeSpan
from ncre.rounds.csv_tables import TableRow


def names_once(rows: Iterable[TableRow]) -> None:
    """Cautions: sites or subjects that people cannot tell apart on a list."""
    seen: dict[str, int] = {}
    for row in rows:
        name = " ".join(row.cells.get("name", "").split())
        if name and name in seen:
            row.caution(f"与第 {seen[name]} 行名称相同", f"has the same name as line {seen[name]}")
        seen.setdefault(name, row.line)


def numbered(batches: Iterable[TimeSpan]) -> tuple[Batch, ...]:
    return tuple(
        Batch(number, span.window.opens, span.window.closes) for number, span in enumerate(batches, start=1)
    )
