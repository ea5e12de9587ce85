"""Which attacks there are: every module of this folder that has `findings`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, cast

from tests.attacks.target import Target


class Attack(Protocol):
    """A module of this folder."""

    findings: Callable[[Target], list[str]]


def attacks(names: Iterable[str] = ()) -> list[tuple[str, Attack]]:
    """The attacks of these names, or all, by name."""
    wanted = list(names) or sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    modules = [(name, importlib.import_module(f"tests.attacks.{name}")) for name in wanted if name[0] != "_"]
    return [(name, cast(Attack, module)) for name, module in modules if hasattr(module, "findings")]
