"""The picture of the rooms in docs/architecture.md is the one of now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_picture_is_current() -> None:
    checked = subprocess.run([sys.executable, ROOT / "tools" / "draw_rooms.py", "--check"], check=False)
    assert checked.returncode == 0, "run `make diagram`"
