"""One name, one thing: a class has a name of its own, and so has a function that other modules import by name.

A function that is called through its module (`orders.one`, `review_runs.one`) is named by both.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Final

SRC: Final = Path(__file__).parents[1] / "src"

SHARED_ON_PURPOSE: Final = {
    "Registration": "the client is a package for others, and speaks the words of the interface",
}
"""Names that stand more than once, each with its reason."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of `src` by its dotted name."""
    return {
        ".".join(file.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            file.read_text()
        )
        for file in sorted(SRC.rglob("*.py"))
    }


def classes(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Where each class name is defined."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found[node.name].add(module)
    return found


def imported_functions(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Where each function is defined that some module imports by its bare name."""
    imports = {
        (node.module, alias.name)
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    found: defaultdict[str, set[str]] = defaultdict(set)
    for module, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (module, node.name) in imports:
                found[node.name].add(module)
    return found


def repeated(names: dict[str, set[str]]) -> dict[str, set[str]]:
    return {name: where for name, where in names.items() if len(where) > 1}


def test_a_class_has_a_name_of_its_own() -> None:
    found = repeated(classes(modules()))
    assert {name: where for name, where in found.items() if name not in SHARED_ON_PURPOSE} == {}
    assert set(SHARED_ON_PURPOSE) == set(found), "a reason is left over"


def test_a_function_imported_by_name_has_a_name_of_its_own() -> None:
    assert repeated(imported_functions(modules())) == {}


def test_what_stands_twice_is_found() -> None:
    """Two modules that define the same names, and a third that imports the function from both."""
    same = "class Line: ...\ndef shown(): ...\ndef home(): ..."
    trees = {"a": ast.parse(same), "b": ast.parse(same)}
    trees["c"] = ast.parse("from a import shown\nfrom b import shown as other")
    assert repeated(classes(trees)) == {"Line": {"a", "b"}}
    assert repeated(imported_functions(trees)) == {"shown": {"a", "b"}}
