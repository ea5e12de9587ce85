"""Which attacks there are: every module in a folder beside this file that has `findings`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, cast

from tests.attacks.target import Target


class Attack(Protocol):
    """A module in one of the folders."""

    findings: Callable[[Target], list[str]]


def attacks(names: Iterable[str] = ()) -> list[tuple[str, Attack]]:
    """The attacks of these names, or all, by name."""
    wanted = set(names)
    found = [
        path for path in sorted(Path(__file__).parent.glob("*/*.py")) if not wanted or path.stem in wanted
    ]
    modules = [
        (path.stem, importlib.import_module(f"tests.attacks.{path.parent.name}.{path.stem}"))
        for path in found
        if path.stem[0] != "_"
    ]
    return [(name, cast(Attack, module)) for name, module in modules if hasattr(module, "findings")]
