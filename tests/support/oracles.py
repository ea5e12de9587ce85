"""Independent implementations that the tests compare ours with: installed by tools/oracles.sh, skipped where they are missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

ORACLES: Final = Path(__file__).parents[1] / "oracles"
assert (ORACLES / "package.json").is_file(), "a test that looks in the wrong place would be skipped unseen"

_WHY: Final = "needs Node and what tools/oracles.sh installs"


def needs_node(package: str) -> pytest.MarkDecorator:
    """Skips where a package of Node is not installed; in CI, where it is promised, the test runs and fails instead."""
    there = shutil.which("node") is not None and (ORACLES / "node_modules" / package).exists()
    return pytest.mark.skipif(not there and os.environ.get("CI") != "true", reason=f"{_WHY}: {package}")
