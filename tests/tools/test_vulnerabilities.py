"""The check of the dependencies turns red where it should, and says so where it cannot know."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]

PROBE = """
id: PYSEC-2023-62
modified: 2024-01-01T00:00:00Z
affected:
- package: {name: flask, ecosystem: PyPI}
  ranges:
  - type: ECOSYSTEM
    events: [{introduced: "0"}, {fixed: 2.2.5}, {introduced: 2.3.0}, {fixed: 2.3.2}]
"""


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vulnerabilities", ROOT / "tools" / "vulnerabilities.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def advisories(tmp_path: Path) -> Path:
    (tmp_path / "flask.yaml").write_text(PROBE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("version", "affected"),
    [("0.1", True), ("2.2.4", True), ("2.2.5", False), ("2.3.0", True), ("2.3.2", False), ("3.1.0", False)],
)
def test_a_range_of_an_advisory_is_read(
    tool: ModuleType, advisories: Path, version: str, affected: bool
) -> None:
    assert bool(tool.found(list(tool.read(advisories)), [("Flask", version)])) == affected


def test_a_vulnerable_pin_is_red_and_a_sound_one_green(tool: ModuleType, advisories: Path) -> None:
    assert tool.offline(advisories, [("flask", "2.0.0")]) == tool.SOME
    assert tool.offline(advisories, [("flask", "3.1.0")]) == tool.NONE_KNOWN


def test_a_folder_that_knows_nothing_is_no_green(tool: ModuleType, tmp_path: Path) -> None:
    assert tool.offline(tmp_path, [("flask", "3.1.0")]) == tool.UNCHECKED


@pytest.mark.parametrize(
    "answer", [(0, "No known vulnerabilities found"), (1, "Dependency not found"), (2, "")]
)
def test_a_service_that_does_not_know_the_probe_is_no_green(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str]
) -> None:
    monkeypatch.setattr(tool, "audited", lambda pins: answer)
    assert tool.by_service([("flask", "3.1.0")]) == tool.UNCHECKED


def test_every_pin_of_the_locks_is_read(tool: ModuleType) -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert len(tool.PIN.findall(text)) == sum("==" in line for line in text.splitlines())
