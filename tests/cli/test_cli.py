"""One parser for all commands, of which each loads only what it needs."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from ncre.cli.main import COMMANDS

SOURCE = Path(__file__).parents[2] / "src"
HEAVY = {
    "flask",
    "sqlalchemy",
    "alembic",
    "cryptography",
    "requests",
    "PIL",
    "numpy",
    "cv2",
    "fpdf",
    "uvicorn",
}
ASK = """
import sys
from ncre.cli.main import main
try:
    main()
finally:
    print(*sys.modules)
"""


@cache
def loaded(*arguments: str) -> frozenset[str]:
    """The top-level modules, and those of ncre, that a command has loaded by the time it ends."""
    said = subprocess.run(
        [sys.executable, "-c", ASK, *arguments],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    names = said.stdout.splitlines()[-1].split()
    return frozenset(name if name.startswith("ncre.") else name.partition(".")[0] for name in names)


def test_the_table_of_commands_says_what_their_modules_add() -> None:
    added: dict[str, tuple[str, str]] = {}
    for module in dict.fromkeys(module for module, _ in COMMANDS.values()):
        commands = argparse.ArgumentParser().add_subparsers()
        import_module(f"ncre.cli.{module}").add(commands)
        added |= {choice.dest: (module, str(choice.help)) for choice in commands._choices_actions}
    assert added == COMMANDS


def test_help_loads_no_library() -> None:
    modules = loaded("--help")
    assert not modules & HEAVY
    assert {name for name in modules if name.startswith("ncre.")} == {
        "ncre.cli.main",
        *(
            "ncre.cli",
            "ncre.cli.parsing",
            "ncre.cli.parsing.grammar",
            "ncre.cli.parsing.language",
            "ncre.cli.parsing.manual",
            "ncre.cli.parsing.chinese",
        ),
    }


@pytest.mark.parametrize("command", ["migrate", "serve", "worker", "demo", "photo", "user"])
def test_a_command_loads_its_own_module_alone(command: str) -> None:
    modules = loaded(command, "--help")
    assert f"ncre.cli.{COMMANDS[command][0]}" in modules
    others = {f"ncre.cli.{module}" for module, _ in COMMANDS.values()} - {f"ncre.cli.{COMMANDS[command][0]}"}
    assert not modules & others - ({"ncre.cli.processes.serve"} if command == "demo" else set())


DRAWING = {"fpdf", "fontTools", "uharfbuzz", "xlsxwriter"}
MEASURING = {"numpy", "cv2"}
ASKING = {"requests", "authlib", "joserfc"}


@pytest.mark.parametrize(
    ("command", "needless"),
    [
        ("migrate", DRAWING | MEASURING | ASKING | {"flask", "PIL", "uvicorn", "eventsourcing", "wtforms"}),
        ("serve", DRAWING | MEASURING | ASKING | {"alembic"}),
        ("worker", DRAWING | MEASURING | ASKING | {"alembic", "flask", "uvicorn"}),
    ],
)
def test_a_command_loads_no_library_that_it_may_never_need(command: str, needless: set[str]) -> None:
    assert not loaded(command, "--help") & needless


def test_make_leaves_the_command_of_a_checkout_wherever_it_is_called_from(tmp_path: Path) -> None:
    checkout, elsewhere = tmp_path / "a checkout", tmp_path / "elsewhere"
    for folder in (checkout / ".venv" / "bin", elsewhere):
        folder.mkdir(parents=True)
    (checkout / "src").symlink_to(SOURCE)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(SOURCE.parent / "Makefile", checkout)
    subprocess.run(["make", "-s", ".venv/bin/ncre"], cwd=checkout, check=True)
    said = subprocess.run(
        [checkout / ".venv" / "bin" / "ncre", "--lang", "en", "--help"],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "backup" in said.stdout
