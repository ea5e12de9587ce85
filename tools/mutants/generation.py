"""Mutated modules, as mutmut writes them, and the loader that puts them in the place of ours.

A mutated module holds each function as it is and every mutant of it; which one is called is asked at the call. So a
process imports the project once and tries any mutant of it.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from tools.mutants.settings import KEPT, settings


@dataclass(frozen=True)
class Mutated:
    """A module with all of its mutants; a mutant is named as mutmut names it."""

    module: str
    file: Path

    def mutants(self) -> list[str]:
        """Mutants that stand among its functions, as `ncre.domain.claims.x_claimed__mutmut_3`."""
        names = self._functions()
        return [
            f"{self.module}.{name}" for name in names if "__mutmut_" in name and not name.endswith("_orig")
        ]

    def difference(self, mutant: str) -> str:
        """What the mutant changes, in lines of the function."""
        functions = self._functions()
        name = mutant.removeprefix(self.module + ".")
        original = name.rpartition("__mutmut_")[0] + "__mutmut_orig"
        before, after = (
            [line.replace(f"def {one}(", "def (") for line in functions[one]] for one in (original, name)
        )
        lines = unified_diff(before, after, lineterm="", n=0)
        return "\n".join(
            line for line in lines if line[:3] not in ("---", "+++") and not line.startswith("@@")
        )

    def _functions(self) -> dict[str, Sequence[str]]:
        return _functions(self.file)


@functools.cache
def _functions(file: Path) -> dict[str, Sequence[str]]:
    """The lines of each function and method of the file; those within functions are part of theirs."""
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    body = ast.parse(text).body
    within = [one for node in body if isinstance(node, ast.ClassDef) for one in node.body]
    return {
        node.name: lines[node.lineno - 1 : node.end_lineno]
        for node in [*body, *within]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def mutated(module: str, source: Path) -> Mutated:
    """The mutated module; written anew only where the source or what is left alone changed."""
    text = source.read_text(encoding="utf-8")
    left_alone = repr(settings().get("do_not_mutate_patterns"))
    digest = hashlib.sha256((left_alone + text).encode()).hexdigest()[:16]
    folder = KEPT / "generated"
    file = folder / f"{module}-{digest}.py"
    if not file.exists():
        # Late: its grammar of Python takes 0.7 s to load.
        from mutmut.mutation.file_mutation import mutate_file_contents

        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{module}-" + "?" * 16 + ".py"):
            old.unlink()
        file.write_text(mutate_file_contents(str(source), text).code, encoding="utf-8")
    return Mutated(module, file)


def function_of(mutant: str) -> str:
    return mutant.rpartition("__mutmut_")[0]


class MutatedModules(MetaPathFinder):
    """Finds the modules of the project as ever, with the code of the mutated file in its place."""

    def __init__(self, modules: Mapping[str, Mutated]) -> None:
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._modules:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin:
            spec.loader = _Loader(fullname, spec.origin, self._modules[fullname].file)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, origin: str, file: Path) -> None:
        super().__init__(fullname, origin)
        self._mutated = file

    def get_code(self, fullname: str) -> CodeType | None:
        return SourceFileLoader(fullname, str(self._mutated)).get_code(fullname)


def install(modules: Mapping[str, Mutated]) -> None:
    loaded: Any = [name for name in modules if name in sys.modules]
    if loaded:
        raise RuntimeError(f"imported before they could be mutated: {loaded}")
    sys.meta_path.insert(0, MutatedModules(modules))
