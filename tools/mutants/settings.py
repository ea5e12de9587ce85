"""What is changed, and by which tests it is tried: the table [tool.mutmut] of pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ROOT / "src"
#: What a run keeps: mutated files, which tests reach which function, and what came of each mutant.
KEPT: Final = ROOT / "mutants"


def settings() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "mutmut"
    ]
    return table


def modules(pattern: str = "*") -> Iterator[tuple[str, Path]]:
    """Every module that is changed and whose name fits the pattern, with its file."""
    for wanted in settings()["only_mutate"]:
        for file in sorted(
            ROOT.glob(wanted.removesuffix("*") + "**/*.py" if wanted.endswith("/*") else wanted)
        ):
            name = ".".join(file.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__")
            if fnmatch(name, pattern):
                yield name, file
