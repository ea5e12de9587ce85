"""Secrets are compared as bytes: `compare_digest` raises for text outside ASCII, and a stranger chooses the text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "ncre"
MAKES_BYTES = {"encode", "digest", "to_bytes"}


def calls() -> list[tuple[str, ast.Call]]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "compare_digest" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("compare_digest"):
                found.append((f"{path.relative_to(SOURCE)}:{node.lineno}", node))
    return found


CALLS = calls()


def are_bytes(argument: ast.expr, call: ast.Call, where: str) -> bool:
    """Whether it is seen at the call: text that was encoded, a digest, or a name that was just made of one."""
    if isinstance(argument, ast.Name):
        source = ast.parse((SOURCE / where.rpartition(":")[0]).read_text(encoding="utf-8"))
        made = [
            node.value
            for node in ast.walk(source)
            if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == argument.id for target in node.targets)
            and 0 <= call.lineno - node.lineno <= 3
        ]
        return bool(made) and all(are_bytes(one, call, where) for one in made)
    if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name):
        return argument.func.id == "bytes"  # which takes no text
    return (
        isinstance(argument, ast.Call)
        and isinstance(argument.func, ast.Attribute)
        and argument.func.attr in MAKES_BYTES
    )


@pytest.mark.parametrize(("where", "call"), CALLS, ids=[where for where, _ in CALLS])
def test_secrets_are_compared_as_bytes(where: str, call: ast.Call) -> None:
    assert all(are_bytes(argument, call, where) for argument in call.args), ast.unparse(call)
